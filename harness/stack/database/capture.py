"""Which rows of the target's tables changed since the baseline: exact, for inserts, updates and deletes alike."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from harness.core.config import Table
from harness.core.errors import HarnessError, did_you_mean
from harness.core.history import RowChange
from harness.stack.database.reset import run_locked


def mark_baseline(db: psycopg.Connection) -> tuple[str, ...]:
    """From now on `changes` compares with the database as it is now; call after seeding. Returns the seeded tables."""
    return run_locked(db, "SELECT harness.mark_baseline()")


def changes(db: psycopg.Connection, tables: Mapping[str, Table]) -> tuple[RowChange, ...]:
    """Every row of `tables` that differs from the baseline, by kind in the order of `tables`, then by id.

    Values are JSON values: decimals, dates, times and UUIDs as text, jsonb parsed. Raises table-unknown, table-key.
    """
    kinds = {table.table: table.kind for table in tables.values()}
    state = db.execute(
        """SELECT t.name, t.oid IN (SELECT oid FROM harness.dirty_tables()), t.oid IN (SELECT oid FROM harness.seeded),
                  (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                   WHERE i.indrelid = t.oid AND i.indisprimary AND i.indnkeyatts = 1)
           FROM harness.tables t"""
    ).fetchall()
    known = {name for name, *_ in state}
    for name, kind in kinds.items():
        if name not in known:
            raise HarnessError(
                f"[tables.{kind}] names the table {name}, which the target's database does not have",
                hint=did_you_mean(name, known),
                code="table-unknown",
            )
    found: dict[str, list[RowChange]] = {}
    for name, dirty, seeded, key in state:
        if dirty and name in kinds:
            if key is None:
                raise HarnessError(
                    f"the table {name} has no single-column primary key, so its rows cannot be told apart",
                    hint=f"take [tables.{kinds[name]}] out of harness.toml, or give the table a key",
                    code="table-key",
                )
            found[kinds[name]] = list(_differences(db, kinds[name], name, key, "baseline" if seeded else "snapshot"))
    return tuple(change for kind in tables for change in found.get(kind, ()))


def _differences(db: psycopg.Connection, kind: str, table: str, key: str, base: str) -> Iterable[RowChange]:
    # rows are compared as text: every type has it (json has no equality), and 1.0 is not 1.00
    query = sql.SQL(
        "SELECT b.{key} IS NOT NULL, c.{key} IS NOT NULL, b.*, c.* "
        "FROM {base} b FULL JOIN {now} c ON b.{key} = c.{key} "
        "WHERE b::text IS DISTINCT FROM c::text ORDER BY coalesce(b.{key}, c.{key})"
    ).format(
        key=sql.Identifier(key), base=sql.Identifier(f"harness_{base}", table), now=sql.Identifier("public", table)
    )
    cursor = db.execute(query)
    names = [column.name for column in cursor.description or ()][2:]
    width = len(names) // 2
    for had, has, *values in cursor:
        before = _row(names[:width], values[:width]) if had else None
        after = _row(names[width:], values[width:]) if has else None
        op = "insert" if before is None else "delete" if after is None else "update"
        yield RowChange(kind=kind, op=op, id=(after or before or {})[key], before=before, after=after)


def _row(names: list[str], values: list[Any]) -> dict[str, Any]:
    return {name: json_value(value) for name, value in zip(names, values, strict=True)}


def json_value(value: Any) -> Any:
    """A value as psycopg gives it, as JSON has it."""
    match value:
        case Decimal() | uuid.UUID() | datetime.timedelta():
            return str(value)
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case list() | tuple():
            return [json_value(item) for item in value]
        case dict():
            return {name: json_value(item) for name, item in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)
