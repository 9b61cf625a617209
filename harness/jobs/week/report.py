"""What came of a simulated week: failures first, then what each check saw, then where time went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from harness.core.verdict import Status, Verdict, worst
from harness.jobs.week.due import clock_changes
from harness.jobs.week.values import HOURS, Driven
from harness.report.say import say
from harness.report.verdicts import say_end, say_line, say_wrong

FORMAT = 1


def print_week(console: Console, title: str, verdicts: Sequence[Verdict], notes: Sequence[str]) -> None:
    """The whole report."""
    for verdict in verdicts:
        if verdict.status.bad:
            say_wrong(console, verdict)
    say(console)
    say(console, title, "bold")
    for verdict in verdicts:
        if verdict.status is Status.PASS:
            say_line(console, verdict, verdict.claim, verdict.evidence[:1])
    for note in notes:
        say(console, f"  note     {note}")
    say_end(console, worst(verdicts), title)


def notes(driven: Driven, zone: ZoneInfo, start: datetime, phase: int, price_phase: int | None) -> list[str]:
    """How it was done, and what it does not show."""
    changes = clock_changes(zone, start, HOURS)
    told = [f"{at:%Y-%m-%d %H:%M} UTC by {jump.total_seconds() / 3600:+g} h" for at, jump in changes]
    there = driven.elsewhere.sends
    hours = len({send.at.replace(minute=0, second=0) for send in there})
    odd = (
        ""
        if len(there) == hours == HOURS
        else f": {HOURS - hours} hours without a check, {len(there) - hours} more than one"
    )
    said = [
        f"clock changes of {zone} in the week: {', '.join(told) or 'none'}; the target's beat computes in {driven.beat.timezone}",
        f"were Celery's own timezone {zone} (it is not), beat would send {len(there)} times{odd}",
        "how: Celery's own Scheduler under a moved clock in the target's shell; then the target's own worker, broker and "
        "database, the worker's task processes moved by time-machine; PostgreSQL's now() stays real time",
    ]
    if price_phase is None:
        said.append(f"phase {phase} keeps no comparison log: that there is no mismatch is not shown here")
    total = sum(driven.seconds.values())
    said.append(f"{total:.1f} s: {', '.join(f'{name} {spent:.1f}' for name, spent in driven.seconds.items())}")
    return said


def facts(
    driven: Driven, zone: ZoneInfo, start: datetime, phase: int, accounts: int, runs_due: int, folder: Path
) -> dict[str, Any]:
    """What the document says beside the verdicts; `folder` holds the history."""
    return {
        "phase": phase, "accounts": accounts, "start": start.isoformat(), "timezone": zone.key, "hours": HOURS,
        "runs_due": runs_due, "seconds": dict(driven.seconds), "kept_in": str(folder),
        "clock_changes": [[at.isoformat(), jump.total_seconds()] for at, jump in clock_changes(zone, start, HOURS)],
    }  # fmt: skip


def document(verdicts: Sequence[Verdict], facts: Mapping[str, Any], notes: Sequence[str]) -> dict[str, Any]:
    """The `--json` document."""
    return {
        "format": FORMAT,
        "status": str(worst(verdicts)),
        **facts,
        "notes": list(notes),
        "verdicts": [
            {
                "checker": verdict.checker,
                "status": str(verdict.status),
                "claim": verdict.claim,
                "evidence": list(verdict.evidence),
            }
            for verdict in verdicts
        ],
    }
