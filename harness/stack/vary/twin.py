"""A twin of a tenant: an older account with lower keys, whose rows share every value that need not be unique.

Who asks for the first row, or for one by its name, or forgets whose rows they are, gets the twin's. Rows that would ask for
work by themselves (a schedule that is due) have none.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Json, Jsonb

from harness.stack.vary.catalogue import Column, Varied, in_order

TWIN = "twin"
MOST_ROWS = 200
"""Rows of one table that are doubled."""
SPACE = uuid.UUID("6f1c9a52-4df0-5d0a-9d56-6f1f3b8f9e11")
"""Of the uuids of twins."""


@dataclass(slots=True)
class _Doubled:
    """(table, key) -> the twin's key, as text."""

    keys: dict[tuple[str, str], str] = field(default_factory=dict)


def doubled(
    db: psycopg.Connection, tables: Mapping[str, Varied], root: str, key: str, spared: Collection[tuple[str, str]] = ()
) -> dict[tuple[str, str], str]:
    """Double the row of table `root` whose key is `key`, and all that belongs to it, down every reference. `spared` are (table,
    key) that have no twin. Returns (table, key) -> the twin's key. What the database refuses has none."""
    made = _Doubled()
    if root not in tables:
        return made.keys
    for table in _downwards(tables, root):
        rows = _belonging(db, tables[table], root, key, made, spared)
        first = _lowest(db, tables[table])
        for n, row in enumerate(rows):
            _double(db, tables[table], row, made, None if first is None else first - len(rows) + n)
    return made.keys


def _downwards(tables: Mapping[str, Varied], root: str) -> Iterator[str]:
    """`root`, and each table with a reference to one before it, once all that it refers to are there."""
    reached, grown = {root}, True
    while grown:
        below = {
            name
            for name, table in tables.items()
            if name not in reached and any(c.points in reached for c in table.columns)
        }
        grown = bool(below)
        reached |= below
    done: set[str] = set()
    waiting = sorted(reached)
    while waiting:
        ready = [name for name in waiting if _above(tables[name]) & reached - {name} <= done] or waiting[:1]
        for name in ready:
            yield name
            done.add(name)
            waiting.remove(name)


def _above(table: Varied) -> set[str]:
    return {column.points for column in table.columns if column.points}


def _belonging(
    db: psycopg.Connection, table: Varied, root: str, key: str, made: _Doubled, spared: Collection[tuple[str, str]]
) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    found = []
    for own, *values in in_order(db, table, names, MOST_ROWS * 5):
        row = dict(zip(names, values, strict=True))
        if (table.name, own) in spared:
            continue
        if (table.name == root and own == key) or any(
            (column.points, str(row[column.name])) in made.keys for column in table.columns if column.points
        ):
            found.append(row)
    return found[:MOST_ROWS]


def _lowest(db: psycopg.Connection, table: Varied) -> int | None:
    """The lowest of its own sequence's keys that were seeded, where keys are whole numbers."""
    if table.column(table.key[0]).kind != "whole":
        return None
    found = db.execute(
        sql.SQL("SELECT min({0}) FROM {1} WHERE {0} >= 0").format(sql.Identifier(table.key[0]), table.place)
    ).fetchone()
    return int(found[0]) if found and found[0] is not None else 1


def _double(db: psycopg.Connection, table: Varied, row: dict[str, Any], made: _Doubled, number: int | None) -> None:
    old = str(row[table.key[0]])
    key = table.column(table.key[0])
    new = {**row}
    for column in table.columns:
        if column.points and (column.points, str(row[column.name])) in made.keys:
            new[column.name] = made.keys[column.points, str(row[column.name])]
    if new[key.name] == row[key.name]:  # else its key is a reference, and differs already
        new[key.name] = number if number is not None else _other(key, row[key.name])
    for unique in table.unique:
        if any(new[name] is None for name in unique) or any(new[name] != row[name] for name in unique):
            continue
        told = next((table.column(name) for name in unique if _can(table.column(name))), None)
        if told is None:
            return
        new[told.name] = _other(told, row[told.name])
    written = [column for column in table.columns if column.written or column.name == key.name]
    query = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
        table.place,
        sql.SQL(", ").join(sql.Identifier(column.name) for column in written),
        sql.SQL(", ").join(sql.SQL("%s") for _ in written),
    )
    try:
        with db.transaction():
            db.execute(query, [_given(column, new[column.name]) for column in written])
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError, psycopg.InternalError):
        return
    made.keys[table.name, old] = str(new[key.name])


def _can(column: Column) -> bool:
    return not column.points and not column.fixed and column.kind in ("text", "whole", "uuid")


def _other(column: Column, value: Any) -> Any:
    """As like as may be."""
    match column.kind:
        case "uuid":
            return uuid.uuid5(SPACE, str(value))
        case "whole":
            return int(value) - 1_000
    return f"{TWIN}-{value}"


def _given(column: Column, value: Any) -> Any:
    if column.kind == "json" and value is not None:
        return Jsonb(value) if column.type == "jsonb" else Json(value)
    return value
