"""`harness phase N`: one phase of the migration, there and back."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.backend.at_phase import at_phase
from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status
from harness.jobs.phase import report as shown
from harness.jobs.phase import run as job
from harness.report import progress
from harness.store import runs as store
from harness.verb.accepting import may_accept, unattended_option
from harness.verb.asked import asked, planned
from harness.verb.inside import Island, enter
from harness.verb.options import (
    config_option,
    isolation_option,
    json_option,
    loaded,
    only_option,
    runs_folder,
    runs_option,
)
from harness.verb.target import ready
from harness.verb.tidied import tidied


@click.command()
@config_option
@click.argument("number", type=click.IntRange(1, 7))
@only_option
@isolation_option
@runs_option
@click.option(
    "--accept-rows", is_flag=True, help="Lock what the migration does to rows, as rows.delta beside phase.toml."
)
@click.option("--why", default="", help="With --accept-rows: why it is right.")
@unattended_option
@json_option
def phase(
    config_path: Path, number: int, only: tuple[str, ...], isolation: str, runs: Path | None, accept_rows: bool, why: str, unattended: bool, as_json: bool,
) -> int:  # fmt: skip
    """Migrate a lived-in database to phase NUMBER, drive everything, roll back, drive everything again.

    Exit code 0: only the declared changes, all of the declared changes, nothing lost. 1: anything else.
    """
    if accept_rows:
        may_accept(why, unattended)
    described = loaded(config_path)
    before, after = (ready(at_phase(described, n), isolation=isolation) for n in (number - 1, number))
    one = asked(planned(after, only=only, phase=number))
    kept_in = runs_folder(one.config, runs)
    folder = store.begin(kept_in)
    console = Console(quiet=as_json)

    def inside(place: Island) -> int:
        with progress.RunProgress(console, quiet=as_json) as heard:
            listen = shown.with_parts(heard, number)
            run = job.run_phase(before, after, one.law, one.plan, place, folder, listen)
        if accept_rows:
            job.lock_rows(run, why.strip())
        store.write_verdict(folder, run.verdicts, {"phase": number, "seconds": run.seconds})
        shown.print_phase(console, run)
        if as_json:
            print(json.dumps(shown.document(run), default=plain))
        return OK if run.status is Status.PASS else DIFFERENCES

    code = enter(one.config, inside, isolation=isolation, as_json=as_json)
    tidied(one.config, kept_in, console)
    return code
