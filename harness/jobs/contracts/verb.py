"""`harness contracts`: provider, API, request body, Celery, schema and legacy contracts at every phase, against stacks that run now."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from harness.backend import scenarios
from harness.backend.phases.manifest import read_all
from harness.core.config import Config
from harness.core.errors import DIFFERENCES, OK, HarnessError
from harness.core.phase import LAST, Phase
from harness.core.verdict import Status, worst
from harness.jobs.contracts import files
from harness.jobs.contracts import report as shown
from harness.jobs.contracts import run as job
from harness.jobs.contracts.judge import schema_drift
from harness.jobs.contracts.judge.openapi import wanted
from harness.jobs.contracts.judge.phase import KINDS, Observed
from harness.report.say import say
from harness.store import history
from harness.store import runs as store
from harness.verb.options import config_option, in_ci, isolation_option, json_option, loaded, phase_option
from harness.verb.target import ready


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
        stored = history.read(store.find(run) / store.HISTORY, config.ledger)
        verdicts = job.judged_run(config, stored)
        shown.print_failures(console, verdicts)
        for verdict in verdicts:
            if verdict.status is Status.PASS:
                say(console, f"  {verdict.claim}: {verdict.evidence[0]}")
        if as_json:
            print(json.dumps({"status": str(worst(verdicts)), "verdicts": [asdict(one) for one in verdicts]}))
        return OK if worst(verdicts) is Status.PASS else DIFFERENCES
    return _table(config, config_path, sorted(set(phases)), isolation, console, as_json)


@contracts.command()
@config_option
@phase_option
@click.option("--accept", is_flag=True, help="Lock what the catalogue holds now.")
@click.option("--why", default="", metavar="TEXT", help="The reason, kept in the file.")
@click.option(
    "--since", type=click.IntRange(0, LAST), default=None, help="Show what changed in the contracts since this phase."
)
@isolation_option
def schema(
    config_path: Path, phase: int | None, accept: bool, why: str, since: int | None, isolation: str
) -> int:  # fmt: skip
    """The schema of one phase against contracts/schema, from the live catalogue."""
    console = Console()
    config = loaded(config_path, phase)
    number = config.phase
    if since is not None:
        lines = schema_drift.difference(files.schema(config.contracts, since), files.schema(config.contracts, number))
        say(console, f"phase {number} since phase {since}: {len(lines)} lines")
        for line in lines:
            say(console, f"  {line}")
        return OK
    if accept and in_ci():
        raise HarnessError(
            "contracts are not accepted in CI", hint="accept on your machine and commit the file", code="contracts-ci"
        )
    if accept and not why.strip():
        raise HarnessError("a contract changes for a reason", hint='give --why "..."', code="contracts-why")
    live = job.observe(ready(config, isolation=isolation), isolation, app=False).schema
    if accept:
        path = files.schema_file(config.contracts, number)
        before = files.schema(config.contracts, number) if path.exists() else {}
        files.write_schema(config.contracts, number, live, why)
        lines = schema_drift.difference(before, live)
        say(console, f"phase {number}: {len(live)} tables locked in {path.name}, {len(lines)} lines changed")
        for line in lines if before else ():
            say(console, f"  {line}")
        return OK
    result = schema_drift.check(files.schema(config.contracts, number), live)
    for line in result.evidence:
        say(console, f"{result.status}  phase {number}: {line}")
    return OK if result.status is Status.PASS else DIFFERENCES


def _table(
    config: Config, config_path: Path, numbers: list[int], isolation: str, console: Console, as_json: bool
) -> int:  # fmt: skip
    api = files.api(config.contracts)
    found = scenarios.load(config)
    manifest: dict[int, Phase] = {}
    if config.phases_dir is not None:
        manifest = {phase.number: phase for phase in read_all(config.phases_dir)}
    numbers = numbers or (list(range(LAST + 1)) if manifest else [config.phase])
    say(console, f"contracts at phase {', '.join(map(str, numbers))}: a stack for each, a few seconds each")
    seen: dict[int, Observed] = {}
    verdicts, drift = {}, {}
    for number in numbers:
        for one in (number - 1, number) if manifest and number else (number,):
            if one not in seen:
                tree = ready(loaded(config_path, one if manifest else None), isolation=isolation)
                paths, serializers = wanted(api, one)
                seen[one] = job.observe(
                    tree,
                    isolation,
                    paths=paths,
                    serializers=serializers,
                    contract=api if one in numbers else None,
                    scenarios=found.values(),
                )
        judged = job.judged(
            loaded(config_path, number if manifest else None),
            seen[number],
            seen.get(number - 1),
            found,
            manifest.get(number),
        )
        verdicts[number], drift[number] = judged.verdicts, judged.drift
    shown.print_table(console, KINDS, verdicts, drift)
    every = [one for number in numbers for one in verdicts[number]]
    if as_json:
        body = {
            str(number): {"verdicts": [asdict(one) for one in verdicts[number]], "drift": drift[number]}
            for number in numbers
        }
        print(json.dumps({"status": str(worst(every)), "phases": body}))
    return OK if worst(every) is Status.PASS else DIFFERENCES
