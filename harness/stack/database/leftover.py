"""What work left open in the database: transactions, and locks that outlive them."""

from __future__ import annotations

import time
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
