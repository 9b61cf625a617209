"""`harness contracts`: provider, API, request body, Celery, schema and legacy contracts at every phase, against stacks that run now."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.core.golden import why_lacks
from harness.core.phase import LAST
from harness.core.verdict import Status, worst
from harness.jobs.contracts import report as shown
from harness.jobs.contracts import run as job
from harness.verb.accepting import attended, in_ci, unattended_option
from harness.verb.options import config_option, isolation_option, json_option, loaded, phase_option


@click.group(invoke_without_command=True)
@click.pass_context
@config_option
@click.option("--phase", "phases", type=click.IntRange(0, LAST), multiple=True, help="Only this phase. Repeatable.")
@click.option(
    "--run", type=click.Path(path_type=Path), default=None, help="Judge what a stored run answered and sent instead."
)
@isolation_option
@json_option
def contracts(
    ctx: click.Context, config_path: Path, phases: tuple[int, ...], run: Path | None, isolation: str, as_json: bool
) -> int:  # fmt: skip
    """One table over provider, API, request bodies, Celery, schema and legacy, per phase, with drift.

    Exit code 0: everything is as contracted, and every drift that could break somebody is declared. 1: anything else.
    """
    if ctx.invoked_subcommand is not None:
        return OK
    config = loaded(config_path)
    console = Console(quiet=as_json)
    if run is not None:
        found = job.judged_run(config, run)
        shown.print_run(console, found)
        if as_json:
            print(json.dumps(shown.run_document(found)))
        return OK if worst(found) is Status.PASS else DIFFERENCES
    chosen = job.phases_of(config, phases)
    shown.print_start(console, chosen.numbers)
    judged = job.judged(config_path, chosen, isolation)
    shown.print_table(console, judged)
    if as_json:
        print(json.dumps(shown.table_document(judged)))
    every = worst(verdict for one in judged.values() for verdict in one.verdicts)
    return OK if every is Status.PASS else DIFFERENCES


@contracts.command()
@config_option
@phase_option
@click.option("--accept", is_flag=True, help="Lock what the catalogue holds now.")
@click.option("--why", default="", metavar="TEXT", help="The reason, kept in the file.")
@click.option(
    "--since", type=click.IntRange(0, LAST), default=None, help="Show what changed in the contracts since this phase."
)
@unattended_option
@isolation_option
def schema(
    config_path: Path, phase: int | None, accept: bool, why: str, since: int | None, unattended: bool, isolation: str
) -> int:  # fmt: skip
    """The schema of one phase against contracts/schema, from the live catalogue."""
    console = Console()
    config = loaded(config_path, phase)
    if since is not None:
        shown.print_since(console, config.phase, since, job.schema_since(config, since))
        return OK
    if accept and in_ci():
        raise HarnessError(
            "contracts are not accepted in CI", hint="accept on your machine and commit the file", code="contracts-ci"
        )
    if accept and (lacks := why_lacks(why)):
        raise HarnessError(
            f"a contract changes for a reason: {lacks}", hint='give --why "..." in words', code="contracts-why"
        )
    if accept:
        attended(unattended)
        shown.print_locked(console, config.phase, job.lock_schema(config, isolation, why))
        return OK
    result = job.judged_schema(config, isolation)
    shown.print_schema(console, config.phase, result)
    return OK if result.status is Status.PASS else DIFFERENCES
