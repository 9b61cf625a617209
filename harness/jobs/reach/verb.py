"""`harness reach`: which code of the target was reached, by which cells, and which not."""

from __future__ import annotations

import json
from pathlib import Path

import click

from harness.core.errors import OK
from harness.jobs.reach import report as shown
from harness.jobs.reach import run as job
from harness.report.printable import lines_shown
from harness.verb.accepting import attended, in_ci, unattended_option
from harness.verb.options import config_option, json_option, loaded, phase_option


@click.command()
@config_option
@phase_option
@click.option(
    "--run", type=click.Path(path_type=Path), default=Path("runs/latest"), show_default=True, help="A run with --reach."
)
@click.option(
    "--only", multiple=True, metavar="PATTERN", help="Modules or functions, 'shop/*' or '*:Order.pay'. Repeatable."
)
@click.option("--at", metavar="PATH:LINE", help="Only say which cells ran this line.")
@click.option(
    "--accept", is_flag=True, help="Hold runs from now on to what this whole run reached: scenarios/reach.toml."
)
@click.option("--why", default="", metavar="TEXT", help="With --accept: the reason, kept in the file.")
@click.option(
    "--write", metavar="WHAT", help="Write the skeleton of a scenario for 'PUT /a/route/', a task, or 'path:function'."
)
@unattended_option
@json_option
def reach(
    config_path: Path, phase: int | None, run: Path, only: tuple[str, ...], at: str | None, accept: bool, why: str, write: str | None, unattended: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Tell which branches, functions and handlers of the target's code no cell of a run with --reach has reached.

    Exit code 0 in any case: whether less is reached than was, the run itself says. 2: usage.
    """
    if sum(one is not None for one in (at, write)) + accept + bool(only) > 1:
        raise click.UsageError("--at, --accept, --write and --only are asked for one at a time")
    config = loaded(config_path, phase)
    if at is not None:
        line = job.line_at(config, run, at)
        click.echo(json.dumps(shown.line_document(line)) if as_json else lines_shown(shown.line(line)))
        return OK
    if accept:
        attended(unattended)
        click.echo(shown.accepted(job.accept(config, run, why, ci=in_ci())))
        return OK
    if write is not None:
        click.echo(f"{job.write(config, run, write)}: it stops every run until it is filled in")
        return OK
    found = job.found(config, run, only)
    click.echo(json.dumps(shown.document(found)) if as_json else lines_shown(shown.lines(found)))
    return OK
