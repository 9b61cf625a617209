"""What tells rows of a table apart, asked of PostgreSQL's catalogue: SQL expressions of a table's oid.

The key is the primary key, else a unique index over columns that are never null, the smallest one; else there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql


def key_of(oid: str) -> str:
    """The names of the key's columns, in its order, as text[]; '{}' without a key."""
    return f"""coalesce((
        SELECT array_agg(a.attname::text ORDER BY k.n)
        FROM (SELECT x.indrelid, (x.indkey::int2[])[0:x.indnkeyatts - 1] AS columns FROM pg_index x
              WHERE x.indrelid = {oid} AND x.indisunique AND x.indimmediate AND x.indpred IS NULL AND x.indexprs IS NULL
                AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = {oid} AND NOT a.attnotnull
                                AND a.attnum = ANY ((x.indkey::int2[])[0:x.indnkeyatts - 1]))
              ORDER BY x.indisprimary DESC, x.indnkeyatts, x.indexrelid LIMIT 1) i
        CROSS JOIN LATERAL unnest(i.columns) WITH ORDINALITY k(attnum, n)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum), '{{}}')"""


def sequence_of(oid: str, column: str) -> str:
    """The sequence that draws a column's values, as regclass: an identity's or serial's own, or another that its default
    asks; null without one."""
    return f"""(SELECT c.oid::regclass FROM (
            SELECT d.objid AS oid FROM pg_depend d
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = {oid}
              AND a.attname = {column} AND d.deptype IN ('a', 'i')
            UNION ALL
            SELECT d.refobjid FROM pg_attrdef f
            JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
            JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
            WHERE f.adrelid = {oid} AND a.attname = {column}
        ) x JOIN pg_class c ON c.oid = x.oid AND c.relkind = 'S' LIMIT 1)"""


def columns_of(oid: str) -> str:
    """Three arrays: the columns' names and types, and the names of those that must be given: never null, and nothing in
    the database fills them in."""
    every = f"FROM pg_attribute a WHERE a.attrelid = {oid} AND a.attnum > 0 AND NOT a.attisdropped"
    needed = "AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attgenerated = ''"
    return f"""ARRAY(SELECT a.attname::text {every} ORDER BY a.attnum),
        ARRAY(SELECT format_type(a.atttypid, NULL) {every} ORDER BY a.attnum), ARRAY(SELECT a.attname::text {every} {needed})"""


def links_of(oid: str) -> str:
    """Column -> table that it points at, of foreign keys of one column, as jsonb."""
    return f"""(SELECT coalesce(jsonb_object_agg(a.attname, h.name), '{{}}') FROM pg_constraint k
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] JOIN harness.there h ON h.oid = k.confrelid
         WHERE k.conrelid = {oid} AND k.contype = 'f' AND cardinality(k.conkey) = 1)"""


def text_of(row: str, key: Sequence[str]) -> sql.Composed:
    """How the key of `row` is written, as harness.key_text in shadows.py: the one column's text, else a row of them."""
    columns = sql.SQL(", ").join(sql.Identifier(row, column) if row else sql.Identifier(column) for column in key)
    return sql.SQL("{}::text" if len(key) == 1 else "ROW({})::text").format(columns)
