"""The time of a cell: the stretches of the clock that the target believed while it worked."""

from __future__ import annotations

from collections.abc import Callable

from harness.stack.roles import clock

NEAR_S = 20.0
"""How near the end of a minute is to a cell that sends what is due by the minute: it takes less than that."""


def no_minute_ends(at: float | None) -> float | None:
    """When a cell begins that was to begin `at` (None: now; seconds since the epoch) and during which nothing more comes due by the clock: as
    asked, or where a minute ends soon, once it has ended."""
    begins = clock.real() if at is None else at
    left = 60 - begins % 60
    return at if left > NEAR_S else begins + left + 0.1


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
