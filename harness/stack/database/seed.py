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
from harness.stack.database.shapes import Shape, adapted, shapes_of


def insert(db: psycopg.Connection, tables: Mapping[str, Table], given: Given) -> dict[str, dict[str, Any]]:
    """Insert `given.rows` in order, then apply `given.changes`, in one transaction; returns name -> {"kind", "id"}.

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
    return {name: {"kind": kind, "id": row[shapes[kind].key]} for name, (kind, row) in writer.rows.items()}


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
            if shape.sequence and shape.key not in row.values:
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
        if shape.key not in values and self.keys.get(row.kind):
            values[shape.key] = self.keys[row.kind].pop()
        query = _insert_query(shape.table, tuple(values))
        self.rows[row.name] = (row.kind, dict(values))
        self.send(row, query, [adapted(shape, name, value, what) for name, value in values.items()])

    def change(self, change: Change) -> None:
        what = f"change of {change.kind}"
        shape = self.shapes[change.kind]
        where = {name: self.resolve(value, what) for name, value in change.where.items()}
        values = {name: self.resolve(value, what) for name, value in change.values.items()}
        query = _update_query(shape.table, tuple(values), tuple(where))
        both = [*values.items(), *where.items()]
        self.send(change, query, [adapted(shape, name, value, what) for name, value in both])

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
        column = self.shapes[kind].key if ref.column == "id" else ref.column
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


# Rendering a query costs more than running it, and the same few tables and columns come again in every cell.
@lru_cache(maxsize=4096)
def _insert_query(table: str, columns: tuple[str, ...]) -> bytes:
    if not columns:
        return sql.SQL("INSERT INTO public.{} DEFAULT VALUES RETURNING *").format(sql.Identifier(table)).as_bytes()
    query = sql.SQL("INSERT INTO public.{table} ({columns}) OVERRIDING SYSTEM VALUE VALUES ({values}) RETURNING *")
    return query.format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    ).as_bytes()


@lru_cache(maxsize=4096)
def _update_query(table: str, columns: tuple[str, ...], where: tuple[str, ...]) -> bytes:
    parts = sql.SQL("{} = %s")
    query = sql.SQL("UPDATE public.{table} SET {values} WHERE {where}")
    return query.format(
        table=sql.Identifier(table),
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
