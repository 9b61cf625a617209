"""`harness fuzz`: an endpoint of contracts/api on generated database states, and schemathesis in process and over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.errors import DIFFERENCES, OK
from harness.jobs.contracts.fuzz import report as shown
from harness.jobs.contracts.fuzz import run as job
from harness.jobs.contracts.fuzz import schemathesis
from harness.jobs.contracts.fuzz.values import Asked, right
from harness.store import runs as store
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
@click.argument("endpoint", default="", metavar="[ENDPOINT]")
@config_option
@phase_option
@click.option(
    "--seed", type=click.IntRange(0), default=None, help="Same seed, same states [default: a new one, printed]."
)
@click.option("--examples", type=click.IntRange(1), default=600, show_default=True, help="Database states to generate.")
@click.option("--case", type=click.Path(path_type=Path), default=None, help="Play one kept state instead.")
@click.option("--wsgi", is_flag=True, help="Also schemathesis in pytest, in the target's process.")
@click.option("--http", is_flag=True, help="Also schemathesis over HTTP, with JUnit and HAR.")
@isolation_option
@runs_option
@json_option
def fuzz(
    endpoint: str, config_path: Path, phase: int | None, seed: int | None, examples: int, case: Path | None, wsgi: bool, http: bool,
    isolation: str, runs: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Fuzz an endpoint whose input is the database, against an oracle that reads only the rows.

    ENDPOINT is a folder of contracts/api; it may be left out where there is one.

    Exit code 0: every answer was right. 1: one was not; the smallest state that shows it is kept and can be replayed.
    """
    config = ready(loaded(config_path, phase), isolation=isolation)
    search = job.search(config, endpoint, seed=seed, examples=examples, case=case)
    kept_in = runs_folder(config, runs)
    folder = store.begin(kept_in)
    console = Console(quiet=as_json)
    shown.print_start(console, search)
    found = job.run(config, search, isolation=isolation)
    shown.print_search(console, search, found, job.keep(found, search, folder))
    asked: tuple[Asked, ...] = ()
    for wanted, ask in ((wsgi, schemathesis.in_process), (http, schemathesis.over_http)):
        if wanted and case is None:
            asked += (ask(config, search.about, search.seed, folder, isolation),)
            shown.print_asked(console, search, asked[-1])
    shown.print_end(console, search, folder, found, asked)
    tidied(config, kept_in, console)
    if as_json:
        print(json.dumps(shown.document(found, asked)))
    return OK if right(found, asked) else DIFFERENCES
