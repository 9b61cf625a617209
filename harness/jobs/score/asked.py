"""A job, asked of a planted copy as a user asks it: as a command in a process of its own, with --json."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import harness
from harness.jobs.score.judge import said
from harness.jobs.score.values import Outcome

JOBS: Mapping[str, tuple[str, ...]] = {"verify": ("verify",), "week": ("week",)}
"""A job that can tell a mistake -> the words that ask for it. Its document has failures and unknowns, or verdicts."""


def ask(job: str, described: Path, *, isolation: str, patience_s: float) -> Outcome:
    """What `job` says of the target that `described` (a harness.toml) describes; it is ended after `patience_s`."""
    runs = described.parent / "planted-runs"
    words = [*JOBS[job], "--config", str(described), "--runs", str(runs), "--isolation", isolation, "--json"]
    began = time.monotonic()
    code, out = _run([sys.executable, "-m", "harness", *words], described.parent, patience_s)
    return said(job, code, document(out), seconds=time.monotonic() - began, day=f"{datetime.now(UTC):%Y-%m-%d}")


def document(out: str) -> Mapping[str, Any]:
    """The last JSON object that was printed; {} where none was."""
    for line in reversed(out.splitlines()):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return {}


def _run(command: list[str], folder: Path, patience_s: float) -> tuple[int | None, str]:
    """(exit code, what it printed); no code where it had to be ended."""
    path = [str(Path(harness.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            out, _ = process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate()
            return None, out
        except BaseException:
            process.send_signal(signal.SIGTERM)
            raise
    return process.returncode, out
