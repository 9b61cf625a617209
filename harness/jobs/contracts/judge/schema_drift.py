"""A database's schema against its contract, and what one phase's schema has that another's has not. Pure.

A line begins with "+" for what came, "-" for what went, "~" for what changed; tables first, then what is in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.core.schema import Schema, Table
from harness.judge.result import Result, breaks, cannot_tell, holds


def difference(before: Schema, after: Schema) -> tuple[str, ...]:
    """What turns `before` into `after`, a line each; empty when they are the same in every column, key and index."""
    lines: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            lines.append(f"+ table {name}")
            lines += [f"+   {name}.{column} {_column(after[name], column)}" for column in after[name].columns]
            lines += [f"+   {name}: {text}" for text in (*after[name].constraints, *after[name].indexes)]
        elif name not in after:
            lines.append(f"- table {name} with {len(before[name].columns)} columns")
        else:
            lines += _in_table(name, before[name], after[name])
    return tuple(lines)


def check(contract: Schema, live: Schema) -> Result:
    """The live catalogue is what the contract says, in both directions."""
    if not contract or not live:
        return cannot_tell("there is no table on one of the sides: nothing was compared")
    if lines := difference(contract, live):
        return breaks(f"the database differs from its contract: {line}" for line in lines)
    columns = sum(len(table.columns) for table in live.values())
    keys = sum(len(table.constraints) + len(table.indexes) for table in live.values())
    return holds(f"{len(live)} tables, {columns} columns, {keys} constraints and indexes")


def _in_table(name: str, before: Table, after: Table) -> Iterator[str]:
    for column in sorted(before.columns.keys() | after.columns.keys()):
        old = _column(before, column) if column in before.columns else None
        new = _column(after, column) if column in after.columns else None
        if old is None:
            yield f"+ {name}.{column} {new}"
        elif new is None:
            yield f"- {name}.{column} {old}"
        elif old != new:
            yield f"~ {name}.{column} {old} -> {new}"
    yield from _texts(name, before.constraints, after.constraints)
    yield from _texts(name, before.indexes, after.indexes)


def _texts(name: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    old, new = _counted(before), _counted(after)
    for text in sorted(old.keys() | new.keys()):
        change = new.get(text, 0) - old.get(text, 0)
        for _ in range(abs(change)):
            yield f"{'+' if change > 0 else '-'} {name}: {text}"


def _counted(texts: tuple[str, ...]) -> Mapping[str, int]:
    return {text: texts.count(text) for text in texts}


def _column(table: Table, column: str) -> str:
    default = table.defaults.get(column)
    return table.columns[column] + (f" default {default}" if default else "")
