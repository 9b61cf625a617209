"""`harness check`: judge a stored run again with today's goldens; nothing is booted."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status
from harness.jobs.verify.check import report as shown
from harness.jobs.verify.check import run as job
from harness.report import machine, terminal
from harness.verb.asked import known
from harness.verb.options import config_option, json_option, loaded


@click.command()
@config_option
@click.argument("run", type=click.Path(path_type=Path), default=Path("runs/latest"))
@click.option(
    "--with", "older", type=click.Path(path_type=Path), metavar="OLDER", help="A run of before: tell what only the harness changed since from what the target did."
)  # fmt: skip
@json_option
def check(config_path: Path, run: Path, older: Path | None, as_json: bool) -> int:
    """Judge the stored run RUN [default: runs/latest] again, with the goldens, rate card and findings of now."""
    asked = known(loaded(config_path))
    out = Console(quiet=as_json)
    summary, result = job.again(asked, run)
    terminal.print_report(out, summary)
    found = None if older is None else job.with_older(asked, run, result, older)
    if found is not None:
        shown.print_beside(out, found)
    if as_json:
        print(json.dumps(machine.document(summary) | shown.document(found), default=plain))
    return OK if summary.status is Status.PASS else DIFFERENCES
