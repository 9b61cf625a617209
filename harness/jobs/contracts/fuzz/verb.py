"""`harness fuzz`: an endpoint of contracts/api on generated database states, and schemathesis in process and over HTTP."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from harness.core.counts import count
from harness.core.errors import DIFFERENCES, OK
from harness.jobs.contracts.fuzz import endpoints, schemathesis
from harness.jobs.contracts.fuzz import run as job
from harness.jobs.contracts.fuzz.case import keep, read
from harness.report.say import say
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
    number = secrets.randbelow(1 << 31) if seed is None else seed
    about = endpoints.folder(config.contracts, endpoint)
    state = None if case is None else read(case, about)
    job.described(config, about)
    folder = store.begin(runs_folder(config, runs))
    console = Console(quiet=as_json)
    say(
        console, f"phase {config.phase}, seed {number}, " + (f"one state from {case}" if case else f"{examples} states")
    )
    again = f"harness fuzz {f'{endpoint} ' if endpoint else ''}--phase {config.phase}"
    found = job.run(config, about, number=number, examples=examples, case=state, isolation=isolation)
    problems = list(found.problems)
    say(console, f"  {count(found.cases, 'case')} in {found.seconds:.1f} s: {found.cases / found.seconds:.0f} a second")
    say(console, f"  {found.distinct} distinct database states: {found.distinct_per_s:.0f} a second")
    say(console, f"  {found.app_share:.0%} of the time in the application; states {found.digest}")
    for rule, times in found.known.items():
        say(console, f"  known wrong in {times} of them: {rule} (contracts/api/known.toml)")
    if found.problems:
        _tell(console, found, folder, about, again, f"--seed {number} --examples {examples}")
    asked: list[schemathesis.Asked] = []
    for wanted, run in ((wsgi, schemathesis.in_process), (http, schemathesis.over_http)):
        if wanted and case is None:
            asked.append(run(config, about, number, folder, isolation))
            say(console, f"  {asked[-1].told}")
            for line in asked[-1].problems:
                say(console, f"FAIL {line}", "bold red")
            if asked[-1].problems:
                say(
                    console,
                    f"  repeat: {again} --seed {number} --examples {examples} --{asked[-1].way}",
                )
            problems += asked[-1].problems
    say(console, f"kept in {folder}")
    say(console, f"{'FAIL' if problems else 'PASS'} fuzz, phase {config.phase}, seed {number}")
    if as_json:
        body = {
            **asdict(found),
            "status": "fail" if problems else "pass",
            "schemathesis": [asdict(one) for one in asked],
        }
        print(json.dumps(body))
    return DIFFERENCES if problems else OK


def _tell(console: Console, found: job.Fuzzed, folder: Path, about: Path, again: str, options: str) -> None:
    for line in found.problems:
        say(console, f"FAIL {line}", "bold red")
    if found.state is None:
        say(console, f"  repeat: {again} {options}")
        return
    file, state = keep(found.state, folder, about)
    say(console, f"  the smallest state that shows it: {state}")
    say(console, f"  repeat: {again} --case {file}")
