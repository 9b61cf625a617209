"""Insert a scenario's given world: keys are drawn from the target's own sequences first, so that all rows go in at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import sql

from harness.core.config import Table
from harness.core.errors import HarnessError, did_you_mean
from harness.core.scenario import Change, Given, Ref, Row
from harness.stack.database.keys import text_of
from harness.stack.database.observer import json_value
from harness.stack.database.shapes import Shape, adapted, place_of, shapes_of


def insert(db: psycopg.Connection, tables: Mapping[str, Table], given: Given) -> dict[str, dict[str, Any]]:
    """Insert `given.rows` in order, then apply `given.changes`, in one transaction; returns name -> {"kind", "id"}.

    An id is the key as JSON has it (harness.stack.database.capture.changes); of a table without a key it is None.

    Raises HarnessError seed-unknown-kind, seed-unknown-column, seed-unknown-ref, seed-duplicate-name,
    seed-missing-column, seed-no-row, seed-rejected (any other refusal of the database), naming the scenario's row.
    """
    shapes = shapes_of(db, tables, {part.kind for part in (*given.rows, *given.changes)})
    writer = _Writer(db, shapes)
    try:
        with db.transaction():
            writer.draw_keys(given.rows)
            # one round trip, except where a reference needs a column that only the database can fill in
            with db.pipeline() as writer.pipeline:
                for row in given.rows:
                    writer.insert(row)
                for change in given.changes:
                    writer.change(change)
                writer.collect()
            db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        raise _explained(error, "a reference of the given rows") from None
    return {name: {"kind": kind, "id": identity(shapes[kind], row)} for name, (kind, row) in writer.rows.items()}


def identity(shape: Shape, row: Mapping[str, Any]) -> Any:
    match shape.key:
        case ():
            return None
        case (column,):
            return json_value(row[column])
    return row[_KEY]


class _Writer:
    """The rows written so far: what is known of each, and which answers are still to be read."""

    def __init__(self, db: psycopg.Connection, shapes: Mapping[str, Shape]) -> None:
        self.db = db
        self.shapes = shapes
        self.rows: dict[str, tuple[str, dict[str, Any]]] = {}
        self.pending: list[tuple[str, psycopg.Cursor, Row | Change]] = []
        self.keys: dict[str, list[int]] = {}
        self.pipeline: psycopg.Pipeline

    def draw_keys(self, rows: tuple[Row, ...]) -> None:
        """Draw as many keys as rows will need, in the order in which single inserts would have drawn them."""
        counts: dict[str, int] = {}
        for row in rows:
            shape = self.shapes[row.kind]
            if shape.sequence and shape.key[0] not in row.values:
                counts[row.kind] = counts.get(row.kind, 0) + 1
        if counts:
            query = " UNION ALL ".join("SELECT %s, nextval(%s::regclass) FROM generate_series(1, %s)" for _ in counts)
            values = [word for kind, count in counts.items() for word in (kind, self.shapes[kind].sequence, count)]
            for kind, key in self.db.execute(query, values):
                self.keys.setdefault(kind, []).append(key)
            for drawn in self.keys.values():
                drawn.sort(reverse=True)

    def insert(self, row: Row) -> None:
        what = f"row '{row.name}' ({row.kind})"
        if row.name in self.rows:
            raise HarnessError(
                f"scenario has two rows named '{row.name}'",
                hint="give each row its own name",
                code="seed-duplicate-name",
            )
        shape = self.shapes[row.kind]
        values = {name: self.resolve(value, what) for name, value in row.values.items()}
        if self.keys.get(row.kind) and shape.key[0] not in values:
            values[shape.key[0]] = self.keys[row.kind].pop()
        query = _insert_query(shape.table, tuple(values), shape.key)
        self.rows[row.name] = (row.kind, dict(values))
        self.send(row, query, [adapted(shape, name, value) for name, value in values.items()])

    def change(self, change: Change) -> None:
        what = f"change of {change.kind}"
        shape = self.shapes[change.kind]
        where = {name: self.resolve(value, what) for name, value in change.where.items()}
        values = {name: self.resolve(value, what) for name, value in change.values.items()}
        query = _update_query(shape.table, tuple(values), tuple(where))
        both = [*values.items(), *where.items()]
        self.send(change, query, [adapted(shape, name, value) for name, value in both])

    def send(self, part: Row | Change, query: bytes, values: list[Any]) -> None:
        name = part.name if isinstance(part, Row) else ""
        for column in part.values if isinstance(part, Row) else {**part.where, **part.values}:
            _check_column(self.shapes[part.kind], column, part)
        try:
            self.pending.append((name, self.db.execute(query, values), part))
        except psycopg.ProgrammingError as error:
            # a Python value that no database type fits
            raise _explained(error, _named(part)) from None

    def collect(self) -> None:
        """Read the answers that are still due; each row's columns are known afterwards."""
        try:
            self.pipeline.sync()
        except psycopg.Error as error:
            # what was sent after the refused statement has no answer either, so the first without one was refused
            part = next(part for _, cursor, part in self.pending if cursor.pgresult is None)
            raise _explained(error, _named(part)) from None
        for name, cursor, part in self.pending:
            if isinstance(part, Row):
                names = [column.name for column in cursor.description or ()]
                self.rows[name] = (part.kind, dict(zip(names, cursor.fetchone() or (), strict=True)))
            elif cursor.rowcount == 0:
                raise HarnessError(
                    f"{_named(part)} finds no row where {dict(part.where)}",
                    hint="changes are for rows that the target's own migrations made; insert others as rows",
                    code="seed-no-row",
                )
        self.pending.clear()

    def resolve(self, value: Any, what: str) -> Any:
        if isinstance(value, Ref):
            return self.referred(value, what)
        if isinstance(value, list | tuple):
            return [self.resolve(item, what) for item in value]
        if isinstance(value, Mapping):
            return {name: self.resolve(item, what) for name, item in value.items()}
        return value

    def referred(self, ref: Ref, what: str) -> Any:
        if ref.name not in self.rows:
            raise HarnessError(
                f"{what} refers to '{ref.name}', which no earlier row is named",
                hint=did_you_mean(ref.name, self.rows) if self.rows else "put the row that it refers to first",
                code="seed-unknown-ref",
            )
        kind, row = self.rows[ref.name]
        column = ref.column
        if column == "id" and self.shapes[kind].key:
            column, *more = self.shapes[kind].key
            if more and "id" not in self.shapes[kind].columns:
                raise HarnessError(
                    f"{what} refers to the key of {kind} '{ref.name}', which is of several columns",
                    hint=f"name one: Ref('{ref.name}', '{column}'); the key is {', '.join(self.shapes[kind].key)}",
                    code="seed-composite-ref",
                )
        if column not in row:
            if column not in self.shapes[kind].columns:
                raise HarnessError(
                    f"{what} refers to the column '{column}' of {kind} '{ref.name}', which {self.shapes[kind].table} lacks",
                    hint=did_you_mean(column, self.shapes[kind].columns),
                    code="seed-unknown-column",
                )
            self.collect()
            row = self.rows[ref.name][1]
        return row[column]


_KEY = " key"
"""What the text of a key of several columns is called beside a row's own columns, which are not called so."""


# Rendering a query costs more than running it, and the same few tables and columns come again in every cell.
@lru_cache(maxsize=4096)
def _insert_query(table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> bytes:
    values = sql.SQL("DEFAULT VALUES")
    if columns:
        names, places = (
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.Placeholder() * len(columns)),
        )
        values = sql.SQL("({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(names, places)
    also = sql.SQL(", {} AS {}").format(text_of("", key), sql.Identifier(_KEY)) if len(key) > 1 else sql.SQL("")
    query = sql.SQL("INSERT INTO {} {} RETURNING *{}").format(place_of(table), values, also)
    return query.as_bytes()


@lru_cache(maxsize=4096)
def _update_query(table: str, columns: tuple[str, ...], where: tuple[str, ...]) -> bytes:
    parts = sql.SQL("{} = %s")
    query = sql.SQL("UPDATE {table} SET {values} WHERE {where}")
    return query.format(
        table=place_of(table),
        values=sql.SQL(", ").join(parts.format(sql.Identifier(name)) for name in columns),
        where=sql.SQL(" AND ").join(parts.format(sql.Identifier(name)) for name in where),
    ).as_bytes()


def _check_column(shape: Shape, column: str, part: Row | Change) -> None:
    if column not in shape.columns:
        raise HarnessError(
            f"{_named(part)} sets '{column}', which {shape.table} lacks",
            hint=did_you_mean(column, shape.columns),
            code="seed-unknown-column",
        )


def _named(part: Row | Change) -> str:
    return f"row '{part.name}' ({part.kind})" if isinstance(part, Row) else f"change of {part.kind}"


def _explained(error: psycopg.Error, what: str) -> HarnessError:
    about = error.diag
    if isinstance(error, psycopg.errors.NotNullViolation):
        return HarnessError(
            f"{what} needs a value for '{about.column_name}': {about.table_name} allows no null there and has no default",
            hint=f"add '{about.column_name}' to its values",
            code="seed-missing-column",
        )
    detail = about.message_detail or f"table {about.table_name or '?'}"
    return HarnessError(
        f"{what} was refused by the database: {about.message_primary or error}", hint=detail, code="seed-rejected"
    )
