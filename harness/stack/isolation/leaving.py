"""What ends a run is its verdict: code that the harness loads cannot end the harness's own process.

A scenario file, a plugin or a task may call sys.exit, os._exit or exec. Each is an error where it stands, not an exit code. What a process
forked from here does is its own affair.

held    inside, os._exit and exec of this very process raise LeftEarly
Word    the exit code that the inside of an island says before it ends; a process that leaves by itself has said nothing
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from harness.core.errors import DIFFERENCES, StackError

_held_in = 0
"""The process that nobody leaves; 0: none."""
_hooked = False


class LeftEarly(SystemExit):
    """Somebody's code wanted to end the process."""

    code = 3

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how

    def __str__(self) -> str:
        return f"{self.how} would have ended the harness's own process"


@contextmanager
def held(*, for_good: bool = False) -> Iterator[None]:
    """`for_good`: also in what runs at exit."""
    global _held_in
    before, real = _held_in, os._exit

    def leave(status: int) -> NoReturn:
        if os.getpid() == _held_in:
            raise LeftEarly(f"os._exit({status})")
        real(status)

    _refuse_exec()
    _held_in, os._exit = os.getpid(), leave
    try:
        yield
    finally:
        if not for_good:
            _held_in, os._exit = before, real


def _refuse_exec() -> None:
    """An audit hook cannot be taken away again: there is one, which does nothing while nobody is held."""
    global _hooked
    if _hooked:
        return

    def heard(event: str, told: tuple[Any, ...]) -> None:
        if event == "os.exec" and _held_in and os.getpid() == _held_in:
            raise LeftEarly(f"exec of {told[0]!r}")

    sys.addaudithook(heard)
    _hooked = True


class Word:
    """What a forked process says to the one that it was forked from: its exit code, as the last thing that it does."""

    def __init__(self) -> None:
        self._file = os.memfd_create("word")

    def saying(self, inside: Callable[[Any], int]) -> Callable[[Any], int]:
        def said(place: Any) -> int:
            code = inside(place)
            os.pwrite(self._file, str(code).encode(), 0)
            return code

        return said

    def heard(self, ended: int) -> int:
        """The exit code of a process that `ended` so. Raises StackError no-verdict where it ended as if all were told, and had said nothing."""
        said = os.pread(self._file, 16, 0)
        os.close(self._file)
        if ended > DIFFERENCES:
            return ended  # a signal, or an error that it showed
        if not said:
            raise StackError(
                f"the harness's process ended with {ended} before there was a verdict",
                hint="look for os._exit, sys.exit or exec in what the target runs; the last line of the run's history.ndjson names the cell",
                code="no-verdict",
            )
        return int(said)
