"""The three standard streams, whatever a shell made of them: there, and no reason to fail when nobody listens.

A verdict does not depend on who reads it: `harness verify | head -1` ends with the exit code that it has without head.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any


class Lasting(io.TextIOWrapper):
    """A text stream that goes on, to nowhere, when its reader has left. What its encoding has no sign for is told as an escape."""

    def write(self, text: str) -> int:
        with self._whoever_reads():
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with self._whoever_reads():
            super().flush()

    @contextlib.contextmanager
    def _whoever_reads(self) -> Any:
        try:
            yield
        except BrokenPipeError:
            # what stands in the buffer is written again, and Python flushes once more as it ends: to somewhere that takes it
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)


def settle() -> None:
    """Open what is closed (a file would get its number, and be written to by every program that is started), and make both outputs last."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    sys.stdout, sys.stderr = (_lasting(stream, number) for number, stream in ((1, sys.stdout), (2, sys.stderr)))


def _lasting(stream: Any, number: int) -> Lasting:
    if stream is not None:
        stream.flush()
    return Lasting(
        open(number, "wb", closefd=False),
        encoding=getattr(stream, "encoding", "utf-8"),
        errors="backslashreplace",
        line_buffering=number == 2 or os.isatty(number),
    )
