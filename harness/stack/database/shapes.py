"""What the database says of the tables that scenarios write to, and a value as a column wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Json, Jsonb

from harness.core.config import Table
from harness.core.errors import HarnessError, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One table: column -> type name, its key, the sequence that numbers it."""

    table: str
    columns: Mapping[str, str]
    key: str
    sequence: str | None


def shapes_of(db: psycopg.Connection, tables: Mapping[str, Table], kinds: set[str]) -> dict[str, Shape]:
    """The shape of each kind's table. Raises HarnessError seed-unknown-kind, table-unknown."""
    for kind in kinds:
        if kind not in tables:
            raise HarnessError(
                f"the scenario names the table kind '{kind}', which harness.toml does not have",
                hint=did_you_mean(kind, tables),
                code="seed-unknown-kind",
            )
    names = {kind: tables[kind].table for kind in kinds}
    rows = db.execute(
        """SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),
                  array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum), k.attname::text,
                  pg_get_serial_sequence(format('public.%%I', c.relname), k.attname)
           FROM pg_class c
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
           LEFT JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY (%s)
           GROUP BY c.relname, k.attname""",
        [list(names.values())],
    ).fetchall()
    found = {
        table: Shape(table=table, columns=dict(zip(columns, types, strict=True)), key=key or "id", sequence=sequence)
        for table, columns, types, key, sequence in rows
    }
    for kind, table in names.items():
        if table not in found:
            raise HarnessError(
                f"[tables.{kind}] names the table {table}, which the target's database does not have",
                hint="correct harness.toml; the target's migrations make the tables",
                code="table-unknown",
            )
    return {kind: found[table] for kind, table in names.items()}


def adapted(shape: Shape, column: str, value: Any, what: str) -> Any:
    """A value as the column's type wants it: JSON columns take any JSON value, dates may be text."""
    kind = shape.columns.get(column, "")
    if kind in ("jsonb", "json") and value is not None:
        return Jsonb(value) if kind == "jsonb" else Json(value)
    return Jsonb(value) if isinstance(value, dict) else value
