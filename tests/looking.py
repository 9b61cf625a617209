"""To look until something is so: every ten milliseconds, so that who looks takes no processor from what it waits for."""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

STEP_MS = 10
LIMIT_S = 60
"""For a broken harness only: what is waited for comes by itself."""
Seen = TypeVar("Seen")


def eventually(condition: Callable[[], Seen], what: str, limit_s: float = LIMIT_S) -> Seen:
    """What `condition` gave when it held; `what` is told where it never did."""
    limit = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < limit, what
        select.select([], [], [], STEP_MS / 1000)
    return found


def words(pid: int) -> list[str]:
    """The command line of a process; [] where it has ended, however late: it may while it is looked at."""
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []
