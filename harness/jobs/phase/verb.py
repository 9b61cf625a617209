"""`harness phase N`: one phase of the migration, there and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.core.counts import plain
from harness.core.errors import DIFFERENCES, OK
from harness.core.verdict import Status, worst
from harness.jobs.phase import report as shown
from harness.jobs.phase import run as job
from harness.report import progress
from harness.report.say import say
from harness.store import runs as store
from harness.verb.asked import asked, planned
from harness.verb.inside import Island, enter
from harness.verb.options import (
    config_option,
    isolation_option,
    json_option,
    loaded,
    only_option,
    runs_folder,
    runs_option,
)
from harness.verb.target import ready


@click.command()
@config_option
@click.argument("number", type=click.IntRange(1, 7))
@only_option
@isolation_option
@runs_option
@json_option
def phase(
    config_path: Path, number: int, only: tuple[str, ...], isolation: str, runs: Path | None, as_json: bool
) -> int:  # fmt: skip
    """Migrate a lived-in database to phase NUMBER, drive everything, roll back, drive everything again.

    Exit code 0: only the declared changes, all of the declared changes, nothing lost. 1: anything else.
    """
    one = asked(planned(ready(loaded(config_path), isolation=isolation), only=only, phase=number))
    folder = store.begin(runs_folder(one.config, runs))
    console = Console(quiet=as_json)

    def inside(place: Island) -> int:
        with progress.RunProgress(console, quiet=as_json) as heard:

            def listen(kind: str, fields: Any) -> None:
                if kind == "phase":
                    heard.close()
                    say(console, f"phase {number}: {fields['text']}")
                heard.hear(kind, fields)

            run = job.run_phase(one.config, number, one.law, one.plan, place, folder, listen)
        store.write_verdict(folder, run.verdicts, {"phase": number, "seconds": run.seconds})
        shown.print_phase(console, run.phase, run.verdicts, run.seconds, run.cells)
        if as_json:
            body = {
                "phase": number,
                "name": run.phase.name,
                "status": str(worst(run.verdicts)),
                "cells": run.cells,
                "seconds": run.seconds,
                "failures": [asdict(verdict) for verdict in run.failed],
            }
            print(json.dumps(body, default=plain))
        return OK if worst(run.verdicts) is Status.PASS else DIFFERENCES

    return enter(one.config, inside, isolation=isolation, as_json=as_json)
