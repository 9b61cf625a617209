"""`harness report`: what several runs come to together, and what plans are split by."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.counts import count, plain
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status
from harness.jobs.report import run as job
from harness.report import machine, terminal
from harness.report.say import say
from harness.store import durations
from harness.verb.asked import known
from harness.verb.options import config_option, json_option, loaded, runs_folder, runs_option
from harness.verb.tidied import tidied


@click.group()
def report() -> None:
    """One report of several runs."""


@report.command("merge")
@click.argument("run", type=click.Path(path_type=Path), nargs=-1, required=True)
@config_option
@runs_option
@click.option(
    "--partial", is_flag=True, help="Judge what is there although cells are missing: it fails on each of them."
)
@json_option
def merged(run: tuple[Path, ...], config_path: Path, runs: Path | None, partial: bool, as_json: bool) -> int:
    """Merge the shards RUN... into one run and judge it whole, with the goldens of now.

    Shards of different splits, shards that were cut off and missing shards are refused. Exit codes as verify's.
    """
    asked = known(loaded(config_path))
    kept_in, out = runs_folder(asked.config, runs), Console(quiet=as_json)
    summary = job.merged(asked, run, kept_in, partial=partial)
    terminal.print_report(out, summary)
    tidied(asked.config, kept_in, out)
    if as_json:
        print(json.dumps(machine.document(summary), default=plain))
    return OK if summary.status is Status.PASS else DIFFERENCES


@report.command("durations")
@click.argument("run", type=click.Path(path_type=Path), default=Path("runs/latest"))
@config_option
@click.option("--out", type=click.Path(path_type=Path), default=None, help="The file [default: durations.toml beside the scenarios].")  # fmt: skip
def written(run: Path, config_path: Path, out: Path | None) -> int:
    """Write how long each cell of RUN [default: runs/latest] took: what verify --shard splits by. Commit the file."""
    config = loaded(config_path)
    path = out or config.scenarios / durations.NAME
    taken = job.durations_of(config, run)
    durations.write(path, taken)
    say(Console(), f"{path}: {count(len(taken.milliseconds), 'cell')}, {sum(taken.milliseconds.values()) / 1000:.1f} s")
    return OK
