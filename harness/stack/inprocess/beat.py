"""The schedule in this process: Celery's own scheduler, ticked under freezegun's clock instead of waited for."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.stack.inprocess import voices

_TICKS = 1000
"""A scheduler that has something due after so many ticks at one moment will never come to an end."""


def fire(app: Any, command: Sequence[str]) -> int:
    """What a beat that is started now sends at once: `command` is the role's, its schedule file read. Returns how many."""
    from celery.beat import PersistentScheduler

    with voices.speaking("beat"):
        scheduler = PersistentScheduler(app, schedule_filename=_schedule_file(command), lazy=False)
        try:
            return _due_now(scheduler)
        finally:
            scheduler.close()


def between(app: Any, start: datetime, end: datetime) -> Generator[tuple[datetime, int], None, None]:
    """Beat's clock from `start` (exclusive) to `end`, aware datetimes: each moment at which it sent, and how many.

    The clock is frozen while the caller handles a moment, so tasks that are run there see that time.
    """
    from celery.beat import Scheduler
    from freezegun import freeze_time

    with freeze_time(start.astimezone(UTC)) as clock:
        with voices.speaking("beat"):
            scheduler = Scheduler(app, lazy=False)
        for entry in scheduler.schedule.values():
            entry.last_run_at = app.now()
        while (wait_s := min((entry.is_due()[1] for entry in scheduler.schedule.values()), default=0)) > 0:
            clock.tick(timedelta(seconds=max(wait_s, 1e-3)))
            now = datetime.now(UTC)
            if now > end:
                return
            with voices.speaking("beat"):
                sent = _due_now(scheduler)
            if sent:
                yield now, sent


def _due_now(scheduler: Any) -> int:
    """Send everything that is due at this moment."""
    sent = 0
    real = scheduler.apply_async

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal sent
        sent += 1
        return real(*args, **kwargs)

    scheduler.apply_async = counted
    try:
        for _ in range(_TICKS):
            if scheduler.tick() > 0:
                return sent
        raise RuntimeError(f"beat's schedule is due again and again: {sorted(scheduler.schedule)}")
    finally:
        scheduler.apply_async = real


def _schedule_file(command: Sequence[str]) -> str:
    for position, word in enumerate(command):
        if word in ("-s", "--schedule"):
            return command[position + 1]
        if word.startswith("--schedule="):
            return word.partition("=")[2]
    return "celerybeat-schedule"
