"""The database as its catalogue describes it, and every row of it: what a phase may change and what it must keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from harness.core.schema import Rows, Schema, Table

OWN = ("django_migrations",)
"""Bookkeeping of the migrations themselves: it changes whenever they run."""


def schema(db: psycopg.Connection) -> Schema:
    """Tables of the public schema: columns with type, "not null" and default; keys, unique sets, checks, indexes."""
    columns = db.execute(
        """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                  pg_get_expr(d.adbin, d.adrelid), a.attidentity
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> ALL (%s)
           ORDER BY c.relname, a.attname""",
        [list(OWN)],
    ).fetchall()
    constraints = db.execute(
        """SELECT c.relname, k.contype, pg_get_constraintdef(k.oid)
           FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> ALL (%s) AND k.contype IN ('p', 'u', 'f', 'c')
           ORDER BY 1, 2, 3""",
        [list(OWN)],
    ).fetchall()
    indexes = db.execute(
        """SELECT tablename, regexp_replace(indexdef, 'INDEX \\S+ ON public\\.\\S+', 'INDEX ON')
           FROM pg_indexes WHERE schemaname = 'public' AND tablename <> ALL (%s) ORDER BY 1, 2""",
        [list(OWN)],
    ).fetchall()
    names = sorted({row[0] for row in columns})
    return {
        name: Table(
            columns={column: f"{kind}{' not null' if notnull else ''}" for table, column, kind, notnull, _, _ in columns if table == name},
            defaults={column: default or "identity" for table, column, _, _, default, identity in columns if table == name and (default or identity)},
            constraints=tuple(text for table, _, text in constraints if table == name),
            indexes=tuple(text for table, text in indexes if table == name),
        )
        for name in names
    }  # fmt: skip


def rows(db: psycopg.Connection) -> Rows:
    """Every row of every table: table -> key as text -> column -> JSON value."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for (name,) in db.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL (%s) ORDER BY 1",
        [list(OWN)],
    ).fetchall():
        query = sql.SQL("SELECT to_jsonb(t) FROM public.{} t").format(sql.Identifier(name))
        every = [row[0] for row in db.execute(query).fetchall()]
        found[name] = {str(row.get("id", n)): row for n, row in enumerate(every)}
    return found
