"""`harness check`: judge a stored run again with today's goldens; nothing is booted."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status
from harness.jobs.verify.check import run as job
from harness.report import machine, terminal
from harness.verb.asked import known
from harness.verb.options import config_option, json_option, loaded


@click.command()
@config_option
@click.argument("run", type=click.Path(path_type=Path), default=Path("runs/latest"))
@json_option
def check(config_path: Path, run: Path, as_json: bool) -> int:
    """Judge the stored run RUN [default: runs/latest] again, with the goldens, rate card and findings of now."""
    asked = known(loaded(config_path))
    summary = job.again(asked, run)
    terminal.print_report(Console(quiet=as_json), summary)
    if as_json:
        print(json.dumps(machine.document(summary), default=plain))
    return OK if summary.status is Status.PASS else DIFFERENCES
