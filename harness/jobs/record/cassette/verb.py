"""`harness cassette`: look at, lint and compare cassettes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click

from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.jobs.record.cassette import report as shown
from harness.jobs.record.cassette import run as job
from harness.provider.cassettes import show
from harness.provider.cassettes.drift import compare
from harness.verb.options import config_option, json_option, loaded


@click.group()
def cassette() -> None:
    """Look at, lint and compare cassettes."""


@cassette.command("lint")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Judge shutdown dates as of this day.")
@json_option
@config_option
def lint_command(directory: Path | None, today: datetime | None, as_json: bool, config_path: Path) -> int:
    """Check provenance, hashes, secrets, contracts, ends of models, orphans, sizes. Exits with 1 on an error.

    With DIRECTORY only those files are checked, and no scenario is asked whether it plays them.
    """
    found = job.linted_folder(directory, today) if directory else job.linted(loaded(config_path), today)
    if as_json:
        click.echo(json.dumps(shown.lint_document(found), indent=2))
    else:
        _print(shown.lint_lines(found))
    return DIFFERENCES if found.errors else OK


@cassette.command("show")
@click.argument("name")
@click.option("--body", "position", type=int, default=None, metavar="N", help="Print both bodies of interaction N.")
@config_option
def show_command(name: str, position: int | None, config_path: Path) -> int:
    """What a cassette holds. NAME is a name below the cassette folder, or a file of any dialect."""
    found = job.one(name, config_path)
    if position is None:
        _print(show.summary(found))
        return OK
    if not 0 <= position < len(found.interactions):
        raise HarnessError(
            f"{name} has no interaction {position}",
            hint=f"it has {len(found.interactions)}, counted from 0",
            code="usage",
        )
    _print(show.bodies(found.interactions[position]))
    return OK


@cassette.command()
@click.argument("a")
@click.argument("b")
@config_option
def diff(a: str, b: str, config_path: Path) -> int:
    """Every value that differs, interaction by interaction. Exits with 1 when any does."""
    lines = list(show.differences(job.one(a, config_path), job.one(b, config_path)))
    _print(lines)
    return DIFFERENCES if lines else OK


@cassette.command()
@click.argument("old")
@click.argument("new")
@json_option
@config_option
def drift(old: str, new: str, as_json: bool, config_path: Path) -> int:
    """What changed from OLD to NEW in requests, shape, usage and price. Exits with 1 when anything did."""
    before, after = job.one(old, config_path), job.one(new, config_path)
    found = compare(before.interactions, after.interactions)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        _print(found.lines() or ["no drift"])
    return DIFFERENCES if found else OK


@cassette.command("import-har")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("name")
@click.option(
    "--recorded-at",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Day of the recording, if the archive does not say.",
)
@click.option("--overwrite", is_flag=True, help="Replace a cassette that differs.")
@config_option
def import_har_command(
    source: Path, name: str, recorded_at: datetime | None, overwrite: bool, config_path: Path
) -> int:
    """Make cassettes of an HTTP archive: scrubbed, scanned, split by provider, labelled as recorded."""
    from harness.provider.record.imported import import_har  # vcrpy and requests are not needed to look at cassettes

    day: date | None = recorded_at.date() if recorded_at else None
    for made in import_har(source, name, loaded(config_path).cassettes, overwrite=overwrite, recorded_at=day):
        click.echo(f"wrote {made}")
    return OK


def _print(lines: Iterable[str]) -> None:
    for text in lines:
        click.echo(text)
