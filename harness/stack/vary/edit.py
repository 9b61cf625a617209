"""One setting, set to the same in every row of its table."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

from harness.core.variation import EMPTY, NULL, PAST, Edit
from harness.stack.vary.catalogue import Varied

LONG_AGO = "2001-02-03 04:05:06+00"


def made(db: psycopg.Connection, tables: Mapping[str, Varied], edit: Edit) -> dict[str, int]:
    """ "table.column" -> rows that were otherwise; {} where this database has no such column, or refuses."""
    table = next((one for one in tables.values() if one.kind == edit.kind), None)
    column = next((one for one in table.columns if one.name == edit.column), None) if table else None
    if table is None or column is None or not column.written or column.name in table.key:
        return {}
    query = sql.SQL("UPDATE {0} SET {1} = %(to)s::text::{2} WHERE {1} IS DISTINCT FROM %(to)s::text::{2}").format(
        table.place, sql.Identifier(column.name), sql.SQL(column.type)
    )
    to = {NULL: None, EMPTY: "", PAST: LONG_AGO}.get(edit.to, edit.to)
    try:
        with db.transaction():
            changed = db.execute(query, {"to": to}).rowcount
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError, psycopg.InternalError):
        return {}
    return {f"{table.name}.{column.name}": changed} if changed else {}
