"""What the target's beat sends in a simulated week: Celery's own Scheduler, in the target's own shell, under a moved clock.

Nothing is sent: the one method of the scheduler that publishes notes what and when instead. What is due, and when to look
again, is decided by Celery and by the target's own beat_schedule.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from harness.cell.template import fill_code
from harness.core.errors import StackError
from harness.jobs.week.values import Beat, Send
from harness.stack.roles.console import Console

OWN = "celery.beat"
"""Schedulers of this module keep what the app's beat_schedule says; any other keeps its schedule elsewhere."""

CODE = """
import datetime
import sys
sys.path += $packages
import time_machine
from celery.app.utils import find_app
from celery.beat import Scheduler

app = find_app($app)
if $timezone:
    app.conf.timezone = $timezone
    app.__dict__.pop("timezone", None)
    for entry in app.conf.beat_schedule.values():
        getattr(entry["schedule"], "__dict__", {}).pop("tz", None)  # kept from an earlier week in another zone
sent = []

class Told(Scheduler):
    producer = None

    def apply_async(self, entry, producer=None, advance=True, **kwargs):
        at = datetime.datetime.now(datetime.timezone.utc).isoformat()
        sent.append({"task": entry.task, "args": list(entry.args or ()), "kwargs": dict(entry.kwargs or {}), "at": at})

clock, end = datetime.datetime.fromisoformat($begin), datetime.datetime.fromisoformat($end)
looks = 0
with time_machine.travel(clock, tick=False) as traveller:
    scheduler = Told(app=app)
    while clock < end and looks < $most:
        looks += 1
        # Celery wakes up a little early and looks again at once: each look takes a millisecond here
        clock += datetime.timedelta(seconds=max(scheduler.tick() or 0, 0.001))
        traveller.move_to(clock)
result = {
    "sent": sent, "looks": looks, "scheduler": app.conf.beat_scheduler, "timezone": str(app.timezone),
    "complete": clock >= end,
}
"""
MOST_LOOKS = 200_000
HEAD_START = timedelta(seconds=1)


def drive_beat(
    console: Console, app: str, begin: datetime, end: datetime, *, timezone: str = "", packages: Path | None = None
) -> Beat:
    """Every send from `begin` up to, and without, `end`. `timezone`: what if Celery's own were this one; `packages`: the
    folder with time-machine where the target has none. Raises StackError week-beat."""
    known = {"packages": [] if packages is None else [str(packages)], "app": app, "begin": (begin - HEAD_START).isoformat(), "end": end.isoformat(), "most": MOST_LOOKS, "timezone": timezone}  # fmt: skip
    answer = console.call(fill_code(CODE, known, "harness week"), timeout_s=60)
    if not answer["ok"]:
        raise StackError(
            f"the target's beat schedule cannot be driven: {answer['error']}: {answer['message']}",
            hint="see logs/console.log of this run",
            code="week-beat",
        )
    found = answer["value"]
    if not found["complete"]:
        raise StackError(
            f"the target's beat schedule still had something to do after {found['looks']} looks",
            hint="an entry of its beat_schedule is due all the time",
            code="week-beat",
        )
    sends = [Send(task=one["task"], at=_whole(one["at"]), args=tuple(one["args"]), kwargs=one["kwargs"]) for one in found["sent"]]  # fmt: skip
    return Beat(
        sends=tuple(one for one in sends if begin <= one.at < end),
        looks=found["looks"],
        scheduler=found["scheduler"],
        timezone=found["timezone"],
    )


def _whole(text: str) -> datetime:
    """The moment of a send, to the second: beat looks again a fraction after what it waits for."""
    return datetime.fromisoformat(text).replace(microsecond=0)
