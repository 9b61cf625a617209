"""What the target prints goes to the log of the role that speaks; what the harness prints goes where it always did.

One thread speaks for one role at a time. A thread without a role is the harness (or pytest) itself.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

_speaking = threading.local()


@contextmanager
def speaking(role: str) -> Iterator[None]:
    """Within, this thread is `role`."""
    before = role_now()
    _speaking.role = role
    try:
        yield
    finally:
        _speaking.role = before


def role_now() -> str:
    """Who this thread is; "": the harness."""
    return getattr(_speaking, "role", "")


class Voice:
    """A text stream that stands in for sys.stdout or sys.stderr."""

    def __init__(self, real: TextIO, folder: Path) -> None:
        self._real = real
        self._folder = folder

    def write(self, text: str) -> int:
        role = role_now()
        if not role:
            return self._real.write(text)
        # one whole write, appended: a fork and several threads share the log
        with (self._folder / f"{role}.log").open("a", encoding="utf-8") as log:
            return log.write(text)

    def flush(self) -> None:
        if not role_now():
            self._real.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@contextmanager
def separated(folder: Path) -> Iterator[None]:
    """Within, sys.stdout and sys.stderr tell roles apart; logs are FOLDER/ROLE.log."""
    folder.mkdir(parents=True, exist_ok=True)
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Voice(before[0], folder), Voice(before[1], folder)  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
