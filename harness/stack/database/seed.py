"""A scenario's given world, in its order: rows by SQL, each in the database that has its table, and rows that the target makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol

import psycopg

from harness.core.config import Table
from harness.core.errors import HarnessError
from harness.core.scenario import Change, Given, Ref, Row
from harness.stack.database.known import Known, column_of, resolved, row_of
from harness.stack.database.observer import json_value
from harness.stack.database.rows import write
from harness.stack.database.shapes import Shape, held_in, shapes_of


class Made(Protocol):
    """A row that the target made: where it stands, and what it holds, as JSON."""

    table: str
    key: tuple[str, ...]
    columns: Mapping[str, Any]


class Orm(Protocol):
    """The target's models (harness.stack.roles.orm)."""

    def make(self, what: str, row: Row, values: Mapping[str, Any]) -> Made: ...
    def defaults(self, table: str) -> Mapping[str, Any]: ...


def insert(
    db: psycopg.Connection,
    tables: Mapping[str, Table],
    given: Given,
    *,
    beside: Sequence[psycopg.Connection] = (),
    orm: Orm | None = None,
) -> dict[str, dict[str, Any]]:
    """Insert `given.rows` in order, then apply `given.changes`; returns name -> {"kind", "id"}.

    What stands together in one database is one transaction. An id is the key as JSON has it
    (harness.stack.database.capture.changes); of a table without a key it is None. `orm` makes the rows that name a model
    or a factory, and says what models give columns that a row by SQL leaves out.

    Raises HarnessError seed-unknown-kind, seed-unknown-column, seed-unknown-ref, seed-composite-ref, seed-duplicate-name,
    seed-missing-column, seed-no-row, seed-orm, seed-rejected (any other refusal), naming the scenario's row.
    """
    parts: tuple[Row | Change, ...] = (*given.rows, *given.changes)
    kinds = {part.kind for part in parts if not _by_orm(part)}
    shapes_of(db, tables, kinds - tables.keys())
    shapes: dict[str, Shape] = {}
    home: dict[str, int] = {}
    dbs = (db, *beside)
    for n, (one, held) in enumerate(held_in(dbs, {kind: tables[kind] for kind in kinds})):
        shapes |= shapes_of(one, tables, held)
        home |= dict.fromkeys(held, n)
    known: dict[str, Known] = {}
    for place, batch in groupby(parts, key=lambda part: -1 if _by_orm(part) else home[part.kind]):
        if place >= 0:
            write(dbs[place], shapes, known, list(batch), orm.defaults if orm else lambda table: {})
            continue
        for row in batch:
            assert isinstance(row, Row)
            known[row.name] = _made(row, known, tables, orm)
    return {name: {"kind": row.kind, "id": row.id} for name, row in known.items()}


def _by_orm(part: Row | Change) -> bool:
    return isinstance(part, Row) and bool(part.model or part.factory)


def _made(row: Row, known: Mapping[str, Known], tables: Mapping[str, Table], orm: Orm | None) -> Known:
    what = f"row '{row.name}' ({row.model or row.factory})"
    if row.name in known:
        raise HarnessError(
            f"scenario has two rows named '{row.name}'", hint="give each row its own name", code="seed-duplicate-name"
        )
    if orm is None:
        raise HarnessError(
            f"{what} is to be made by the target, whose shell is not part of this",
            hint="give it by kind and columns here",
            code="seed-orm",
        )

    def referred(ref: Ref) -> Any:
        found = row_of(ref, known, what)
        value = found.columns[column_of(ref, found, what)]
        return {"$row": [found.shape.table, json_value(value)]} if ref.column == "id" else value

    made = orm.make(what, row, {name: json_value(value) for name, value in resolved(row.values, referred).items()})
    kinds = {table.table.removeprefix("public."): kind for kind, table in tables.items()}
    shape = Shape(table=made.table, columns=dict.fromkeys(made.columns, ""), key=tuple(made.key), sequence=None)
    return Known(kind=kinds.get(made.table, row.model or row.factory), shape=shape, columns=dict(made.columns))
