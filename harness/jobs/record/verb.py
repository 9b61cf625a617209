"""`harness record`: make cassettes."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import click
from rich.console import Console

from harness.backend import scenarios
from harness.core.errors import DIFFERENCES, OK
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
    say(console, f"recording {len(owned)} scenarios from {'the real providers' if real else 'the simulator'}")

    def inside(place: Island) -> int:
        with progress.RunProgress(console, quiet=as_json) as heard:
            made = job.record(
                config, owned, place, upstream="real" if real else "simulator",
                out=out or config.cassettes, overwrite=overwrite, dry_run=dry_run, listen=heard.hear,
            )  # fmt: skip
        for kept in made:
            state = _state(kept, dry_run)
            say(console, f"{kept.cassette}: {kept.interactions} interactions, {kept.origin}, {state}")
            for line in (*kept.would_send, *kept.drift):
                say(console, f"  {line}")
        if dry_run:
            total = sum(Decimal(kept.cost_usd) for kept in made)
            say(
                console,
                f"{sum(kept.interactions for kept in made)} requests would cost about {total} USD; the simulator answered them",
            )
        if as_json:
            print(json.dumps({"cassettes": [asdict(kept) for kept in made]}))
        held_back = [kept for kept in made if kept.drift and not kept.written]
        if held_back:
            say(console, f"{len(held_back)} cassettes would change: look at the drift, then record with --overwrite")
        return DIFFERENCES if held_back else OK

    # A namespace has no way out, by design: only the start-up hook lets the recorder itself reach a real provider.
    return enter(config, inside, isolation="hook" if real and not dry_run else "auto", as_json=as_json)


def _state(kept: job.Recorded, dry_run: bool) -> str:
    if dry_run:
        return "nothing sent"
    if kept.written:
        return "written"
    return "CHANGED, not written" if kept.drift else "unchanged"
