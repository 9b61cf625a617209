"""`harness score`: a catalogue of mistakes and refactors, each planted in a copy of the target."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from harness.core.errors import DIFFERENCES, OK
from harness.jobs.score import asked, catalogue, judge
from harness.jobs.score import report as shown
from harness.jobs.score import run as job
from harness.report.say import say
from harness.verb.options import config_option, isolation_option, json_option, loaded, shard_option

MISTAKES = "mistakes"
"""The folder beside harness.toml that is read when none is named."""


def _jobs(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    try:
        return asked.parsed(value)
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@config_option
@click.option(
    "--only", multiple=True, metavar="PATTERN", help="Patches whose id or kind is like it, e.g. 'seeded/*'. Repeatable."
)
@click.option(
    "--jobs",
    callback=_jobs,
    default="verify",
    show_default=True,
    metavar="JOB,...",
    help=f"Who is asked, with options, one after the other until one tells: {', '.join(asked.JOBS)}.",
)
@shard_option
@click.option(
    "--at-least",
    type=click.FloatRange(0, 1),
    default=None,
    metavar="SHARE",
    help="Fail below this share of mistakes told, e.g. 0.9.",
)
@click.option(
    "--patience",
    "patience_s",
    type=click.FloatRange(1),
    default=1200.0,
    show_default=True,
    metavar="SECONDS",
    help="When a job that does not end is ended.",
)
@click.option(
    "--plant",
    "place",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Leave the copy with the one chosen patch there, and measure nothing.",
)
@click.option("--fresh", is_flag=True, help="Measure again what is kept.")
@isolation_option
@json_option
def score(
    folder: Path | None, config_path: Path, only: tuple[str, ...], jobs: tuple[str, ...], shard: tuple[int, int] | None, at_least: float | None,
    patience_s: float, place: Path | None, fresh: bool, isolation: str, as_json: bool,
) -> int:  # fmt: skip
    """Plant each patch of a catalogue of mistakes in a copy of the target, drive every cell, and count which are told.

    FOLDER holds the patches [default: mistakes beside harness.toml]. What was measured is kept by its content, so that a catalogue that was interrupted goes on.
    Exit code 0: all is measured. 1: less than --at-least is told, or a refactor alarms. 2: a patch does not apply, or usage.
    """
    config = loaded(config_path)
    found = catalogue.read(folder or config.source.parent / MISTAKES)
    entries = catalogue.chosen(found, only, shard)
    out = Console(quiet=as_json)
    if place is not None:
        described = job.planted(config, entries, place)
        say(out, f"{entries[0].id}: {entries[0].what}\n  harness verify --config {described}")
        return OK
    way = job.way(config, jobs, isolation=isolation, patience_s=patience_s, fresh=fresh)
    measured = []
    for one in job.measured(config, entries, way):
        shown.print_one(out, one)
        measured.append(one)
    came_to = judge.score(measured)
    passed = came_to.reaches(at_least) and not came_to.alarms
    facts = {
        "target": config.name,
        "jobs": ", ".join(jobs),
        "patches": f"{len(entries)} of {len(found)}",
        "shard": f"{shard[0]}/{shard[1]}" if shard else "",
        "commit": job.commit(config.source.parent),
        "measured on": _days([one.outcome.measured_on for one in measured]),
        "told": f"{datetime.now(UTC):%Y-%m-%d}",
        "asked for": f"at least {at_least:.0%}" if at_least is not None else "",
    }
    shown.print_score(out, came_to, jobs, facts)
    if as_json:
        print(json.dumps(shown.document(came_to, measured, facts, passed=passed)))
    return OK if passed else DIFFERENCES


def _days(found: list[str]) -> str:
    first, last = min(found), max(found)
    return first if first == last else f"{first} to {last}"
