"""What the database says of the tables that scenarios write to, and a value as a column wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Json, Jsonb

from harness.core.config import Table
from harness.core.errors import HarnessError, did_you_mean
from harness.stack.database.keys import columns_of, key_of, sequence_of
from harness.stack.database.observer import json_value
from harness.stack.database.postgres import name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One table: column -> type name, the columns of its key, the sequence that numbers it, what must be given."""

    table: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    sequence: str | None
    required: frozenset[str] = frozenset()
    """Columns that are never null and that the database cannot fill in."""

    @property
    def place(self) -> sql.Identifier:
        return place_of(self.table)


def place_of(name: str) -> sql.Identifier:
    """A table of harness.toml as SQL takes it: "name" stands in `public`, "schema.name" where it says."""
    schema, _, table = name.rpartition(".")
    return sql.Identifier(schema or "public", table)


def shapes_of(db: psycopg.Connection, tables: Mapping[str, Table], kinds: Iterable[str]) -> dict[str, Shape]:
    """The shape of each kind's table. Raises HarnessError seed-unknown-kind, table-unknown, table-kind."""
    kinds = set(kinds)
    for kind in kinds:
        if kind not in tables:
            raise HarnessError(
                f"the scenario names the table kind '{kind}', which harness.toml does not have",
                hint=did_you_mean(kind, tables),
                code="seed-unknown-kind",
            )
    names = {kind: tables[kind].table for kind in kinds}
    asked = [[name.removeprefix("public.") for name in names.values()]]
    try:
        rows = db.execute(_TAKEN, asked).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        rows = db.execute(_ASKED, asked).fetchall()
    found = {
        table: Shape(
            table=table,
            columns=dict(zip(columns, types, strict=True)),
            key=tuple(key),
            sequence=sequence,
            required=frozenset(required),
        )
        for table, key, sequence, columns, types, required in rows
    }
    for kind, table in names.items():
        if table.removeprefix("public.") not in found:
            raise unknown(db, kind, table)
    return {kind: found[table.removeprefix("public.")] for kind, table in names.items()}


def held_in(
    dbs: Sequence[psycopg.Connection], tables: Mapping[str, Table]
) -> list[tuple[psycopg.Connection, dict[str, Table]]]:
    """Which of `tables` each database holds: its model's own, else the first that has one (migrations without a router of
    their own make every table everywhere). What none has is asked of the first, which says so."""
    held: list[tuple[psycopg.Connection, dict[str, Table]]] = [(db, {}) for db in dbs]
    names = [{name for (name,) in db.execute(_NAMES).fetchall()} for db in dbs] if len(dbs) > 1 else []
    for kind, table in tables.items():
        having = [n for n, there in enumerate(names) if table.table.removeprefix("public.") in there]
        own = [n for n in having if table.database and dbs[n].info.dbname == name_of(table.database)]
        held[next(iter((*own, *having)), 0)][1][kind] = table
    return held


_TAKEN = "SELECT name, key, sequence, names, types, required FROM harness.tables WHERE name = ANY (%s)"
"""As the snapshot has it."""
_ASKED = f"""
SELECT * FROM (
    SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name, k.key,
           CASE WHEN cardinality(k.key) = 1 THEN {sequence_of("c.oid", "k.key[1]")}::text END, {columns_of("c.oid")}
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL (SELECT {key_of("c.oid")} AS key) k
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
) t WHERE t.name = ANY (%s)"""
"""Where no snapshot is taken."""


def unknown(db: psycopg.Connection, kind: str, name: str) -> HarnessError:
    """Why [tables] cannot name this: there is none, or it is something whose rows are not watched."""
    there = db.execute(
        """SELECT c.relkind, c.relispartition, pg_partition_root(c.oid)::regclass::text
           FROM pg_class c WHERE c.oid = to_regclass(%s)""",
        [place_of(name).as_string()],
    ).fetchone()
    known = [row[0] for row in db.execute(_NAMES).fetchall()]
    if there is None:
        return HarnessError(
            f"[tables.{kind}] names the table {name}, which the target's database does not have",
            hint=did_you_mean(name, known),
            code="table-unknown",
        )
    words = {"v": "a view", "m": "a materialized view", "f": "a foreign table", "S": "a sequence", "i": "an index"}
    what = f"a partition of {there[2]}" if there[1] else words.get(there[0], "no table of the target's own")
    return HarnessError(
        f"[tables.{kind}] names {name}, which is {what}: its rows are not watched",
        hint=f"name {there[2]}" if there[1] else "name the table that holds the rows",
        code="table-kind",
    )


_NAMES = """
SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|harness)' AND n.nspname <> 'information_schema'"""


def adapted(shape: Shape, column: str, value: Any) -> Any:
    """A value as the column's type wants it: JSON columns take any JSON value, dates, ranges and the like are text."""
    kind = shape.columns.get(column, "")
    if kind in ("jsonb", "json") and value is not None:
        return Jsonb(json_value(value)) if kind == "jsonb" else Json(json_value(value))
    return Jsonb(json_value(value)) if isinstance(value, dict) else value
