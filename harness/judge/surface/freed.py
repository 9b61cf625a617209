"""Entries of [free] that free nothing: a column that is not there, a path that nobody takes. Nothing is free for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.core.golden.free import ANSWER, DECLARED, INSTEAD, Freed, read
from harness.core.history import CellHistory
from harness.judge.context import RunContext
from harness.judge.golden.agreement import Named
from harness.judge.result import breaks, holds
from harness.judge.surface.locked import surface_of


def free_used(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Asked at phase 0 of a run of every cell; with free-idle. What is free in an answer may be one that is but read back: of such an
    entry a run that read nothing back says nothing."""
    names = context.target.free
    every = {f"{name}@{path}" for name, scenario in context.scenarios.items() for path in scenario.paths}
    if not names or context.phase or not every <= {cell.cell for cell in cells}:
        return
    freed = Freed(names)
    for kind, name, told in map(_parts, context.noted.history.start.get("declared", ()) if context.noted else ()):
        if told == INSTEAD:
            freed.hit(DECLARED, kind, name.split("."))
    for cell in cells:
        if cell.scenario in context.scenarios:
            surface_of(cell, context.scenarios[cell.scenario], context.target, free=freed)
    asked = names if any(cell.reads for cell in cells) else {one for one in names if read(one).scope != ANSWER}
    idle = sorted(asked - freed.used)
    if idle:
        lines = [f'free."{name}" frees nothing: no cell has it' for name in idle]
        yield "", breaks(lines, code="free-idle", hint="take it out of harness.toml, or mend its name")
    else:
        yield "", holds(f"{len(asked)} entries of [free], each in use")


def _parts(line: str) -> tuple[str, str, str]:
    """Kind, name and what is told, of a line of what the target declares."""
    kind, _, rest = line.partition(" ")
    name, _, told = rest.partition(" ")
    return kind, name, told
