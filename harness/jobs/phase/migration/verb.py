"""`harness migration`: every phase, there and back."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from harness.backend.phases import manifest
from harness.jobs.phase.migration import report as shown
from harness.jobs.phase.migration import run as job
from harness.jobs.phase.migration.values import PhaseOutcome
from harness.jobs.phase.run import phases_dir
from harness.report.say import say
from harness.store import runs as store
from harness.verb.options import (
    config_option,
    isolation_option,
    json_option,
    loaded,
    only_option,
    runs_folder,
    runs_option,
)
from harness.verb.tidied import tidied


@click.command()
@config_option
@only_option
@isolation_option
@runs_option
@click.option("--jobs", type=click.IntRange(1, 16), default=2, show_default=True, help="Phases at the same time.")
@json_option
def migration(
    config_path: Path, only: tuple[str, ...], isolation: str, runs: Path | None, jobs: int, as_json: bool
) -> int:  # fmt: skip
    """Walk phases 1 to 7: forward on a lived-in database, every scenario, back by the plan's procedure, every scenario."""
    config = loaded(config_path)
    phases = manifest.read_all(phases_dir(config))
    titles = {phase.number: phase.title for phase in phases}
    kept_in = runs_folder(config, runs)
    folder = store.begin(kept_in)
    console = Console(quiet=as_json)
    say(console, f"{len(phases)} phases, there and back, {jobs} at a time; a few minutes")

    def done(outcome: PhaseOutcome) -> None:
        for line in shown.phase_lines(outcome, titles[outcome.number]):
            say(console, line)

    outcomes = job.walk(
        config_path, titles, only=only, runs=folder, isolation=isolation, jobs=jobs, done=done
    )  # fmt: skip
    code = job.worst_exit(outcomes)
    for line in shown.whole_lines(outcomes, titles, code, folder):
        say(console, line)
    tidied(config, kept_in, console)
    if as_json:
        print(json.dumps(shown.document(outcomes, code)))
    return code
