"""`harness shadow OLD NEW`: two states of the target on the same tape, compared fact by fact."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status, worst
from harness.jobs.shadow import report as shown
from harness.jobs.shadow import run as job
from harness.report import progress
from harness.report.say import say
from harness.run import drive
from harness.store import runs as store
from harness.verb.asked import Asked, asked, planned
from harness.verb.inside import Island, enter
from harness.verb.options import config_option, isolation_option, json_option, only_option, runs_folder, runs_option
from harness.verb.target import ready
from harness.verb.tidied import tidied


@click.command()
@config_option
@click.argument("old")
@click.argument("new")
@only_option
@isolation_option
@runs_option
@json_option
def shadow(
    config_path: Path, old: str, new: str, only: tuple[str, ...], isolation: str, runs: Path | None, as_json: bool
) -> int:  # fmt: skip
    """Drive every scenario against OLD, OLD again and NEW, and compare charges, usage logs, balances, provider requests,
    answers and rows. OLD and NEW are phases, or paths of two harness.toml.

    Exit code 0: nothing differs but what the phases between declare, and the comparison log says the same. 1: anything
    else, and anything that nobody can tell. 2: usage. 3: a stack failed.
    """
    before, after = (
        replace(side, config=ready(side.config, isolation=isolation)) for side in job.sides(config_path, old, new)
    )
    old_asked = asked(planned(before.config, only=only))
    new_asked = asked(planned(after.config, only=only), old_asked.law)
    kept_in = runs_folder(before.config, runs)
    folder = store.begin(kept_in)
    out = Console(quiet=as_json)

    def enter_and_drive(name: str, side: job.Side, one: Asked, where: Path) -> int:
        say(out, f"{name.replace('-', ' ')}: {side.name}")

        def inside(place: Island) -> int:
            with progress.RunProgress(out, quiet=as_json) as heard:
                drive.drive_plan(one.config, one.plan, place, where, heard.hear)
            return OK

        return enter(one.config, inside, isolation=isolation, as_json=as_json)

    code, seconds = job.drive((before, old_asked), (after, new_asked), folder, enter_and_drive)
    if code != OK:
        return code
    law = old_asked.law
    result = job.judged(before, after, law, folder)
    store.write_verdict(folder, result.verdicts, {"old": before.name, "new": after.name, "seconds": seconds})
    notes = shown.notes(job.declared_tapes(law, before, after, old_asked.plan.scenarios), after.name, seconds)
    shown.print_shadow(out, before.name, after.name, result.real, result.verdicts, notes)
    tidied(before.config, kept_in, out)
    if as_json:
        facts = {"seconds": seconds, "notes": notes, "kept_in": str(folder)}
        print(
            json.dumps(
                shown.document(before.name, after.name, result.real, result.noise, result.verdicts, facts),
                default=plain,
            )
        )
    return OK if worst(result.verdicts) is Status.PASS else DIFFERENCES
