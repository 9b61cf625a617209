"""The time of a cell: the stretches of the clock that the target believed while it worked."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.stack.roles import clock

QUARTER_S = 900.0
"""Hours, days and months end in some zone only where a quarter of an hour does."""
NEAR_S = {QUARTER_S: 3.0, 60.0: 10.0}
"""How near the end is to a cell that would go on when it has come."""


def undisturbed(at: float | None, *, by_the_minute: bool = False) -> float | None:
    """When a cell begins that was to begin `at` (seconds since the epoch), so that no day or hour ends while it is driven, and no minute where it
    sends what is due `by_the_minute`. None is now: then it is waited for what ends in a moment."""
    begins = clock.real() if at is None else at
    for length in (60.0, QUARTER_S) if by_the_minute else (QUARTER_S,):
        left = length - begins % length
        if left <= NEAR_S[length]:
            begins += left + 0.1
    if at is None:
        time.sleep(max(0.0, begins - clock.real()))
        return None
    return begins


class Timed:
    """`now` gives the target's time, in seconds since the epoch. A leap ends a stretch and begins another."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._spans: list[list[float]] = []

    def begin(self, real: float) -> None:
        """From now on the time is the cell's. Where it is another one than the `real` one, which the database goes by, it is as if the clock
        had gone there at once."""
        now = self._now()
        self._spans = [[now]] if abs(now - real) < 1 else [[real, real], [now]]

    def leapt(self, left: float, seconds: float) -> None:
        """The clock went `seconds` ahead at the time `left`."""
        if self._spans:
            self._spans[-1].append(left)
            self._spans.append([left + seconds])

    def spans(self) -> list[list[float]]:
        """(begun, ended) of each stretch, until now."""
        if not self._spans:
            return []
        return [*self._spans[:-1], [self._spans[-1][0], self._now()]]
