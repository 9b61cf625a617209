"""What work left in the database beside rows: open transactions, locks that outlive them, and tables of another shape.

The shape is what was there when the snapshot was taken: columns, keys, indexes and triggers, the harness's among them. What of it a
cell changed is told; triggers of the harness that were switched off are on again with the next reset, anything else ends the driving.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg

PATIENCE_S = 0.5
"""What ends by itself, as a request's thread does behind its answer, has ended by then."""
_OPEN = """
SELECT CASE WHEN a.state LIKE 'idle in transaction%' THEN 'a transaction, idle' ELSE 'a transaction' END,
       left(regexp_replace(a.query, '\\s+', ' ', 'g'), 100)
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
  AND a.application_name <> 'harness' AND a.xact_start IS NOT NULL
UNION ALL
SELECT 'an advisory lock', format('%s %s', l.classid, l.objid)
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() AND a.application_name <> 'harness' AND a.xact_start IS NULL
ORDER BY 1, 2
"""


def left_open(db: psycopg.Connection, *beside: psycopg.Connection) -> dict[str, Any]:
    """ "a transaction, idle 1" -> what was last asked in it. What ends soon is waited for."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = [row for one in (db, *beside) for row in one.execute(_OPEN).fetchall()]
        if not found or time.monotonic() > deadline:
            return {f"{what} {n}": said for n, (what, said) in enumerate(found, 1)}
        db.execute("SELECT pg_sleep(0.01)")  # the server has no event for "a transaction has ended"


_END = """
SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.application_name <> 'harness'
  AND (a.xact_start IS NOT NULL OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory'))
"""


def end_open(db: psycopg.Connection, *beside: psycopg.Connection) -> None:
    """End the connections of the target that hold anything: what they had begun is rolled back."""
    for one in (db, *beside):
        one.execute(_END)


SHAPE = """
CREATE VIEW harness.shapes AS
SELECT r.oid, 'column' AS kind, a.attname AS name, format_type(a.atttypid, a.atttypmod)
       || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || CASE WHEN a.atthasdef THEN ' with default' ELSE '' END AS said
FROM harness.relations r JOIN pg_attribute a ON a.attrelid = r.oid
WHERE r.kind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT r.oid, 'trigger', g.tgname, CASE g.tgenabled WHEN 'D' THEN 'off' WHEN 'A' THEN 'always' WHEN 'R' THEN 'on replicas' ELSE 'on' END
FROM harness.relations r JOIN pg_trigger g ON g.tgrelid = r.oid WHERE NOT g.tgisinternal
UNION ALL
SELECT r.oid, 'constraint', k.conname, k.contype::text || ' ' || coalesce(k.conkey::text, '')
FROM harness.relations r JOIN pg_constraint k ON k.conrelid = r.oid
UNION ALL
SELECT r.oid, 'index', c.relname, x.indkey::text || CASE WHEN x.indisunique THEN ' unique' ELSE '' END
FROM harness.relations r JOIN pg_index x ON x.indrelid = r.oid JOIN pg_class c ON c.oid = x.indexrelid WHERE r.kind IN ('r', 'p');

CREATE TABLE harness.shape AS SELECT * FROM harness.shapes LIMIT 0;

CREATE FUNCTION harness.reshaped() RETURNS TABLE (what text, before text, after text) LANGUAGE sql STABLE AS $$
    -- a table that is gone is no table of another shape: reset tells it
    SELECT format('%s %s %s', r.name, d.kind, d.name), max(d.said) FILTER (WHERE d.was), max(d.said) FILTER (WHERE NOT d.was)
    FROM ((SELECT true AS was, * FROM (TABLE harness.shape EXCEPT TABLE harness.shapes) gone) UNION ALL
          (SELECT false, * FROM (TABLE harness.shapes EXCEPT TABLE harness.shape) come)) d
    JOIN harness.relations r USING (oid) GROUP BY r.name, d.kind, d.name
$$;

CREATE FUNCTION harness.watch_again() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record;
BEGIN
    -- triggers of ours that were switched off
    FOR t IN SELECT g.tgrelid AS oid, g.tgname FROM pg_trigger g WHERE g.tgname ~ '^harness_' AND g.tgenabled <> 'A' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.oid::regclass, t.tgname);
        INSERT INTO harness.dirty VALUES (t.oid);
    END LOOP;
END $$;
"""
"""Part of what snapshot.take puts in, behind the notes."""

_RESHAPED = "SELECT what, before, after FROM harness.reshaped() ORDER BY 1"


def reshaped(db: psycopg.Connection, *beside: psycopg.Connection) -> Iterator[tuple[str, str | None, str | None]]:
    """What of the shape is not as it was: what it is ("orders column total"), what it was and what it is now, None: not there."""
    for one in (db, *beside):
        try:
            yield from one.execute(_RESHAPED).fetchall()
        except (psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName):
            continue
