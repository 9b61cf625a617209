"""Put the database back to the snapshot between scenarios: touched tables only, a few milliseconds, one transaction."""

from __future__ import annotations

import psycopg

from harness.core.errors import StackError

LOCK_TIMEOUT_MS = 3000


def reset(db: psycopg.Connection) -> tuple[str, ...]:
    """Restore every touched table and all sequences; returns the names of the tables that were touched.

    Waits for writers in progress; raises StackError reset-blocked when one keeps its locks for LOCK_TIMEOUT_MS,
    and the database is then as it was. Idle readers do not hinder it.
    """
    return run_locked(db, "SELECT harness.reset()")


def run_locked(db: psycopg.Connection, statement: str) -> tuple[str, ...]:
    """Run a function of the schema `harness` that locks all tables; returns its list of names."""
    try:
        with db.pipeline(), db.transaction():
            db.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
            cursor = db.execute(statement)
        row = cursor.fetchone()
    except psycopg.errors.LockNotAvailable:
        raise StackError(
            f"the database cannot be reset: {_blockers(db)}",
            hint="the target left a transaction open after its work: look for a missing commit or a stuck request",
            code="reset-blocked",
        ) from None
    return tuple(row[0]) if row else ()


def _blockers(db: psycopg.Connection) -> str:
    rows = db.execute(
        """SELECT DISTINCT a.pid, coalesce(nullif(a.application_name, ''), 'a connection'), a.state,
                  left(regexp_replace(a.query, '\\s+', ' ', 'g'), 100)
           FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN harness.tables t ON t.oid = l.relation
           WHERE l.granted AND a.pid <> pg_backend_pid()
             AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')"""
    ).fetchall()
    told = [f"{name} (server process {pid}, {state}) holds locks after: {query}" for pid, name, state, query in rows]
    return "; ".join(told) or "another transaction held its locks until just now"
