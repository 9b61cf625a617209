"""`harness vary`: the worlds that scenarios are driven in beside their own, and the settings that show."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from harness.core.errors import OK
from harness.jobs.vary import report as shown
from harness.jobs.vary import run as job
from harness.report.printable import lines_shown
from harness.report.say import say
from harness.store import runs as store
from harness.verb import target
from harness.verb.asked import planned
from harness.verb.inside import Island, enter
from harness.verb.options import (
    config_option,
    isolation_option,
    json_option,
    loaded,
    phase_option,
    runs_folder,
    runs_option,
    tier_option,
)
from harness.verb.tidied import tidied


@click.command()
@config_option
@phase_option
@tier_option
@isolation_option
@runs_option
@click.option("--learn", is_flag=True, help="Drive every setting where it may show, and write scenarios/varied.toml.")
@json_option
def vary(
    config_path: Path, phase: int | None, tier: str, isolation: str, runs: Path | None, learn: bool, as_json: bool
) -> int:
    """Print what is varied, why, and which settings show in no cell. With --learn, find out where they show.

    Exit code 0 in any case: what shows nowhere is said by name. 2: usage. 3: the stack failed.
    """
    config = target.ready(loaded(config_path, phase), isolation=isolation)
    look = target.looked(config, isolation=isolation)
    one, out = replace(planned(config, tier=tier), config=config), Console(quiet=as_json)
    if learn:
        every = job.edits(config, look)
        chosen = job.plan(one, every)
        say(out, f"{len(every)} settings in {len(chosen.cells)} cells")
        kept = runs_folder(config, runs).resolve()

        def inside(place: Island) -> int:
            job.learn(one, every, lambda: store.begin(kept), place, out, quiet=as_json)
            return OK

        code = enter(config, inside, isolation=isolation, as_json=as_json)
        tidied(config, kept, out)
        if code:
            return code
    found = job.known(one, look)
    if as_json:
        click.echo(json.dumps(shown.document(found)))
    else:
        click.echo(lines_shown(shown.lines(found)))
    return OK
