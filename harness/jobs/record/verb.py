"""`harness record`: make cassettes."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.backend import scenarios
from harness.core.counts import count
from harness.core.errors import DIFFERENCES, OK
from harness.jobs.record import report as shown
from harness.jobs.record import run as job
from harness.report import progress
from harness.report.say import say
from harness.verb.inside import Island, enter
from harness.verb.options import config_option, json_option, loaded
from harness.verb.target import ready


@click.command()
@config_option
@click.argument("only", nargs=-1, metavar="[SCENARIO]...")
@click.option(
    "--real", is_flag=True, help="Record from the real providers, with keys from OPENAI_API_KEY and RUNWARE_API_KEY."
)
@click.option(
    "--overwrite", is_flag=True, help="Replace cassettes whose traffic changed; without it the drift is only shown."
)
@click.option("--dry-run", is_flag=True, help="Send nothing, write nothing: show each request and what it would cost.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="Where cassettes go [default: the target's]."
)
@json_option
def record(
    config_path: Path,
    only: tuple[str, ...],
    real: bool,
    overwrite: bool,
    dry_run: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Drive the scenarios that own cassettes, and record what the providers answer, through vcrpy.

    Without --real the simulator answers, and the cassettes say so. Exit code 1 when a cassette would change and
    --overwrite was not given.
    """
    config = ready(loaded(config_path), isolation="auto")
    owned = job.owners(scenarios.load(config), only)
    console = Console(quiet=as_json)
    say(console, f"recording {count(len(owned), 'scenario')} from {'the real providers' if real else 'the simulator'}")

    def inside(place: Island) -> int:
        with progress.RunProgress(console, quiet=as_json) as heard:
            made = job.record(
                config, owned, place, upstream="real" if real else "simulator",
                out=out or config.cassettes, overwrite=overwrite, dry_run=dry_run, listen=heard.hear,
            )  # fmt: skip
        for line in shown.lines(made, dry_run=dry_run):
            say(console, line)
        if as_json:
            print(json.dumps(shown.document(made)))
        held_back = sum(kept.held_back for kept in made)
        if held_back:
            say(console, shown.held_back(held_back))
        return DIFFERENCES if held_back else OK

    # A namespace has no way out, by design: only the start-up hook lets the recorder itself reach a real provider.
    return enter(config, inside, isolation="hook" if real and not dry_run else "auto", as_json=as_json)
