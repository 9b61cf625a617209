"""Times as relations to the clock of the cell: `<now>`, `<now+1h>`, `<next 06:00>`; what the scenario itself says stays as it is.

A cell knows when it began and ended, on the clock that the target believed, leaps included. What lies within is `<now>`. A
whole minute away from it, in either direction, is `<now+...>`; a round time that is still to come is the next of its name.
Anything else is told as it is: it does not depend on when the cell ran, or it is told as a difference.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ISO = re.compile(
    r"(?<![\d-])(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d(?::?\d\d)?)?)?(?![\d:.]|-\d)"
)
EPOCH = re.compile(r"(?<![\w.-])1[5-9]\d{8}(\d{3})?(?:\.\d+)?(?![\w.-])")
BEFORE_S, AFTER_S = 0.05, 0.05
"""How much earlier and later than its cell a time may be: clocks are read one after the other, and rounded."""
FARTHEST = timedelta(days=400)
WEEK = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the target's clock, in seconds since the epoch."""

    begun: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """`spans` of one cell, in order; `said` are times that the scenario itself says, in seconds since the epoch; `hours`
    are times of day ("02:00") that stand in its world."""

    spans: Sequence[Span]
    said: Collection[float] = ()
    hours: Collection[str] = ()

    def text(self, text: str) -> str:
        """`text` with every time in it named."""
        if not self.spans or not text:
            return text
        return EPOCH.sub(self._epoch, ISO.sub(self._iso, text))

    def _iso(self, found: re.Match[str]) -> str:
        if found[3] is None:
            return self._day(found)
        zone = found[4] or "+00:00"
        zone = f"{zone}:00" if len(zone) == 3 else zone
        try:
            when = datetime.fromisoformat(f"{found[1]}T{found[3]}{'+00:00' if zone == 'Z' else zone}")
        except ValueError:
            return found[0]
        name = self._named(when)
        away = "" if found[4] in (None, "Z", "+00", "+00:00") else f"[{found[4]}]"
        return found[0] if name is None else f"<{name}{away}>"

    def _epoch(self, found: re.Match[str]) -> str:
        seconds = float(found[0]) / (1000 if found[1] else 1)
        name = self._named(datetime.fromtimestamp(seconds, UTC), whole="." not in found[0])
        return found[0] if name is None else f"<epoch {name}>"

    def _day(self, found: re.Match[str]) -> str:
        try:
            day = datetime.fromisoformat(found[1]).date()
        except ValueError:
            return found[0]
        if any(datetime.fromtimestamp(said, UTC).date() == day for said in self.said):
            return found[0]
        first, last = self.spans[0], self.spans[-1]
        if datetime.fromtimestamp(first.begun, UTC).date() <= day <= datetime.fromtimestamp(last.ended, UTC).date():
            return "<today>"
        return found[0]

    def _named(self, when: datetime, whole: bool = False) -> str | None:
        at = when.timestamp()
        if any(abs(at - said) < 0.001 for said in self.said):
            return None
        early = BEFORE_S + (1 if whole or not when.microsecond else 0)
        for span in self.spans:
            if span.begun - early <= at <= span.ended + AFTER_S:
                return "now"
        return self._next(when) or self._away(at, early)

    def _next(self, when: datetime) -> str | None:
        """A round time that is to come."""
        if when.second or when.microsecond:
            return None
        now = datetime.fromtimestamp(self.spans[-1].ended, UTC)
        ahead = when - now
        if not timedelta() < ahead < WEEK:
            return None
        if f"{when:%H:%M}" not in self.hours and not when.minute and ahead <= timedelta(hours=1):
            return "next hour"
        days = int(ahead / timedelta(days=1))
        return f"next {when:%H:%M}" + (f" +{days}d" if days else "")

    def _away(self, at: float, early: float) -> str | None:
        for span in self.spans:
            minutes = round((at - (span.begun + span.ended) / 2) / 60)
            away = timedelta(minutes=minutes)
            shifted = at - away.total_seconds()
            if minutes and abs(away) <= FARTHEST and span.begun - early <= shifted <= span.ended + AFTER_S:
                return "now" + _length(minutes)
        return None


def _length(minutes: int) -> str:
    sign, left = "+" if minutes > 0 else "-", abs(minutes)
    parts = [(left // 1440, "d"), (left // 60 % 24, "h"), (left % 60, "m")]
    return sign + "".join(f"{n}{unit}" for n, unit in parts if n)
