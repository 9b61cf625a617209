"""A job, asked of a planted copy as a user asks it: as a command in a process of its own, with --json."""

from __future__ import annotations

import json
import os
import shlex
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

JOBS = ("verify", "week")
"""Verbs that can tell a mistake: their documents have failures and unknowns, or verdicts."""
OURS = ("--only", "--path", "--shard", "--phase", "--plan", "--config", "--runs", "--isolation", "--json")
"""Options that a job is not given here: every cell is driven, and where and of what is the runner's business."""


def parsed(text: str) -> tuple[str, ...]:
    """The jobs of "verify --tier inprocess,week", each with its options. Raises ValueError with what is wrong."""
    jobs = tuple(dict.fromkeys(" ".join(part.split()) for part in text.split(",") if part.strip()))
    if not jobs:
        raise ValueError("no job is named")
    for job in jobs:
        name, *options = shlex.split(job)
        if name not in JOBS:
            raise ValueError(f"{name} is none of {', '.join(JOBS)}")
        if taken := [one for one in options if one.partition("=")[0] in OURS]:
            raise ValueError(f"{name} {taken[0]}: every cell of a patch is driven, and where is not said here")
    return jobs


def ask(job: str, described: Path, *, isolation: str, patience_s: float) -> Outcome:
    """What `job` (its name, and its options) says of the target that `described` (a harness.toml) describes; it is ended after `patience_s`."""
    runs = described.parent / "planted-runs"
    name, *options = shlex.split(job)
    words = [name, *options, "--config", str(described), "--runs", str(runs), "--isolation", isolation, "--json"]
    began = time.monotonic()
    code, out = _run([sys.executable, "-m", "harness", *words], described.parent, patience_s)
    return said(name, code, document(out), seconds=time.monotonic() - began, day=f"{datetime.now(UTC):%Y-%m-%d}")


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
