"""The surface check: what was observed of a cell beyond its credits, against what is locked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Any

from harness.core.golden.surface import StaleDelta
from harness.core.history import CellHistory
from harness.core.scenario import Scenario, StartRole, varied_path
from harness.judge.context import Context, RunContext
from harness.judge.facts import Target
from harness.judge.golden.agreement import Named
from harness.judge.golden.ordering import together
from harness.judge.result import Result, breaks, holds
from harness.judge.surface.difference import difference
from harness.judge.surface.lines import lines_of
from harness.judge.surface.times import ISO, Clock, Span

MOST = 40
"""Lines that are told of one cell."""


def surface(cell: CellHistory, context: Context) -> Result:
    """fails with surface-missing, surface-stale or surface-differs."""
    assert context.surfaces is not None
    name = context.scenario.id
    try:
        locked = context.surfaces.at(name, varied_path(cell.path, cell.variation), context.phase)
    except StaleDelta as stale:
        return breaks(
            [str(stale)],
            code="surface-stale",
            hint=f'drive phase {stale.phase} and accept it there: harness golden accept {name} --surface --why "..."',
        )
    seen = surface_of(cell, context.scenario, context.target)
    if locked is None:
        return breaks(
            [f"{len(seen)} lines were observed beyond the credits, and no surface says whether they are right"],
            code="surface-missing",
            hint=f'harness golden accept {name} --surface --why "..."',
        )
    lines = difference(locked, seen)
    if not lines:
        return holds(f"{len(seen)} lines, as locked")
    more = [f"... and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return breaks(
        [*lines[:MOST], *more],
        code="surface-differs",
        hint=f'if it is meant: harness golden accept {name} --surface --why "..."',
    )


def surface_of(cell: CellHistory, scenario: Scenario, target: Target) -> tuple[str, ...]:
    """The lines of one cell. What two takers of tasks did at a time, or two steps without a wait between them, has no order."""
    said, hours = _said(scenario)
    clock = Clock(spans=[Span(begun=begun, ended=ended) for begun, ended in cell.spans], said=said, hours=hours)
    beside = any(isinstance(step, StartRole) and step.role in target.takers for step in scenario.steps)
    mixed = beside or together(scenario, cell.path)
    return lines_of(cell, clock, mixed=mixed, free=target.free)


def surfaces_used(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """No surface and no delta without a scenario that has the path."""
    surfaces = context.surfaces
    if surfaces is None:
        return
    there = {f"{name}@{path}" for name, scenario in context.scenarios.items() for path in scenario.paths}
    every = [(f"{name}@{path}", "") for name, locked in surfaces.base.items() for path in locked.paths]
    every += [(cell, f" of phase {number}") for number, delta in surfaces.deltas.items() for cell in delta.cells]
    lines = [
        f"{cell}: the surface{where} belongs to no scenario, or to a path that it has not"
        for cell, where in every
        if cell.partition("~")[0] not in there
    ]
    if lines:
        yield "", breaks(lines, code="surface-unused", hint="delete the file, or accept the scenario again")
    elif surfaces.base:
        yield "", holds(f"{len(surfaces.base)} surfaces, each in use")


def _said(scenario: Scenario) -> tuple[frozenset[float], frozenset[str]]:
    """Times that the scenario says itself, and times of day."""
    times: set[float] = set()
    hours: set[str] = set()

    def read(value: Any) -> None:
        match value:
            case datetime():
                times.add((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
            case time():
                hours.add(f"{value:%H:%M}")
            case str():
                for found in ISO.finditer(value):
                    try:
                        read(datetime.fromisoformat(found[0].replace("Z", "+00:00")))
                    except ValueError:
                        continue
                if len(value) in (5, 8) and value[2:3] == ":":
                    hours.add(value[:5])
            case dict():
                for item in value.values():
                    read(item)
            case list() | tuple() | set() | frozenset():
                for item in value:
                    read(item)
            case _ if hasattr(value, "__dataclass_fields__"):
                for field in value.__dataclass_fields__:
                    read(getattr(value, field))

    read(scenario)
    return frozenset(times), frozenset(hours)
