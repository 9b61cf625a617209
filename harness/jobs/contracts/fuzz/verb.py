"""`harness fuzz`: the models endpoint on generated database states, and schemathesis in process and over HTTP."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.core.counts import count
from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.jobs.contracts.fuzz import run as job
from harness.jobs.contracts.fuzz import schemathesis
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

FAILING = "fuzz-state.json"


@click.command()
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
    config_path: Path, phase: int | None, seed: int | None, examples: int, case: Path | None, wsgi: bool, http: bool,
    isolation: str, runs: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Fuzz GET /api/v1/system/ai-models/, whose input is the database, against an oracle that reads only the rows.

    Exit code 0: every answer was right. 1: one was not; the smallest state that shows it is kept and can be replayed.
    """
    config = ready(loaded(config_path, phase), isolation=isolation)
    number = secrets.randbelow(1 << 31) if seed is None else seed
    state = None if case is None else _case(case)
    job.endpoint(config)
    folder = store.begin(runs_folder(config, runs))
    console = Console(quiet=as_json)
    say(
        console, f"phase {config.phase}, seed {number}, " + (f"one state from {case}" if case else f"{examples} states")
    )
    found = job.run(config, number=number, examples=examples, case=state, isolation=isolation)
    problems = list(found.problems)
    say(console, f"  {count(found.cases, 'case')} in {found.seconds:.1f} s: {found.cases / found.seconds:.0f} a second")
    say(console, f"  {found.distinct} distinct database states: {found.distinct_per_s:.0f} a second")
    say(console, f"  {found.app_share:.0%} of the time in the application; states {found.digest}")
    for rule, times in found.known.items():
        say(console, f"  known wrong in {times} of them: {rule} (contracts/api/known.toml)")
    if found.problems:
        _tell(console, found, folder, number, examples, config.phase)
    asked: list[schemathesis.Asked] = []
    for wanted, run in ((wsgi, schemathesis.in_process), (http, schemathesis.over_http)):
        if wanted and case is None:
            asked.append(run(config, number, folder, isolation))
            say(console, f"  {asked[-1].told}")
            for line in asked[-1].problems:
                say(console, f"FAIL {line}", "bold red")
            if asked[-1].problems:
                say(
                    console,
                    f"  repeat: harness fuzz --phase {config.phase} --seed {number} --examples {examples} --{asked[-1].way}",
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


def _tell(console: Console, found: job.Fuzzed, folder: Path, number: int, examples: int, phase: int) -> None:
    for line in found.problems:
        say(console, f"FAIL {line}", "bold red")
    if found.state is None:
        say(console, f"  repeat: harness fuzz --phase {phase} --seed {number} --examples {examples}")
        return
    file = folder / FAILING
    file.write_text(json.dumps(found.state, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    rows = [f"{row['model_name']!r}" for row in found.state["models"]]
    say(
        console,
        f"  the smallest state that shows it: models {', '.join(rows) or 'none'}; asked by '{found.state['caller']}'",
    )
    say(console, f"  repeat: harness fuzz --phase {phase} --case {file}")


def _case(path: Path) -> Any:
    """A state as `_tell` keeps it. Raises fuzz-case."""
    from harness.jobs.contracts.fuzz.inside.states import State  # only this option needs Hypothesis here

    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        return State.from_json(value).as_json()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise HarnessError(
            f"{path} is no kept state: {error}", hint=f"give a {FAILING} that harness fuzz wrote", code="fuzz-case"
        ) from None
