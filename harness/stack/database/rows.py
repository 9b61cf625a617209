"""One batch of a scenario's rows and changes, written into one database in one transaction, in the scenario's own words.

Keys are drawn from the target's own sequences first, so that all rows go in at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import sql

from harness.core.errors import HarnessError, did_you_mean
from harness.core.scenario import Change, Ref, Row
from harness.stack.database.keys import text_of
from harness.stack.database.known import KEY, Known, column_of, resolved, row_of
from harness.stack.database.shapes import Shape, adapted, place_of

Fill = Callable[[str], Mapping[str, Any]]
"""fill(table): column -> what the target's model gives a row that does not have it."""


def write(
    db: psycopg.Connection,
    shapes: Mapping[str, Shape],
    known: dict[str, Known],
    parts: Sequence[Row | Change],
    fill: Fill,
) -> None:
    """Insert and change in order; `known` gets the new rows, and may hold earlier ones that are referred to. Raises seed-*."""
    writer = _Writer(db, shapes, known, fill)
    try:
        with db.transaction():
            writer.draw_keys([part for part in parts if isinstance(part, Row)])
            # one round trip, except where a reference needs a column that only the database can fill in
            with db.pipeline() as writer.pipeline:
                for part in parts:
                    if isinstance(part, Row):
                        writer.insert(part)
                    else:
                        writer.change(part)
                writer.collect()
            db.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        raise _explained(error, "a reference of the given rows") from None


class _Writer:
    """The rows written so far: what is known of each, and which answers are still to be read."""

    def __init__(
        self, db: psycopg.Connection, shapes: Mapping[str, Shape], known: dict[str, Known], fill: Fill
    ) -> None:
        self.db = db
        self.shapes = shapes
        self.rows = known
        self.fill = fill
        self.pending: list[tuple[str, psycopg.Cursor, Row | Change]] = []
        self.keys: dict[str, list[int]] = {}
        self.pipeline: psycopg.Pipeline

    def draw_keys(self, rows: Sequence[Row]) -> None:
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
        if missing := shape.required - values.keys():
            filled = self.fill(shape.table)
            values |= {column: filled[column] for column in sorted(missing) if column in filled}
        query = _insert_query(shape.table, tuple(values), shape.key)
        self.rows[row.name] = Known(kind=row.kind, shape=shape, columns=dict(values))
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
                self.rows[name].columns = dict(zip(names, cursor.fetchone() or (), strict=True))
            elif cursor.rowcount == 0:
                raise HarnessError(
                    f"{_named(part)} finds no row where {dict(part.where)}",
                    hint="changes are for rows that the target's own migrations made; insert others as rows",
                    code="seed-no-row",
                )
        self.pending.clear()

    def resolve(self, value: Any, what: str) -> Any:
        return resolved(value, lambda ref: self.referred(ref, what))

    def referred(self, ref: Ref, what: str) -> Any:
        row = row_of(ref, self.rows, what)
        column = column_of(ref, row, what)
        if column not in row.columns:
            self.collect()
        return row.columns[column]


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
    also = sql.SQL(", {} AS {}").format(text_of("", key), sql.Identifier(KEY)) if len(key) > 1 else sql.SQL("")
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
