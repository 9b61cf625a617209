"""The main job: boot, drive every cell, write the history. It judges nothing: verdicts come from the history alone.

`told_run` is how any run begins and ends; what drives cells in its own way (a phase, a week) tells them through it too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import harness
from harness.backend import tables
from harness.cell.drive import steps_for
from harness.cell.live import boot, clock_refused, workers_of
from harness.cell.observe import Tell
from harness.cell.run import run_cell
from harness.core import stages
from harness.core.config import Config
from harness.core.scenario import Do
from harness.core.scenario import Path as Way
from harness.run import reached
from harness.run.fingerprint import fingerprint, sources, versions
from harness.run.plan import Plan
from harness.run.shard import fields_of
from harness.stack.isolation.island import Island
from harness.store.history import HistoryWriter
from harness.store.runs import HISTORY


@dataclass(slots=True, kw_only=True)
class Driven:
    """What a run cost: seconds by part, and the stack's memory at its end in bytes."""

    seconds: dict[str, float] = field(default_factory=dict)
    memory_bytes: int = 0
    isolation: str = ""
    why: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    """What a report says beside, by name."""


def drive_plan(
    config: Config,
    plan: Plan,
    island: Island,
    folder: Path,
    listen: Tell,
    *,
    workers: int | None = None,
) -> Driven:
    """Drive every cell of `plan` in `island` and write runs/<time>/history.ndjson. `listen` hears every event too."""
    driven = Driven(isolation=island.kind, why=island.why)
    begun = time.perf_counter()
    start = start_event(config, plan, island, workers=workers_of(config, plan.tier, workers))
    with told_run(folder, listen, start, run_dir=island.run_dir, seconds=driven.seconds) as tell:
        with (
            boot(config, island, shell=needs_shell(config, plan), tier=plan.tier, workers=workers) as live,
            _logs_kept(live.stack.run_dir, folder),  # containers log elsewhere than below the island
        ):
            noted = live.stack.trace
            driven.seconds[stages.BOOT] = time.perf_counter() - begun
            listen("booted", {"timings": dict(live.stack.timings), "cold": live.cold})
            _cells(config, plan, live, tell, driven)
            driven.memory_bytes = live.stack.memory_bytes()
            down = time.perf_counter()
        driven.seconds[stages.TEARDOWN] = time.perf_counter() - down
        reached.tell_code(config, noted, folder, tell)
        driven.seconds[stages.TOTAL] = time.perf_counter() - begun
    return driven


@contextmanager
def told_run(
    folder: Path, listen: Tell, start: Mapping[str, Any], *, run_dir: Path, seconds: Mapping[str, float]
) -> Iterator[Tell]:
    """A run from its run.start (`start`) to its run.end, which says `seconds` as they are then: yields what tells an event
    to the history in `folder` and to `listen`.

    A body that raises leaves a history without run.end. What the programs below `run_dir` logged is kept in any case.
    """
    with HistoryWriter(folder / HISTORY) as history, _logs_kept(run_dir, folder):

        def tell(kind: str, fields: Mapping[str, Any]) -> None:
            history.tell(kind, fields)
            listen(kind, fields)

        tell("run.start", start)
        yield tell
        tell("run.end", {"seconds": seconds, "cells": len(start["cells"])})


def _cells(config: Config, plan: Plan, live: Any, tell: Tell, driven: Driven) -> None:
    for cell in plan.cells:
        clock = run_cell(config, cell, live, tell)
        for part, seconds in clock.seconds.items():
            driven.seconds[part] = driven.seconds.get(part, 0.0) + seconds
        live.stack.alive()
        if live.spoilt:
            break  # what was driven is judged: its last cell fails, and those that were not driven are told


def start_event(config: Config, plan: Plan, island: Island, *, workers: int = 1) -> dict[str, Any]:
    """The fields of run.start."""
    return {
        "harness": harness.__version__,
        "target": config.name,
        "phase": plan.phase,
        "tier": plan.tier,
        "isolation": island.kind,
        "workers": workers,
        "seed": 0,
        "whole": plan.whole,
        "vary": plan.vary,
        "cells": [cell.id for cell in plan.cells],
        **({"clock": why} if (why := clock_refused(config, plan.tier)) else {}),
        **({"unwatched": list(config.unwatched)} if config.unwatched else {}),
        **({"reach": {"vary": plan.vary}} if config.traced else {}),
        "versions": versions(config),
        "sources": sources(config),
        **({"routes": list(config.routes)} if config.routes else {}),
        **({"tasks": list(config.tasks)} if config.tasks else {}),
        "tables": tables.document(config.found or ()),
        **({} if plan.shard is None else {**fields_of(plan, plan.shard), "code": fingerprint(config)}),
    }


def needs_shell(config: Config, plan: Plan) -> bool:
    """Whether any cell calls into the target's own shell, or sends from it: it is started beside the roles then."""
    if config.auth.way == "mint":
        return True
    actions = (
        step.on(Way(cell.path))
        for cell in plan.cells
        for step in steps_for(cell.scenario, cell.path)
        if isinstance(step, Do)
    )
    return any(action.call or action.task for action in actions)


@contextmanager
def _logs_kept(run_dir: Path, folder: Path) -> Iterator[None]:
    """Copy what every role said, also when the boot failed: the run's folder outlives the island."""
    try:
        yield
    finally:
        kept = folder / "logs"
        kept.mkdir(exist_ok=True)
        for log in sorted((run_dir / "logs").glob("*.log")):
            (kept / log.name).write_bytes(log.read_bytes())
