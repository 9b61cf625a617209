"""`harness worker`: drive cells for `harness verify --on`, on this machine."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from harness.jobs.worker import desk
from harness.jobs.worker import run as job
from harness.report.say import say
from harness.verb.options import config_option, isolation_option


@click.command()
@config_option
@click.option(
    "--broker", required=True, metavar="URL", help="The Redis in which cells wait, e.g. redis://10.0.0.5:6379/0."
)
@isolation_option
def worker(config_path: Path, broker: str, isolation: str) -> int:
    """Wait for cells of harness verify --on URL, drive each on a stack of this machine, send back what was observed.

    The stack stays up from cell to cell. Ctrl-C or SIGTERM: end when the cell in hand is done.
    """
    out = Console()

    def up(name: str) -> None:
        say(out, f"worker {name} waits for cells at {desk.shown(broker)}")

    return job.serve(config_path, broker, isolation, up)
