"""Put the database back to the snapshot between scenarios: touched tables only, a few milliseconds, one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from harness.core.errors import StackError

LOCK_TIMEOUT_MS = 3000


def reset(db: psycopg.Connection, *beside: psycopg.Connection) -> tuple[str, ...]:
    """Restore, in each database, every touched table and all sequences, and drop what was made meanwhile; returns the touched tables' names.

    Waits for writers in progress; raises StackError reset-blocked when one keeps its locks for LOCK_TIMEOUT_MS, and
    schema-changed when a table is gone or has other columns; the database is then as it was. Idle readers do not hinder it.
    """
    return tuple(name for one in (db, *beside) for name in run_locked(one, "SELECT harness.reset()"))


def made(db: psycopg.Connection, *beside: psycopg.Connection) -> tuple[str, ...]:
    """What the target has made since the snapshot: tables, partitions, views, sequences, schemas. Reset drops them."""
    query = "SELECT name FROM harness.made() ORDER BY 1"
    return tuple(name for one in (db, *beside) for (name,) in one.execute(query).fetchall())


def run_locked(db: psycopg.Connection, statement: str) -> tuple[str, ...]:
    """Run a function of the schema `harness` that locks all tables; returns its list of names."""
    with holder_named(db, "the database cannot be reset"):
        try:
            with db.pipeline(), db.transaction():
                db.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
                cursor = db.execute(statement)
            row = cursor.fetchone()
        except psycopg.ProgrammingError as error:
            raise StackError(
                f"the target changed its tables while it ran, and they cannot be put back: {error.diag.message_primary}",
                hint="a stack's tables are those that migrating makes: what is dropped, altered or detached in a request or task is lost",
                code="schema-changed",
            ) from None
    return tuple(row[0]) if row else ()


def reshaped_by(cell: str) -> StackError:
    """A cell has changed the tables' shape: what is driven after it would meet other tables than the migrations made."""
    return StackError(
        f"the target changed its tables while it ran, and they cannot be put back: {cell}",
        hint="a stack's tables are those that migrating makes: what is dropped, altered or detached in a request or task is lost",
        code="schema-changed",
    )


@contextmanager
def holder_named(db: psycopg.Connection, what: str) -> Iterator[None]:
    """Within, waiting in vain for a lock is told with who holds it, as reset-blocked."""
    try:
        yield
    except (psycopg.errors.LockNotAvailable, StackError) as error:
        if isinstance(error, StackError) and error.code != "database-blocked":
            raise
        raise StackError(
            f"{what}: {_holders(db)}",
            hint="the target left a transaction open after its work: look for a missing commit or a stuck request",
            code="reset-blocked",
        ) from None


def _holders(db: psycopg.Connection) -> str:
    rows = db.execute(
        """SELECT DISTINCT a.pid, coalesce(nullif(a.application_name, ''), 'a connection'), a.state,
                  left(regexp_replace(a.query, '\\s+', ' ', 'g'), 100)
           FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN harness.there t ON t.oid = l.relation
           WHERE l.granted AND a.pid <> pg_backend_pid() AND t.kind IN ('r', 'p')
             AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')"""
    ).fetchall()
    told = [f"{name} (server process {pid}, {state}) holds locks after: {query}" for pid, name, state, query in rows]
    return "; ".join(told) or "another transaction held its locks until just now"
