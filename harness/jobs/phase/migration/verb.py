"""`harness migration`: every phase, there and back."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from harness.backend.phases import manifest
from harness.core.errors import OK
from harness.jobs.phase.migration import run as job
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
    folder = store.begin(runs_folder(config, runs))
    console = Console(quiet=as_json)
    say(console, f"{len(phases)} phases, there and back, {jobs} at a time; a few minutes")

    def done(outcome: job.PhaseOutcome) -> None:
        word = "pass" if outcome.exit_code == OK else "FAIL"
        say(
            console,
            f"{word:<5} phase {outcome.number} · {titles[outcome.number]}: {outcome.cells} cells, {outcome.seconds:.0f} s",
        )
        if outcome.error:
            say(console, f"      {outcome.error['message']}\n      hint: {outcome.error['hint']}")
        for failure in outcome.failures:
            say(
                console,
                f"      {failure['cell'] or ''} {failure['checker']}: {failure['claim']}".replace("       ", "      "),
            )
            for line in failure["evidence"][:6]:
                say(console, f"        {line}")

    outcomes = job.walk(
        config_path, titles, only=only, runs=folder, isolation=isolation, jobs=jobs, done=done
    )  # fmt: skip
    parts: Counter[str] = Counter()
    for outcome in outcomes:
        for name, seconds in outcome.parts.items():
            parts["scenarios" if name.startswith("scenarios") else name] += seconds
    say(console, "")
    say(
        console,
        "where time went, in seconds over all phases: "
        + ", ".join(f"{name} {spent:.0f}" for name, spent in parts.most_common()),
    )
    say(console, f"kept in {folder}")
    code = job.worst_exit(outcomes)
    say(console, f"{'PASS' if code == OK else 'FAIL'} migration, phases {', '.join(map(str, titles))}")
    if as_json:
        print(json.dumps({"exit_code": code, "phases": [asdict(outcome) for outcome in outcomes]}))
    return code
