"""What was reached of the code, told: the figures, then module by module what was not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from harness.core.code import Floor, Function, Way
from harness.core.counts import count
from harness.jobs.reach.values import Found, Line
from harness.judge.code import Counted

NAMED = 2
"""Cells that are named of those that ran a line."""


def document(found: Found) -> dict[str, Any]:
    """{"run", "whole", "all": {kind: [reached, of]}, "excused": {kind: n}, "modules": {path: {kind: [reached, of]}}, "left": [{"at",
    "line", "ran", "branches": [way], "handlers": [way]}]}; a way is {"line", "text", "to", "then", "cells"}, `to` 0: it leaves."""
    return {
        "run": found.run,
        "whole": found.whole,
        "all": {kind: list(one) for kind, one in found.all.items()},
        "excused": dict(found.excused),
        "modules": {path: {kind: list(one) for kind, one in kinds.items()} for path, kinds in found.modules.items()},
        "left": [
            {
                "at": one.at,
                "line": one.line,
                "ran": one.ran,
                "branches": [_way(found, one, way) for way in one.missed],
                "handlers": [_way(found, one, way) for way in one.unhandled],
            }
            for one in found.left
        ],
    }


def lines(found: Found) -> Iterator[str]:
    yield f"reached     {_counts(found.all)}"
    if any(found.excused.values()):
        yield f"excused     {', '.join(f'{n} {kind}' for kind, n in found.excused.items() if n)}"
    if not found.whole:
        yield "            of a part of the cells: a whole run reaches more"
    for module, kinds in found.modules.items():
        left = [one for one in found.left if one.module == module]
        if not left:
            continue
        yield ""
        yield f"{module}  {_counts(kinds)}"
        for one in left:
            yield from _function(found, one)


def line(found: Line) -> Iterator[str]:
    yield f"{found.at}  {found.text}"
    if found.changed:
        yield "the target has changed since that run: its lines may stand elsewhere now"
    cells = [cell for cell in found.cells if cell]
    yield f"ran in {count(len(cells), 'cell')}" + (", and while none ran" if "" in found.cells else "")
    yield from (f"  {cell}" for cell in cells)


def line_document(found: Line) -> dict[str, Any]:
    """{"at", "text", "cells", "idle": whether it ran while no cell did, "changed"}."""
    cells = [cell for cell in found.cells if cell]
    return {"at": found.at, "text": found.text, "cells": cells, "idle": "" in found.cells, "changed": found.changed}


def accepted(floor: Floor) -> str:
    return f"{count(len(floor.modules), 'module')} accepted: runs at phase {floor.phase} with --vary {floor.vary} or more are held to it"


def _function(found: Found, one: Function) -> Iterator[str]:
    name = one.at.rpartition(":")[2]
    if not one.ran:
        yield f"  {one.line:>5}  {name}  never called"
        return
    yield f"  {one.line:>5}  {name}"
    for way in (*one.missed, *one.unhandled):
        to = f"{way.to} {way.then}" if way.to else "its end"
        yield f"         {way.line} {way.text}"
        yield f"           never -> {to}{_by(found.cells.get((one.at, way), ()))}"


def _by(cells: Sequence[str]) -> str:
    named = [cell for cell in cells if cell]
    if not named:
        return ""
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return f"   (run by {', '.join(named[:NAMED])}{more})"


def _counts(kinds: Counted) -> str:
    return ", ".join(
        f"{kind} {reached} of {of}{f' ({reached / of:.1%})' if of else ''}" for kind, (reached, of) in kinds.items()
    )


def _way(found: Found, one: Function, way: Way) -> dict[str, Any]:
    cells = [cell for cell in found.cells.get((one.at, way), ()) if cell]
    return {"line": way.line, "text": way.text, "to": way.to, "then": way.then, "cells": cells}
