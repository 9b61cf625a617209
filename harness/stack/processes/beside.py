"""One more command of the target, waited for: `subprocess.run`, as a process of the stack."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.stack.processes.running import Stack


def run(
    stack: Stack, words: Sequence[str], *, env: Mapping[str, str] | None = None, timeout: float | None = None, cwd: Path | None = None, **how: Any
) -> subprocess.CompletedProcess[Any]:  # fmt: skip
    """As subprocess.run, behind the stack's wall, in the target's folder and environment (or `env`, `cwd`), without input. Raises OSError,
    and subprocess.TimeoutExpired when it was killed for that."""
    place = stack.config.root if cwd is None else cwd
    with stack.behind().popen(
        list(words), cwd=place, env=dict(stack.env if env is None else env), stdin=subprocess.DEVNULL, **how
    ) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(words, process.returncode, out, err)
