"""`harness week`: a week of hourly ticks with many customers' schedules, in seconds, on the processes tier.

1  beat     the target's own schedule under Celery's own Scheduler, in the target's shell, with a moved clock
2  worker   the target's own worker, whose tasks see the clock of the cell (harness.stack.roles.clockhook)
3  ticks    each that beat sends is published; when all is quiet, rows, calls, tasks and logs are one cell of the history
4  judge    from the history alone, with due times calculated apart from the target (harness.jobs.week.judge)

What is real: PostgreSQL, broker, worker, messages, HTTP to the provider fake. What is not: beat's waiting, and the time
that task processes see. PostgreSQL's own now() stays real time.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.backend import scenarios
from harness.backend.python import frozen
from harness.cell.live import Live, boot
from harness.cell.observe import Tell
from harness.core.config import JUMPS, Config
from harness.core.errors import HarnessError
from harness.core.verdict import Verdict
from harness.core.week import Week
from harness.jobs.week import judge
from harness.jobs.week.beat import OWN, drive_beat
from harness.jobs.week.due import hours_of
from harness.jobs.week.judge import Asked, tick_name
from harness.jobs.week.ticks import drive_ticks
from harness.jobs.week.values import HOURS, PATH, Beat, Driven
from harness.judge.facts import target_of
from harness.run.drive import told_run
from harness.run.judged import Law
from harness.stack.isolation.fence import left_open
from harness.stack.isolation.island import Island
from harness.store import history
from harness.store import runs as store
from harness.store.runs import HISTORY

FOLDER = "week"


def week_of(config: Config, accounts: int, start: datetime) -> Week:
    """The customers of scenarios/week.py. Raises week-none."""
    module = scenarios.module(config, "week")
    if module is None:
        raise HarnessError(
            f"{config.scenarios} has no week.py", hint="it holds week(accounts, start) -> Week", code="week-none"
        )
    made: Week = module.week(accounts, start)
    return made


def begin(runs: Path) -> Path:
    """Make the folder of a week's history, in that of a new run."""
    folder = store.begin(runs) / FOLDER
    folder.mkdir()
    return folder


def drive(config: Config, week: Week, start: datetime, zone: str, island: Island, folder: Path, listen: Tell) -> Driven:
    """Drive the week in `island` and write its history below `folder`. Raises only what breaks the stack."""
    spent: dict[str, float] = {}
    began = time.perf_counter()
    workers = [role.name for role in config.roles.values() if role.ready == "celery" and role.boot == "always"]
    # beat and web have no part in it, and workers start when their clock is there
    quiet = {name: replace(role, boot="on_demand") for name, role in config.roles.items()}
    with boot(replace(config, roles=quiet, time=JUMPS), island, shell=True) as live:
        packages = frozen.provide(config)  # raises where the clock would be the real one
        _stand_in(live, workers, zone)
        spent["boot"] = time.perf_counter() - began
        beat = drive_beat(live.console(), config.app, start, hours_of(start, HOURS + 1)[-1], packages=packages)
        elsewhere = drive_beat(
            live.console(), config.app, start, hours_of(start, HOURS + 1)[-1], timezone=zone, packages=packages
        )
        spent["beat"] = time.perf_counter() - began - spent["boot"]
        begun = _start_event(config, island, beat, start)
        with told_run(folder, listen, begun, run_dir=live.stack.run_dir, seconds=spent) as tell:
            drive_ticks(config, week, live, beat, start, tell, workers)
            spent["ticks"] = time.perf_counter() - began - sum(spent.values())
    return Driven(beat=beat, elsewhere=elsewhere, seconds=spent)


def judged(
    config: Config, week: Week, law: Law, start: datetime, beat: Beat, folder: Path, price_phase: int | None
) -> tuple[Verdict, ...]:
    """Read the stored history below `folder` and judge it."""
    asked = Asked(
        week=week,
        start=start,
        hours=HOURS,
        sends=tuple((send.task, send.at) for send in beat.sends),
        check=week.check,
        phase=config.phase,
        price_phase=price_phase,
        comparison=config.comparison,
    )
    run = history.read(folder / HISTORY, config.ledger)
    return (
        *judge.judge(asked, run.cells, target_of(config), law.rates),
        judge.own_schedule(beat.scheduler, OWN),
    )


def _stand_in(live: Live, workers: list[str], zone: str) -> None:
    """The workers' machine stands in `zone`."""
    config = live.stack.config
    roles = {
        name: replace(role, env={**role.env, "TZ": zone}) if name in workers else role
        for name, role in config.roles.items()
    }
    live.stack.config = replace(config, roles=roles)


def _start_event(config: Config, island: Island, beat: Beat, start: datetime) -> dict[str, Any]:
    return {
        "target": config.name,
        "phase": config.phase,
        "tier": "processes",
        "isolation": island.kind,
        **({"not_held": [*open_to.values()]} if (open_to := left_open(island.kind, "processes")) else {}),
        "seed": 0,
        "whole": False,
        "cells": [f"{tick_name(at)}@{PATH}" for at in beat.ticks],
        "week": {"start": start.isoformat(), "sends": [[send.task, send.at.isoformat()] for send in beat.sends]},
    }
