"""Times as relations to the clock of the cell: `<now>`, `<now+1h>`, `<next 06:00>`; what the scenario itself says stays as it is.

A cell knows when it began and ended, on the clock that the target believed, leaps included. What lies within is `<now>`; so is
what the clock showed before it went ahead, to those who had not followed it yet. What lies between the making of the prepared database and its last
migration is `<prepared>`. A whole minute away from now, in either direction, is `<now+...>`; now without its seconds (its minutes,
its hours) is `<this minute>`; a round time that is still to come is the next of its name. A time of day without a date, and a time
that is written without marks between its parts (20260104_060000), are told alike. Anything else is told as it is: it does not depend
on when the cell ran, or it is told as a difference.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_ISO = r"(?<![\d-])(?P<day>\d{4}-\d\d-\d\d)(?:([T ])(?P<at>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?(?![\d:.]|-\d)"
ISO = re.compile(_ISO)
_CLOSE = (
    r"(?<!\d)(?P<close>20\d\d[01]\d[0-3]\d)(?:[T_-]?(?P<closeat>[0-2]\d[0-5]\d[0-5]\d)(?P<part>\d{6}|\d{3})?)?(?!\d)"
)
_EPOCH = r"(?<![\d.])(?P<epoch>1[5-9]\d{8}(?P<ms>\d{3})?(?:\.\d+)?)(?!\d|\.\d)"
_HOUR = r"(?<![\d:.])(?P<hour>[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d+)?)(?![\d:])"
_MONTH = r"(?<![\w.:/+-])(?P<month>20\d\d-(?:0[1-9]|1[0-2]))(?![\w.:/+-])"
_ANY = re.compile("|".join((_ISO, _CLOSE, _EPOCH, _HOUR, _MONTH)))
_QUARTERS = ("00", "15", "30", "45")
"""A time of day without seconds at one of these is a slot of somebody's, also while it is that minute."""
_MINUTE = re.compile(r"[0-2]\d:[0-5]\d")
BEFORE_S, AFTER_S = 0.05, 0.05
"""How much earlier and later than its cell a time may be: clocks are read one after the other, and rounded."""
FARTHEST = timedelta(days=400)
WEEK = timedelta(days=8)
DAY_S = 86400
UNITS: dict[str, dict[str, int]] = {
    "minute": {},
    "hour": {"minute": 0},
    "day": {"minute": 0, "hour": 0},
    "month": {"minute": 0, "hour": 0, "day": 1},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the target's clock, in seconds since the epoch."""

    begun: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """`spans` of one cell, in order; `by_slots`: a day and a time that is a slot of somebody's is told as one also while it is that minute; `said` are times that the scenario itself says, in seconds since the epoch; `hours`
    are times of day ("02:00") that stand in its world; `prepared` are stretches in which its database was made, `laid` such in which times
    lie that a variation has laid over its world: these stay as they are."""

    spans: Sequence[Span]
    said: Collection[float] = ()
    hours: Collection[str] = ()
    prepared: Sequence[Span] = ()
    laid: Sequence[Span] = ()
    by_slots: bool = True

    @property
    def in_a_slot(self) -> bool:
        """Whether it is the minute of a slot, so that a time can be read in two ways: tomorrow at this time, or the next of that slot."""
        return any(f"{datetime.fromtimestamp(at, UTC):%H:%M}" in self.hours for one in self.spans for at in (one.begun, one.ended))  # fmt: skip

    def text(self, text: str) -> str:
        """`text` with every time in it named."""
        if not self.spans or not text:
            return text
        if _MINUTE.fullmatch(text):
            return self._minute(text)
        return _ANY.sub(self._one, text)

    def _one(self, found: re.Match[str]) -> str:
        if found["day"]:
            return self._iso(found) if found["at"] else self._day(found[0], found["day"])
        if found["month"]:
            return self._month(found["month"])
        if found["close"]:
            return self._written_close(found)
        return self._epoch(found) if found["epoch"] else self._hour(found["hour"])

    def _iso(self, found: re.Match[str]) -> str:
        zone = found["zone"] or "+00:00"
        zone = f"{zone}:00" if len(zone) == 3 else zone
        when = _read(f"{found['day']}T{found['at']}{'+00:00' if zone == 'Z' else zone}")
        name = self._named(when) if when else None
        away = "" if found["zone"] in (None, "Z", "+00", "+00:00") else f"[{found['zone']}]"
        return found[0] if name is None else f"<{name}{away}>"

    def _written_close(self, found: re.Match[str]) -> str:
        day = f"{found['close'][:4]}-{found['close'][4:6]}-{found['close'][6:]}"
        if not found["closeat"]:
            name = self._day(found[0], day)
            return found[0] if name == found[0] else name
        h = found["closeat"]
        part = f".{found['part']}" if found["part"] else ""
        when = _read(f"{day}T{h[:2]}:{h[2:4]}:{h[4:]}{part}+00:00")
        name = self._named(when) if when else None
        return found[0] if name is None else f"<{name}>"

    def _epoch(self, found: re.Match[str]) -> str:
        seconds = float(found["epoch"]) / (1000 if found["ms"] else 1)
        name = self._named(datetime.fromtimestamp(seconds, UTC), whole="." not in found["epoch"])
        return found[0] if name is None else f"<epoch {name}>"

    def _day(self, text: str, iso: str) -> str:
        when = _read(iso)
        if when is None or any(datetime.fromtimestamp(said, UTC).date() == when.date() for said in self.said):
            return text
        days = ((datetime.fromtimestamp(end, UTC).date() for end in (one.begun, one.ended)) for one in self.spans)
        return "<today>" if any(begun <= when.date() <= ended for begun, ended in days) else text

    def _month(self, text: str) -> str:
        """A month without a day ("2026-11"), as what is billed by month is called."""
        if any(f"{datetime.fromtimestamp(said, UTC):%Y-%m}" == text for said in self.said):
            return text
        here = {f"{datetime.fromtimestamp(at, UTC):%Y-%m}" for one in self.spans for at in (one.begun, one.ended)}
        return "<this month>" if text in here else text

    def _hour(self, text: str) -> str:
        """A time of day with its seconds: now's, or now's in another zone; with a fraction also minutes away from it."""
        minute, _, rest = text[:5], *text[5:].partition(":")[1:]
        seconds = int(text[:2]) * 3600 + int(text[3:5]) * 60 + float(rest)
        if rest == "00":
            return text if minute in self.hours else self._minute(text)
        exact = "." in rest
        for minutes in sorted(range(-720, 721, 1 if exact else 60), key=abs):
            for span in self._spans():
                into = (seconds - minutes * 60 - span.begun) % DAY_S
                early = BEFORE_S + (0 if exact else 1)
                if into <= span.ended - span.begun + AFTER_S or into >= DAY_S - early:
                    return f"<time of now{_length(minutes) if minutes else ''}>"
        return text

    def _minute(self, text: str) -> str:
        here = {f"{datetime.fromtimestamp(at, UTC):%H:%M}" for span in self.spans for at in (span.begun, span.ended)}
        return "<time of this minute>" if text[:5] in here and not _is_slot(text[:5], self.hours) else text

    def _spans(self) -> Iterator[Span]:
        """Those of the target's clock, each until the cell ended: a task that was at work when the clock went ahead keeps its own, and
        the real one, which the first has, goes on beside it."""
        late = 0.0
        found = []
        for at in reversed(range(len(self.spans))):
            found.append(Span(begun=self.spans[at].begun, ended=max(self.spans[at].ended, self.spans[-1].ended - late)))
            late += self.spans[at].begun - self.spans[at - 1].ended if at else 0.0
        yield from reversed(found)

    def _named(self, when: datetime, whole: bool = False) -> str | None:
        at = when.timestamp()
        if any(abs(at - said) < 0.001 for said in self.said) or any(one.begun <= at <= one.ended for one in self.laid):
            return None
        early = BEFORE_S + (1 if whole or not when.microsecond else 0)
        for span in self._spans():
            if span.begun - early <= at <= span.ended + AFTER_S:
                return "now"
        for span in self.prepared:
            if span.begun - 1 <= at <= span.ended + 1:
                return "prepared"
        return self._unit(when) or self._next(when) or self._away(at, early)

    def _unit(self, when: datetime) -> str | None:
        """Now without its seconds, or more; also in days to come, where nothing says that time of day."""
        if when.second or when.microsecond or (self.by_slots and f"{when:%H:%M}" in self.hours):
            return None
        for at in {at for span in self.spans for at in (span.begun, span.ended)}:
            now = datetime.fromtimestamp(at, UTC)
            floor = now.replace(second=0, microsecond=0)
            for unit, cut in UNITS.items():
                if floor.replace(**cut) == when:
                    return f"this {unit}"
            days, rest = divmod(when - floor, timedelta(days=1))
            if not rest and 0 < days <= FARTHEST.days:
                return f"this minute +{days}d"
            if timedelta() < when - floor <= timedelta(minutes=1):
                return "next minute"
        return None

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


def _is_slot(minute: str, hours: Collection[str]) -> bool:
    return minute[3:] in _QUARTERS or minute in hours


def _read(iso: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _length(minutes: int) -> str:
    sign, left = "+" if minutes > 0 else "-", abs(minutes)
    parts = [(left // 1440, "d"), (left // 60 % 24, "h"), (left % 60, "m")]
    return sign + "".join(f"{n}{unit}" for n, unit in parts if n)
