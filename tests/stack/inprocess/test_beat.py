"""The schedule under a frozen clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from celery.beat import PersistentScheduler
from celery.schedules import crontab

from harness.stack.inprocess import beat


def hourly(yard) -> None:
    yard.app.conf.timezone = "UTC"
    yard.app.conf.beat_schedule = {"hourly": {"task": "yard.say", "schedule": crontab(minute=0), "args": ("hello",)}}


def test_every_hour_once_and_the_clock_stands_still(yard):
    """Claim: the moments are the full hours after the start, up to the end; a task that is run there sees that time."""
    hourly(yard)
    start, end = datetime(2026, 1, 5, 6, 30, tzinfo=UTC), datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    seen = [(moment, sent, datetime.now(UTC)) for moment, sent in beat.between(yard.app, start, end)]
    hours = [datetime(2026, 1, 5, hour, tzinfo=UTC) for hour in (7, 8, 9)]
    assert [(moment, sent) for moment, sent, _ in seen] == [(hour, 1) for hour in hours]
    assert [now for *_, now in seen] == hours
    assert [task.args for task in yard.line.tasks()] == [("hello",)] * 3
    assert datetime.now(UTC).year >= 2026
    assert abs(datetime.now(UTC) - end) > timedelta(days=1)


def test_a_beat_that_starts_late_sends_what_is_due_once(yard, tmp_path):
    """Claim: of a schedule file that says "last sent five hours ago" one message comes, and the file is kept up."""
    hourly(yard)
    file = str(tmp_path / "schedule")
    late = PersistentScheduler(yard.app, schedule_filename=file, lazy=False)
    for entry in late.schedule.values():
        entry.last_run_at = yard.app.now() - timedelta(hours=5)
    late.close()
    command = ("python", "-m", "celery", "beat", "--schedule", file)
    assert beat.fire(yard.app, command) == 1
    assert beat.fire(yard.app, command) == 0
    assert len(yard.line.tasks()) == 1
