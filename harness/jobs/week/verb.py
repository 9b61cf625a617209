"""`harness week`: a simulated week of hourly ticks and many schedules."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from harness.backend.phases import comparing
from harness.backend.python import frozen
from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.core.verdict import Status, worst
from harness.jobs.week import report as shown
from harness.jobs.week import run as job
from harness.jobs.week.due import due_in
from harness.jobs.week.values import HOURS
from harness.report import progress
from harness.report.say import say
from harness.store import runs as store
from harness.verb.asked import known
from harness.verb.inside import Island, enter
from harness.verb.options import (
    config_option,
    isolation_option,
    json_option,
    loaded,
    phase_option,
    runs_folder,
    runs_option,
)
from harness.verb.target import ready
from harness.verb.tidied import tidied


@click.command()
@config_option
@phase_option
@click.option("--accounts", type=click.IntRange(1, 200), default=12, show_default=True, help="How many customers.")
@click.option(
    "--start", "day", default="2026-03-26", show_default=True, metavar="DATE", help="The first day, from 00:00 UTC on."
)
@click.option(
    "--timezone",
    "zone_name",
    default="Europe/Berlin",
    show_default=True,
    metavar="ZONE",
    help="Where the machine stands, whose clock changes are looked at.",
)
@isolation_option
@runs_option
@json_option
def week(
    config_path: Path, phase: int | None, accounts: int, day: str, zone_name: str, isolation: str, runs: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Simulate 168 hours of beat and scheduled automations for many customers, in seconds.

    Exit code 0: every schedule ran as often as it should, was charged once, every law holds, no mismatch, no error in
    the logs. 1: anything else, or something that nobody can tell. 2: usage. 3: the stack failed.
    """
    start, zone = _day(day), _zone(zone_name)
    config = ready(loaded(config_path, phase), isolation=isolation)
    frozen.provide(config)  # while there is a network
    asked = known(config)
    made = job.week_of(config, accounts, start)
    price_phase = comparing.price_phase(config) if comparing.compares(config, ()) else None
    kept_in = runs_folder(config, runs)
    folder = job.begin(kept_in)
    out = Console(quiet=as_json)
    runs_due = due_in(made, start)
    say(
        out,
        f"{accounts} customers, {runs_due} runs due in {HOURS} hours from {start:%Y-%m-%d} UTC, phase {config.phase}",
    )

    def inside(place: Island) -> int:
        say(out, f"isolation: {place.kind} ({place.why})")
        with progress.RunProgress(out, quiet=True) as heard:
            driven = job.drive(config, made, start, zone_name, place, folder, heard.hear)
        verdicts = job.judged(config, made, asked.law, start, driven.beat, folder, price_phase)
        store.write_verdict(folder, verdicts, {"phase": config.phase, "seconds": dict(driven.seconds)})
        notes = shown.notes(driven, zone, start, config.phase, price_phase)
        shown.print_week(out, f"a week at phase {config.phase}", verdicts, notes)
        if as_json:
            facts = shown.facts(driven, zone, start, config.phase, accounts, runs_due, folder)
            print(json.dumps(shown.document(verdicts, facts, notes), default=plain))
        return OK if worst(verdicts) is Status.PASS else DIFFERENCES

    code = enter(config, inside, isolation=isolation, as_json=as_json)
    tidied(config, kept_in, out)
    return code


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise HarnessError(f"'{text}' is not a day", hint="write it as 2026-03-26", code="week-start") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise HarnessError(
            f"'{name}' is no time zone that this machine knows",
            hint="for example Europe/Berlin or UTC",
            code="week-timezone",
        ) from None
