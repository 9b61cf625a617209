"""Which rows of the target's tables changed since the baseline: exact, for inserts, updates and deletes alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from harness.core.config import Table
from harness.core.history import RowChange
from harness.stack.database.keys import text_of
from harness.stack.database.observer import json_value
from harness.stack.database.reset import holder_named, run_locked
from harness.stack.database.shapes import held_in, unknown


def mark_baseline(db: psycopg.Connection, *beside: psycopg.Connection) -> tuple[str, ...]:
    """From now on `changes` compares with the databases as they are now; call after seeding. Returns the seeded tables."""
    return tuple(name for one in (db, *beside) for name in run_locked(one, "SELECT harness.mark_baseline()"))


def changes(db: psycopg.Connection, tables: Mapping[str, Table], *beside: psycopg.Connection) -> tuple[RowChange, ...]:
    """Every row of `tables` that differs from the baseline, by kind in the order of `tables`, then as they were written.

    Values are JSON values: decimals, dates, times and UUIDs as text, jsonb parsed; what JSON and Python lack (ranges,
    intervals, infinity) as PostgreSQL writes it. A row's id is its key: one column's value, of several PostgreSQL's text
    of them ("(7,eu)"), and without a key its number among the changes ("#1"). Raises table-unknown, table-kind,
    reset-blocked.
    """
    found: dict[str, list[RowChange]] = {}
    every = {table.table.removeprefix("public."): table.kind for table in tables.values()}
    for one, held in held_in((db, *beside), tables):
        found |= _found(one, held, every)
    return tuple(change for kind in tables for change in found.get(kind, ()))


def _found(db: psycopg.Connection, tables: Mapping[str, Table], every: Mapping[str, str]) -> dict[str, list[RowChange]]:
    """`every` are the kinds of all tables, wherever they stand."""
    kinds = {table.table.removeprefix("public."): table.kind for table in tables.values()}
    found: dict[str, list[RowChange]] = {}
    with holder_named(db, "the database cannot be read"):
        state = db.execute(
            """SELECT t.name, t.oid, t.key, t.numbered, t.rows, t.links,
                      t.oid IN (SELECT oid FROM harness.dirty_tables()), t.oid IN (SELECT oid FROM harness.seeded)
               FROM harness.tables t"""
        ).fetchall()
        known = {name for name, *_ in state}
        for name, kind in kinds.items():
            if name not in known and tables[kind].said:
                raise unknown(db, kind, name)
        for name, oid, key, numbered, place, links, dirty, seeded in state:
            if dirty and name in kinds:
                base = sql.Identifier(f"harness_{'baseline' if seeded else 'snapshot'}", f"t{oid}")
                to = {column: every[table] for column, table in links.items() if table in every}
                unsaid = {column: kind for column, kind in to.items() if column != f"{kind}_id"}
                watched = _Watched(oid=oid, key=key, numbered=numbered, base=base, now=sql.SQL(place), links=unsaid)
                found[kinds[name]] = list(_differences(db, kinds[name], watched))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    oid: int
    key: list[str]
    numbered: bool
    base: sql.Composable
    now: sql.Composable
    links: Mapping[str, str]


def _differences(db: psycopg.Connection, kind: str, table: _Watched) -> Iterator[RowChange]:
    cursor = db.execute(_by_key(table) if table.key else _by_content(table))
    names = [column.name for column in cursor.description or ()][3:]
    width = len(names) // 2
    for n, (had, has, key, *values) in enumerate(cursor, 1):
        before = _row(names[:width], values[:width]) if had else None
        after = _row(names[width:], values[width:]) if has else None
        op = "insert" if before is None else "delete" if after is None else "update"
        match table.key:
            case []:
                identity: Any = f"#{n}"
            case [column]:
                identity = (after or before or {})[column]
            case _:
                identity = key
        single = table.key[0] if len(table.key) == 1 else ""
        yield RowChange(kind=kind, op=op, id=identity, before=before, after=after, key=single, links=table.links)


def _by_key(table: _Watched) -> sql.Composed:
    """Rows are told apart by their key, and compared as text: every type has it (json has no equality), and 1.0 is not 1.00.

    In the order of a sequence's numbers, else as the row trigger noted them, behind those that were there (a shadow's
    own order).
    """
    first = sql.Identifier(table.key[0])
    matched = sql.SQL(" AND ").join(sql.SQL("b.{0} = c.{0}").format(sql.Identifier(column)) for column in table.key)
    text = {row: text_of(row, table.key) for row in ("b", "c", "s")}
    parts = {
        "first": first, "matched": matched, "base": table.base, "now": table.now, **text,
        "had": sql.SQL("b.{} IS NOT NULL").format(first), "has": sql.SQL("c.{} IS NOT NULL").format(first),
        "oid": sql.Literal(table.oid), "snapshot": sql.Identifier("harness_snapshot", f"t{table.oid}"),
    }  # fmt: skip
    parts["key"] = sql.SQL("CASE WHEN {has} THEN {c} ELSE {b} END").format(**parts)
    order = sql.SQL("coalesce(b.{first}, c.{first})").format(first=first)
    noted = sql.SQL("")
    if not table.numbered:
        noted = sql.SQL(
            "LEFT JOIN (SELECT key, max(n) AS n FROM harness.inserted WHERE oid = {oid} GROUP BY key) i ON i.key = {key} "
            "LEFT JOIN (SELECT s.ctid AS at, {s} AS key FROM {snapshot} s) s ON s.key = {key}"
        ).format(**parts)
        order = sql.SQL("i.n NULLS FIRST, s.at, {key}").format(**parts)
    return sql.SQL(
        "SELECT {had}, {has}, {key}, b.*, c.* FROM {base} b FULL JOIN {now} c ON {matched} {noted} "
        "WHERE b::text IS DISTINCT FROM c::text ORDER BY {order}"
    ).format(noted=noted, order=order, **parts)


def _by_content(table: _Watched) -> sql.Composed:
    """Rows without a key, as a multiset: equal rows are counted, and each one too many or too few is told."""
    counted = sql.SQL(
        "(SELECT x::text AS harness_text, row_number() OVER (PARTITION BY x::text) AS harness_copy, x AS harness_row FROM {} x)"
    )
    return sql.SQL(
        "SELECT b.harness_text IS NOT NULL, c.harness_text IS NOT NULL, NULL, (b.harness_row).*, (c.harness_row).* "
        "FROM {base} b FULL JOIN {now} c ON b.harness_text = c.harness_text AND b.harness_copy = c.harness_copy "
        "LEFT JOIN (SELECT key, max(n) AS n FROM harness.inserted WHERE oid = {oid} GROUP BY key) i ON i.key = md5(c.harness_text) "
        "WHERE b.harness_text IS NULL OR c.harness_text IS NULL "
        "ORDER BY i.n NULLS FIRST, coalesce(b.harness_text, c.harness_text), coalesce(b.harness_copy, c.harness_copy)"
    ).format(base=counted.format(table.base), now=counted.format(table.now), oid=sql.Literal(table.oid))


def _row(names: list[str], values: list[Any]) -> dict[str, Any]:
    return {name: json_value(value) for name, value in zip(names, values, strict=True)}
