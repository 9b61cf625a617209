"""Rows that are written already, and what a reference to one of them means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.core.errors import HarnessError, did_you_mean
from harness.core.scenario import Ref
from harness.stack.database.observer import json_value
from harness.stack.database.shapes import Shape

KEY = " key"
"""What the text of a key of several columns is called beside a row's own columns, which are not called so."""


@dataclass(slots=True, kw_only=True)
class Known:
    """A row that is written. `columns` are those known so far; `shape.key` are the columns of its key."""

    kind: str
    shape: Shape
    columns: dict[str, Any]

    @property
    def id(self) -> Any:
        """The key as JSON has it; None without one."""
        match self.shape.key:
            case ():
                return None
            case (column,):
                return json_value(self.columns[column])
        return self.columns[KEY]


def resolved(value: Any, of: Callable[[Ref], Any]) -> Any:
    """`value` with each reference in it, also inside lists and mappings, replaced."""
    if isinstance(value, Ref):
        return of(value)
    if isinstance(value, list | tuple):
        return [resolved(item, of) for item in value]
    if isinstance(value, Mapping):
        return {name: resolved(item, of) for name, item in value.items()}
    return value


def row_of(ref: Ref, known: Mapping[str, Known], what: str) -> Known:
    """The row that a reference names. Raises seed-unknown-ref."""
    if ref.name not in known:
        raise HarnessError(
            f"{what} refers to '{ref.name}', which no earlier row is named",
            hint=did_you_mean(ref.name, known) if known else "put the row that it refers to first",
            code="seed-unknown-ref",
        )
    return known[ref.name]


def column_of(ref: Ref, row: Known, what: str) -> str:
    """The column that a reference means: "id" is the key, whatever it is called. Raises seed-composite-ref,
    seed-unknown-column."""
    column, shape = ref.column, row.shape
    if column == "id" and shape.key:
        column, *more = shape.key
        if more and "id" not in shape.columns:
            raise HarnessError(
                f"{what} refers to the key of {row.kind} '{ref.name}', which is of several columns",
                hint=f"name one: Ref('{ref.name}', '{column}'); the key is {', '.join(shape.key)}",
                code="seed-composite-ref",
            )
    if column not in shape.columns:
        raise HarnessError(
            f"{what} refers to the column '{column}' of {row.kind} '{ref.name}', which {shape.table} lacks",
            hint=did_you_mean(column, shape.columns),
            code="seed-unknown-column",
        )
    return column
