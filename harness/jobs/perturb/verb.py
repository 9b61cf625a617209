"""`harness perturb`: would the judge have noticed? Nothing is driven."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status
from harness.jobs.perturb import report as shown
from harness.jobs.perturb import run as job
from harness.jobs.perturb.judge import status
from harness.verb.asked import known
from harness.verb.options import config_option, json_option, loaded, only_option


@click.command()
@config_option
@click.argument("run", type=click.Path(path_type=Path), default=Path("runs/latest"))
@only_option
@click.option(
    "--share", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="How many of the changes are asked that carry no money, identity, credential or grouping: these are all asked."
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Which of them.")
@json_option
def perturb(config_path: Path, run: Path, only: tuple[str, ...], share: float, seed: int, as_json: bool) -> int:
    """Change each observed value of the stored run RUN [default: runs/latest], and see whether the judge refuses it.

    Exit code 0: all of money, identity, credentials and grouping are refused, and nearly all else. 1: not. 2: usage.
    """
    found = job.perturb(known(loaded(config_path)), run, share=share, seed=seed, only=only)
    shown.print_came(Console(quiet=as_json), found)
    if as_json:
        print(json.dumps(shown.document(found)))
    return OK if status(found) is Status.PASS else DIFFERENCES
