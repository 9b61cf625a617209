"""The surface check: what was observed of a cell beyond its credits, against what is locked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from harness.core.golden.free import Freed
from harness.core.golden.surface import StaleDelta, Surfaces
from harness.core.history import CellHistory
from harness.core.scenario import Do, Scenario, StartRole, Webhook, varied_path
from harness.core.variation import DATES, LONG_MONTH, MOST_ROWS, named
from harness.judge.context import Context, RunContext
from harness.judge.facts import Target
from harness.judge.golden.agreement import Named
from harness.judge.golden.ordering import together
from harness.judge.result import Result, breaks, holds
from harness.judge.surface.difference import difference
from harness.judge.surface.lines import each_line
from harness.judge.surface.names import KEPT
from harness.judge.surface.said import given_in, hours_of, said_by
from harness.judge.surface.target import NAME as DECLARED
from harness.judge.surface.target import PATH as DECLARED_PATH
from harness.judge.surface.times import Clock, Span
from harness.judge.surface.told import Trace

MOST = 40
"""Lines that are told of one cell."""


def surface(cell: CellHistory, context: Context) -> Result:
    """fails with surface-missing, surface-stale or surface-differs."""
    assert context.surfaces is not None
    name = context.scenario.id
    if broken := context.surfaces.unreadable(name, context.phase):
        return breaks(
            [broken],
            code="surface-format",
            hint=f'drive it and accept what is then shown: harness golden accept {name} --surface --why "..."; or delete the file first',
        )
    try:
        locked = context.surfaces.at(name, varied_path(cell.path, cell.variation), context.phase)
    except StaleDelta as stale:
        return breaks(
            [str(stale)],
            code="surface-stale",
            hint=f'drive phase {stale.phase} and accept it there: harness golden accept {name} --surface --why "..."',
        )
    seen = read(cell, context.scenario, context.target, made=context.made, locked=locked)
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


def read(
    cell: CellHistory, scenario: Scenario, target: Target, *, made: frozenset[str], locked: Sequence[str] | None
) -> tuple[str, ...]:
    """The lines of one cell. In the minute of a slot a time can be read in two ways: each line as it is `locked`, if it is so in one of them."""
    first = surface_of(cell, scenario, target, made=made)
    if locked is None or first == tuple(locked) or not _clock(cell, scenario).in_a_slot:
        return first
    other = tuple(each_of(cell, scenario, target, made=made, by_slots=False))
    if not len(first) == len(other) == len(locked):
        return first
    return tuple(two if two == known else one for one, two, known in zip(first, other, locked, strict=True))


LAID = Span(begun=LONG_MONTH.timestamp(), ended=LONG_MONTH.timestamp() + MOST_ROWS)
"""Where times lie that a variation lays over a world."""


def made_in(surfaces: Surfaces) -> frozenset[str]:
    """`made_of` all that is locked."""
    based = (line for one in surfaces.base.values() for lines in one.paths.values() for line in lines)
    hunks = (hunk for delta in surfaces.deltas.values() for cell in delta.cells.values() for hunk in cell)
    return made_of(chain(based, (line for hunk in hunks for line in hunk.come)))


def surface_of(
    cell: CellHistory, scenario: Scenario, target: Target, *, made: frozenset[str] = frozenset(), free: Freed | None = None, trace: Trace | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """As `each_of`, all at once."""
    return tuple(each_of(cell, scenario, target, made=made, free=free, trace=trace))


def each_of(
    cell: CellHistory, scenario: Scenario, target: Target, *, made: frozenset[str] = frozenset(), free: Freed | None = None, trace: Trace | None = None,
    by_slots: bool = True,
) -> Iterator[str]:  # fmt: skip
    """The lines of one cell, one after the other. What two takers of tasks did at a time, or two steps without a wait between them, has no order. `made`
    as `made_of` has it, `by_slots` as Clock."""
    mixed = side_by_side(cell, scenario, target)
    free = Freed(target.free) if free is None else free
    clock = replace(_clock(cell, scenario), by_slots=by_slots)
    return each_line(
        cell, clock, mixed=mixed, free=free, given=given_in(cell, said_by(scenario)), made=made, trace=trace
    )


def _clock(cell: CellHistory, scenario: Scenario) -> Clock:
    said = said_by(scenario)
    return Clock(
        spans=[Span(begun=begun, ended=ended) for begun, ended in cell.spans],
        said=said.times,
        hours=said.hours | hours_of(cell),
        prepared=[Span(begun=begun, ended=ended) for begun, ended in cell.prepared],
        laid=[LAID] if cell.variation and DATES in named(cell.variation).rows else [],
    )


def side_by_side(cell: CellHistory, scenario: Scenario, target: Target) -> bool:
    """Whether what a cell did can come in another order: a second taker of tasks was started, two different things were asked without a
    wait between them, or a taker of several tasks at a time had more than one message to take."""
    if any(isinstance(step, StartRole) and step.role in target.takers for step in scenario.steps):
        return True
    if together(scenario, cell.path):
        return True
    if not target.several:
        return False
    sent = Counter(task.parent for task in cell.tasks)
    asked = [isinstance(step, Do | Webhook) for step in scenario.steps]
    waits = sum(1 for before, step in zip([False, *asked], asked, strict=False) if step and not before)
    return any(count > (waits if not parent else 1) for parent, count in sent.items())


def made_of(lines: Iterable[str]) -> frozenset[str]:
    """The columns ("table.column") that these lines name values by: they hold what the target makes up, whatever it looks like."""
    return frozenset(".".join(found) for line in lines for found in KEPT.findall(line))


def surfaces_used(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """No surface and no delta without a scenario that has the path, and none of a world that no run drives."""
    surfaces = context.surfaces
    if surfaces is None:
        return
    there = {f"{DECLARED}@{DECLARED_PATH}"} | {
        f"{name}@{path}" for name, scenario in context.scenarios.items() for path in scenario.paths
    }
    every = [(f"{name}@{path}", "") for name, locked in surfaces.base.items() for path in locked.paths]
    every += [(cell, f" of phase {number}") for number, delta in surfaces.deltas.items() for cell in delta.cells]
    lines = [
        f"{cell}: the surface{where} belongs to no scenario, or to a path that it has not"
        for cell, where in every
        if cell.partition("~")[0] not in there
    ]
    planned = set(context.planned or ())
    left = [
        cell
        for cell, where in every
        if "~" in cell and not where and cell.partition("~")[0] in there and cell not in planned
    ]
    if lines:
        yield "", breaks(lines, code="surface-unused", hint="delete the file, or accept the scenario again")
    elif left and context.every_world:
        yield (
            "",
            breaks(
                [f"{cell}: locked, and no run drives this world any more" for cell in left],
                code="surface-unused",
                hint="what took its place is driven: accept this run, which lets it go",
            ),
        )
    elif surfaces.base:
        yield "", holds(f"{len(surfaces.base)} surfaces, each in use")
