"""The harness's own connection: nothing that the target or the machine does makes it wait for ever."""

from __future__ import annotations

import os
import signal
import time

import pytest

from harness.core.config import Table
from harness.core.errors import StackError
from harness.stack.database import capture, observer, postgres, reset, snapshot

pytestmark = pytest.mark.stack

TABLES = {"price": Table(kind="price", table="prices")}


def test_a_locked_table_is_named_within_the_time_out(db, connect, monkeypatch):
    """Claim: LOCK TABLE by the target ends reading and reset as reset-blocked, with who holds it; nothing hangs."""
    monkeypatch.setattr(reset, "LOCK_TIMEOUT_MS", 50)
    db.execute("SET lock_timeout = 50; UPDATE prices SET credits = 9")
    other = connect()
    other.autocommit = False
    other.execute("LOCK TABLE prices IN ACCESS EXCLUSIVE MODE")
    for ask in (lambda: capture.changes(db, TABLES), lambda: reset.reset(db), lambda: capture.mark_baseline(db)):
        with pytest.raises(StackError) as caught:
            ask()
        assert caught.value.code == "reset-blocked"
        assert "holds locks after: LOCK TABLE prices IN ACCESS EXCLUSIVE MODE" in caught.value.message
    with pytest.raises(StackError) as caught:
        db.execute("SELECT * FROM prices")
    assert caught.value.code == "database-blocked"
    other.rollback()
    assert [change.id for change in capture.changes(db, TABLES)] == ["image", "text"]


def test_a_statement_that_never_ends_is_ended(db):
    """Claim: the server ends it at its time-out, and the connection goes on."""
    db.execute("SET statement_timeout = 50")
    with pytest.raises(StackError) as caught:
        db.execute("SELECT pg_sleep(60)")
    assert caught.value.code == "database-slow"
    assert db.execute("SELECT 1").fetchone() == (1,)


def test_a_stopped_server_is_told_within_seconds(server):
    """Claim: a server that is stopped, and so cannot keep its own time-outs, ends as database-silent, long before one that is slow."""
    db = postgres.connect(*server)
    (backend,) = db.execute("SELECT pg_backend_pid()").fetchone()
    os.kill(backend, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        for ask in (lambda: db.execute("SELECT 1"),):
            with pytest.raises(StackError) as caught:
                ask()
            assert caught.value.code == "database-silent"
    finally:
        os.kill(backend, signal.SIGCONT)
    assert time.monotonic() - begun < 5
    assert db.closed


def test_taking_a_snapshot_may_take_longer(db):
    """Claim: within `patient` a statement outlives the usual limit, and afterwards the limit holds again."""
    db.limit_s = 0.05
    with observer.patient(db):
        db.execute("SELECT pg_sleep(0.3)")
    assert db.limit_s == 0.05
    assert db.execute("SHOW statement_timeout").fetchone() == ("20s",)


def test_the_targets_role_is_an_ordinary_one(db, connect, server):
    """Claim: it owns its database, has no right beyond, and FORCE policies hold for it, while the harness sees every row."""
    import psycopg

    role = db.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = %s",
        [postgres.OWNER],
    )
    assert role.fetchone() == (False, False, False, False)
    snapshot.drop(db)
    with psycopg.connect(
        host=str(server[0]), port=server[1], dbname=postgres.DATABASE, user=postgres.OWNER, autocommit=True
    ) as target:
        db.execute(f"GRANT ALL ON SCHEMA public TO {postgres.OWNER}")
        target.execute("""
            CREATE TABLE secrets (id serial PRIMARY KEY, tenant int NOT NULL);
            INSERT INTO secrets (tenant) VALUES (1), (2);
            ALTER TABLE secrets ENABLE ROW LEVEL SECURITY; ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
            CREATE POLICY own ON secrets USING (tenant = nullif(current_setting('app.tenant', true), '')::int)""")
        snapshot.take(db)
        assert target.execute("SELECT tenant FROM secrets").fetchall() == []
        target.execute("SET app.tenant = 2")
        assert target.execute("SELECT tenant FROM secrets").fetchall() == [(2,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            target.execute("INSERT INTO secrets (tenant) VALUES (1)")
        target.execute("DELETE FROM secrets")
        tables = {"secret": Table(kind="secret", table="secrets")}
        assert [(c.op, c.id) for c in capture.changes(db, tables)] == [("delete", 2)]
        assert reset.reset(db) == ("secrets",)
        assert db.execute("SELECT tenant FROM secrets ORDER BY 1").fetchall() == [(1,), (2,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for schema harness"):
            target.execute("SELECT * FROM harness.dirty")
        target.execute("DROP TABLE secrets")
