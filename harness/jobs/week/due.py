"""When a schedule is due, calculated from its first slot and its frequency, and from nothing that the target says. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from harness.core.week import Schedule, Week
from harness.jobs.week.values import HOURS


def due_ticks(schedule: Schedule, ticks: Sequence[datetime]) -> tuple[datetime, ...]:
    """The ticks at which it must run: the first tick at or after each slot. Slots that wait for one tick are one run."""
    if not schedule.runs or not ticks:
        return ()
    found: dict[datetime, None] = {}
    for slot in slots(schedule):
        if slot > ticks[-1]:
            break
        found[next(tick for tick in ticks if tick >= slot)] = None
    return tuple(found)


def due_in(week: Week, start: datetime) -> int:
    """How many runs of all its customers are due in the week from `start` on."""
    return sum(len(due_ticks(schedule, hours_of(start, HOURS))) for schedule in week.schedules)


def slots(schedule: Schedule) -> Iterator[datetime]:
    """Every slot from the first on, without end: the same time of day in UTC, whatever local clocks do."""
    for n in count():
        match schedule.frequency:
            case "daily":
                yield schedule.first + timedelta(days=n)
            case "weekly":
                yield schedule.first + timedelta(weeks=n)
            case "monthly":
                yield _months_on(schedule.first, n)
            case other:
                raise ValueError(f"{schedule.account}: '{other}' is no frequency")


def hours_of(start: datetime, hours: int) -> list[datetime]:
    return [start + timedelta(hours=n) for n in range(hours)]


def clock_changes(zone: ZoneInfo, start: datetime, hours: int) -> list[tuple[datetime, timedelta]]:
    """(hour in UTC, by how much local clocks jump there) of every change of `zone` in the week."""
    found = []
    before = start.astimezone(zone).utcoffset()
    for at in hours_of(start, hours):
        offset = at.astimezone(zone).utcoffset()
        if offset is not None and before is not None and offset != before:
            found.append((at.astimezone(UTC), offset - before))
        before = offset
    return found


def _months_on(first: datetime, months: int) -> datetime:
    """The same day and time `months` later; the last day where the month is shorter."""
    years, month = divmod(first.month - 1 + months, 12)
    year = first.year + years
    day = min(first.day, calendar.monthrange(year, month + 1)[1])
    return first.replace(year=year, month=month + 1, day=day)
