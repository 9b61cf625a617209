"""A crowd: many more rows beside those that a scenario gives, of each kind that its account has: lists are longer than a page, and what is looked
for is one of many."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import psycopg
from psycopg import sql

from harness.stack.vary.catalogue import Column, Varied, in_order

CROWD = "crowd"
MANY = 120
"""More than two pages of the usual fifty, and more than one of a hundred."""


def gathered(
    db: psycopg.Connection, tables: Mapping[str, Varied], root: str, refs: Collection[tuple[str, str]], spared: Collection[tuple[str, str]]
) -> dict[str, int]:  # fmt: skip
    """`MANY` copies of the last of the rows `refs` (table, key) of each table but `root`, the accounts' own. `spared` rows have none. What the
    database refuses has none either. Returns "table.key" -> rows that came."""
    found: dict[str, int] = {}
    for name, table in tables.items():
        keys = {key for of, key in refs if of == name and (of, key) not in spared}
        if name == root or not keys:
            continue
        rows = [key for (key,) in in_order(db, table, (), 10_000) if key in keys]
        if rows and (came := _copied(db, table, rows[-1])):
            found[f"{name}.{table.key[0]}"] = came
    return found


def _copied(db: psycopg.Connection, table: Varied, key: str) -> int:
    alone = set(_told_apart(table))
    if None in alone:
        return 0
    drawn = table.key if table.numbered else ()
    given = [
        (column, _value(column, column.name in alone))
        for column in table.columns
        if column.name not in drawn and (column.written or column.name in table.key)
    ]
    query = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} c, generate_series(1, {}) g WHERE c.{}::text = %s").format(
        table.place,
        sql.SQL(", ").join(sql.Identifier(column.name) for column, _ in given),
        sql.SQL(", ").join(value for _, value in given),
        table.place,
        sql.Literal(MANY),
        sql.Identifier(table.key[0]),
    )  # fmt: skip
    try:
        with db.transaction():
            return db.execute(query, [key]).rowcount
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError, psycopg.InternalError):
        return 0


def _told_apart(table: Varied) -> Iterator[str | None]:
    """The column by which copies differ in each unique index, and their keys; None where there is none."""
    if not table.numbered:
        yield table.key[0]
    for unique in table.unique:
        yield next((name for name in unique if _can(table.column(name))), None)


def _can(column: Column) -> bool:
    return not column.points and not column.fixed and column.kind in ("text", "whole", "uuid")


def _value(column: Column, alone: bool) -> sql.Composable:
    """What a copy has there."""
    own = sql.SQL("c.{}").format(sql.Identifier(column.name))
    if not alone:
        return own
    match column.kind:
        case "uuid":
            return sql.SQL("md5({} || g::text || {}::text)::uuid").format(sql.Literal(CROWD), own)
        case "whole":
            return sql.SQL("{} + g * 1000").format(own)
    return sql.SQL("{} || g::text || '-' || {}").format(sql.Literal(f"{CROWD}-"), own)
