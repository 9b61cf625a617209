"""What of a database is varied, asked of PostgreSQL's catalogue and of the target's models.

Varied are the tables of the target's own (those that are watched), but for the rows of its ledger, which are history. Of
them those columns that mean nothing but themselves: no key, no reference, nothing that the database makes itself, no
value of a fixed set.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from harness.core.config import Table
from harness.core.ledger import Ledger
from harness.stack.database.shapes import place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`kind`: whole, exact, float, text, json, uuid, time, date, other. `scale` of an exact number: digits behind the point; `limit` of a text: its most
    characters, -1 without one. `points`: it refers to another row.
    `alone`: unique by itself; `fixed`: it has a set of values."""

    name: str
    kind: str
    type: str
    scale: int
    limit: int
    alone: bool
    fixed: bool
    points: str
    written: bool
    null: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Varied:
    """A table whose rows may be varied. `kind` is what the scenarios call it; `numbered`: its keys say in which order rows came.
    `unique` are the columns of each unique index but the key's."""

    kind: str
    name: str
    oid: int
    key: tuple[str, ...]
    numbered: bool
    columns: tuple[Column, ...]
    unique: tuple[tuple[str, ...], ...]

    @property
    def place(self) -> sql.Identifier:
        return place_of(self.name)

    def column(self, name: str) -> Column:
        return next(one for one in self.columns if one.name == name)


KINDS = {
    "smallint": "whole",
    "integer": "whole",
    "bigint": "whole",
    "numeric": "exact",
    "real": "float",
    "double precision": "float",
    "text": "text",
    "character varying": "text",
    "json": "json",
    "jsonb": "json",
    "uuid": "uuid",
    "timestamp with time zone": "time",
    "timestamp without time zone": "time",
    "date": "date",
}

_COLUMNS = """
SELECT t.name, t.oid, t.key, t.numbered, a.attname::text, format_type(a.atttypid, NULL),
       CASE WHEN a.atttypid = 'numeric'::regtype AND a.atttypmod > 0 THEN (a.atttypmod - 4) & 65535 ELSE -1 END,
       CASE WHEN a.atttypid = 'varchar'::regtype AND a.atttypmod > 0 THEN a.atttypmod - 4 ELSE -1 END,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisunique AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum),
       coalesce((SELECT h.name FROM pg_constraint k JOIN harness.there h ON h.oid = k.confrelid
                 WHERE k.conrelid = t.oid AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum] LIMIT 1), ''),
       EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)),
       a.attgenerated = '' AND a.attidentity <> 'a', NOT a.attnotnull,
       a.atttypid IN (SELECT oid FROM pg_type WHERE typtype = 'e')
FROM harness.tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE cardinality(t.key) = 1 ORDER BY t.name, a.attnum
"""
_UNIQUE = """
SELECT t.name, ARRAY(SELECT a.attname::text FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) k
                     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k)
FROM harness.tables t JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique AND i.indexprs IS NULL ORDER BY t.name, i.indexrelid
"""


def read(db: psycopg.Connection, tables: Mapping[str, Table], ledger: Ledger) -> dict[str, Varied]:
    """Table -> what of it may be varied: nothing of the ledger's history. Tables without a key of one column have none."""
    kinds = {
        table.table.removeprefix("public."): table
        for table in tables.values()
        if not ledger.is_history(table.kind, table.table)
    }
    unique: dict[str, list[tuple[str, ...]]] = {}
    for name, columns in db.execute(_UNIQUE):
        unique.setdefault(name, []).append(tuple(columns))
    heads: dict[str, tuple[int, tuple[str, ...], bool]] = {}
    found: dict[str, list[Column]] = {}
    for name, oid, key, numbered, column, kind, scale, limit, alone, points, refers, written, null, enum in db.execute(
        _COLUMNS
    ):
        table = kinds.get(name)
        if table is None:
            continue
        heads[name] = oid, tuple(key), numbered
        fixed = enum or column in table.choices or (refers and not points)
        found.setdefault(name, []).append(
            Column(name=column, kind=KINDS.get(kind, "other"), type=kind, scale=scale, limit=limit, alone=alone, fixed=fixed, points=points,
                   written=written, null=null)
        )  # fmt: skip
    return {
        name: Varied(
            kind=kinds[name].kind, name=name, oid=oid, key=key, numbered=numbered, columns=tuple(found[name]),
            unique=tuple(one for one in unique.get(name, ()) if one != key),
        )
        for name, (oid, key, numbered) in heads.items()
    }  # fmt: skip


def in_order(db: psycopg.Connection, table: Varied, columns: Collection[str], most: int) -> list[tuple]:
    """The first `most` rows of a table in the order in which they were written: the key's text, then `columns`.

    A key that no sequence draws says nothing of the order: what was there stands before what was seeded, as each was
    written.
    """
    key = sql.Identifier("c", table.key[0])
    shown = sql.SQL(", ").join([sql.SQL("{}::text").format(key), *(sql.Identifier("c", name) for name in columns)])
    if table.numbered:
        query = sql.SQL("SELECT {} FROM {} c ORDER BY {} LIMIT {}").format(shown, table.place, key, most)
    else:
        query = sql.SQL(
            "SELECT {shown} FROM {place} c "
            "LEFT JOIN (SELECT key, max(n) AS n FROM harness.inserted WHERE oid = {oid} GROUP BY key) i ON i.key = {key}::text "
            "LEFT JOIN (SELECT s.ctid AS at, s.{own}::text AS key FROM {snapshot} s) s ON s.key = {key}::text "
            "ORDER BY i.n NULLS FIRST, s.at LIMIT {most}"
        ).format(
            shown=shown, place=table.place, oid=table.oid, key=key, own=sql.Identifier(table.key[0]), most=most,
            snapshot=sql.Identifier("harness_snapshot", f"t{table.oid}"),
        )  # fmt: skip
    return db.execute(query).fetchall()
