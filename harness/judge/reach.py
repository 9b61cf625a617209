"""What of a target no cell visited: routes and methods that nobody asked, tasks that never ran, states that no row was in.

What no cell visits, no check can speak of: it is counted and named in every report of a whole run. What there is, run.start says,
as looking found it; what was visited, the cells show.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core.code import Excuse, Function
from harness.core.config import Table
from harness.core.history import CellHistory, Event
from harness.judge.code import counted, left_open, names_of

ROUTES, TASKS, STATES = "routes", "tasks", "states"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Of one kind of thing: how many there are, and which were not reached, by name."""

    of: int
    missing: tuple[str, ...]
    excused: int = 0
    """How many count as reached because harness.toml says why they need not be."""

    @property
    def share(self) -> str:
        return f"{self.of - len(self.missing)} of {self.of}"


Reach = Mapping[str, Reached]
"""routes, tasks, states, and of the code branches, functions, handlers -> what was reached of them; a kind of which there is none, or of which nothing is known, is left out."""


def reach(
    start: Event, cells: Sequence[CellHistory], tables: Mapping[str, Table], code: Iterable[Function] | None = None,
    excuses: Sequence[Excuse] = (),
) -> Reach:  # fmt: skip
    """Of a whole run; {} of a part of one. `code` where it was noted, and what of it is excused."""
    if not start.get("whole"):
        return {}
    found = {
        ROUTES: _routes(start.get("routes", ()), cells),
        TASKS: _missing(start.get("tasks", ()), {task.name for cell in cells for task in cell.tasks if task.started}),
        STATES: _states(tables, set(_seen(cells, tables))),
        **({} if code is None else _code(tuple(code), excuses)),
    }
    return {kind: one for kind, one in found.items() if one.of}


def _code(functions: Sequence[Function], excuses: Sequence[Excuse]) -> dict[str, Reached]:
    left = left_open(functions, excuses)
    named = names_of(left.functions)
    return {
        kind: Reached(of=of, missing=tuple(named[kind]), excused=left.excused[kind])
        for kind, (_, of) in counted(functions).items()
    }


def _missing(every: Iterable[str], seen: set[str]) -> Reached:
    every = tuple(every)
    return Reached(of=len(every), missing=tuple(one for one in every if one not in seen))


def _routes(every: Sequence[str], cells: Iterable[CellHistory]) -> Reached:
    """An answer of 404 or 405 to a path that fits is none of a route's own: but a refusal is one, whoever asked."""
    asked = {
        f"{one.method} {one.path.partition('?')[0]}"
        for cell in cells
        for one in cell.http
        if one.status not in (0, 405)
    }
    asked |= {f"GET {one.path.partition('?')[0]}" for cell in cells for one in cell.reads if one.status}
    patterns = {route: re.compile(_pattern(route)) for route in every}
    return Reached(
        of=len(every), missing=tuple(route for route in every if not any(map(patterns[route].fullmatch, asked)))
    )


def _pattern(route: str) -> str:
    return "[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", route))


def _states(tables: Mapping[str, Table], seen: Collection[str]) -> Reached:
    """Of rows that some cell made or changed: what is only read has no states to go through."""
    lived = {state.partition(".")[0] for state in seen}
    every = (
        f"{kind}.{column}={value}"
        for kind, table in tables.items()
        if kind in lived
        for column, values in table.choices.items()
        for value in values
        if value
    )
    return _missing(every, set(seen))


def _seen(cells: Iterable[CellHistory], tables: Mapping[str, Table]) -> Iterator[str]:
    """States that rows were in, also those that they only went through, by the journal."""
    of = {table.table.removeprefix("public."): kind for kind, table in tables.items()}
    for cell in cells:
        for change in cell.rows:
            yield from _in(change.kind, tables, change.before, change.after)
        for transaction in cell.transactions:
            for one in transaction.changes:
                yield from _in(of.get(one.table, ""), tables, one.before, one.after)


def _in(kind: str, tables: Mapping[str, Table], *rows: Mapping[str, Any] | None) -> Iterator[str]:
    if kind in tables:
        for row in rows:
            yield from (f"{kind}.{column}={row[column]}" for column in tables[kind].choices if column in (row or {}))  # type: ignore[index]
