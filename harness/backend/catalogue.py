"""The database as its catalogue describes it, and every row of it: what a phase may change and what it must keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from harness.core.schema import Rows, Schema, Table

OWN = ("django_migrations",)
"""Bookkeeping of the migrations themselves: it changes whenever they run."""

_NAME = "CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END"
_TARGETS = """n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'harness', 'harness_snapshot', 'harness_baseline')
           AND c.relname <> ALL (%s) AND NOT c.relispartition
           AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')"""
"""The target's own: every schema, partitions by their parent alone, nothing that an extension brought."""


def schema(db: psycopg.Connection) -> Schema:
    """Every table, "schema.name" where it is not in public: columns with type, "not null" and default; keys, unique sets,
    checks, indexes."""
    columns = db.execute(
        f"""SELECT {_NAME}, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                  pg_get_expr(d.adbin, d.adrelid), a.attidentity
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
           WHERE c.relkind IN ('r', 'p') AND {_TARGETS}
           ORDER BY 1, a.attname""",
        [list(OWN)],
    ).fetchall()
    constraints = db.execute(
        f"""SELECT {_NAME}, k.contype, pg_get_constraintdef(k.oid)
           FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE {_TARGETS} AND k.contype IN ('p', 'u', 'f', 'c')
           ORDER BY 1, 2, 3""",
        [list(OWN)],
    ).fetchall()
    indexes = db.execute(
        f"""SELECT {_NAME}, regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX \\S+ ON (ONLY )?\\S+', 'INDEX ON')
           FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('r', 'p') AND {_TARGETS} ORDER BY 1, 2""",
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


def migrations(db: psycopg.Connection) -> dict[str, tuple[str, ...]]:
    """App -> its migrations that were applied, in their order; {} where nothing was ever migrated."""
    if db.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for app, name in db.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall():
        found[app] = (*found.get(app, ()), name)
    return found


def rows(db: psycopg.Connection) -> Rows:
    """Every row of every table: table -> key as text -> column -> JSON value.

    The key is the primary key, whatever its name and type ("7", "(7,eu)"); rows of a table without one are numbered by
    their content, so that a row that was there stays the same whatever came beside it.
    """
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, place, key in db.execute(
        f"""SELECT {_NAME}, CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END || c.oid::regclass,
                  (SELECT CASE i.indnkeyatts WHEN 1 THEN min(format('t.%%I::text', a.attname))
                                 ELSE 'ROW(' || string_agg(format('t.%%I', a.attname), ', ' ORDER BY k.at) || ')::text' END
                   FROM pg_index i CROSS JOIN LATERAL unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k(attnum, at)
                   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                   WHERE i.indrelid = c.oid AND i.indisprimary GROUP BY i.indexrelid, i.indnkeyatts)
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('r', 'p') AND {_TARGETS} ORDER BY 1""",
        [list(OWN)],
    ).fetchall():
        shown = key or "md5(t::text) || ' ' || row_number() OVER (PARTITION BY t::text)"
        query = f"SELECT {shown}, to_jsonb(t) FROM {place} t".encode()
        found[name] = dict(db.execute(query).fetchall())
    return found
