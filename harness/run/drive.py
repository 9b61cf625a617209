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
from harness.cell.after import broken, late
from harness.cell.drive import steps_for
from harness.cell.live import boot, clock_refused, workers_of
from harness.cell.observe import Tell
from harness.cell.run import run_cell
from harness.core import stages
from harness.core.config import Config
from harness.core.errors import StackError
from harness.core.scenario import Cell, Do
from harness.core.scenario import Path as Way
from harness.core.tier import INPROCESS
from harness.run import reached
from harness.run.fingerprint import fingerprint, sources, versions
from harness.run.own import tell_own
from harness.run.plan import Plan
from harness.run.shard import fields_of
from harness.stack.isolation.fence import left_open
from harness.stack.isolation.island import Island
from harness.stack.roles.trace import OFF
from harness.store.history import HistoryWriter
from harness.store.runs import HISTORY

MOST_BROKEN = 3
"""Cells in a row in which the stack breaks, after which no further one is driven: each costs its time-outs and a boot."""


@dataclass(slots=True)
class Left:
    """What is still to be driven; `broken` counts the cells in a row that broke their stack. `late`: what came of cells that were over,
    until it is told."""

    cells: list[Cell]
    broken: int = 0
    late: list[Mapping[str, Any]] = field(default_factory=list)


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
    own: bool = False,
) -> Driven:
    """Drive every cell of `plan` in `island` and write runs/<time>/history.ndjson. `listen` hears every event too. `own`: the target's
    own tests are run when all is driven."""
    driven = Driven(isolation=island.kind, why=island.why)
    begun = time.perf_counter()
    start = start_event(config, plan, island, workers=workers_of(config, plan.tier, workers))
    left, noted = Left(list(plan.cells)), OFF
    with told_run(folder, listen, start, run_dir=island.run_dir, seconds=driven.seconds) as tell:
        while left.cells and left.broken < MOST_BROKEN:
            booted = time.perf_counter()
            with (
                boot(config, island, shell=needs_shell(config, plan), tier=plan.tier, workers=workers) as live,
                _logs_kept(live.stack.run_dir, folder),  # containers log elsewhere than below the island
            ):
                noted = live.stack.trace
                _add(driven.seconds, stages.BOOT, time.perf_counter() - booted)
                listen("booted", {"timings": dict(live.stack.timings), "cold": live.cold})
                _cells(config, plan, left, live, tell, driven)
                driven.memory_bytes = live.stack.memory_bytes()
                down = time.perf_counter()
            _add(driven.seconds, stages.TEARDOWN, time.perf_counter() - down)
            if plan.tier == INPROCESS:
                break  # the target is this process, and what hangs in it stays: cells that were not driven are told
        for fields in left.late:
            tell("late", fields)
        reached.tell_code(config, noted, folder, tell)
        if own:
            driven.facts["own tests"] = tell_own(config, island, folder, tell)
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


def _cells(config: Config, plan: Plan, left: Left, live: Any, tell: Tell, driven: Driven) -> None:
    """Drive what is left until a cell leaves a stack on which no other can be driven."""
    live.late, left.late = left.late, []
    before, inside = "", plan.tier == INPROCESS
    while left.cells:
        came = _late(live)
        if came and not inside:
            left.late = came
            return  # who came late may go on
        live.late += came
        ended: dict[str, Any] = {}

        def hear(kind: str, fields: Mapping[str, Any], ended: dict[str, Any] = ended) -> None:
            if kind == "cell.end":
                ended.update(fields)
            tell(kind, fields)

        try:
            run_cell(config, left.cells[0], live, hear)
        except StackError as error:
            if not ended and not before:
                raise  # the stack was never good for anything
            left.broken += 1
            if not ended:
                left.late = [_came_of(before, error)]
                return
        else:
            left.broken = 0
        before = left.cells.pop(0).id
        for part, seconds in ended["seconds"].items():
            _add(driven.seconds, part, seconds)
        if ended.get("broken") or live.spoilt or not (ended["settled"] or inside):
            return
    left.late = [*live.late, *_late(live)]


def _late(live: Any) -> list[Mapping[str, Any]]:
    """What came of the cell before, and of whoever has ended since."""
    if live.seen is None:
        return []
    cell = live.seen.cell
    try:
        found = late.look(live)
        live.stack.alive()
    except broken.BREAKS as error:
        return [_came_of(cell, broken.named(error, live.stack))]
    return found


def _came_of(cell: str, error: StackError) -> Mapping[str, Any]:
    """What a cell left breaks the stack before another one has begun."""
    return {"of": cell, "code": error.code, "lines": [f"when it was over: {error.message}"], "hint": error.hint}


def _add(seconds: dict[str, float], part: str, more: float) -> None:
    seconds[part] = seconds.get(part, 0.0) + more


def start_event(config: Config, plan: Plan, island: Island, *, workers: int = 1) -> dict[str, Any]:
    """The fields of run.start."""
    return {
        "harness": harness.__version__,
        "target": config.name,
        "phase": plan.phase,
        "tier": plan.tier,
        "isolation": island.kind,
        **({"not_held": [*open_to.values()]} if (open_to := left_open(island.kind, plan.tier)) else {}),
        "workers": workers,
        "seed": 0,
        "whole": plan.whole,
        "vary": plan.vary,
        "cells": [cell.id for cell in plan.cells],
        **({"begins": config.begins} if config.begins else {}),
        **({"clock": why} if (why := clock_refused(config, plan.tier)) else {}),
        **({"unwatched": list(config.unwatched)} if config.unwatched else {}),
        "versions": versions(config),
        "sources": sources(config),
        **({"routes": list(config.routes)} if config.routes else {}),
        **({"tasks": list(config.tasks)} if config.tasks else {}),
        **({"declared": list(config.declared)} if config.declared else {}),
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
