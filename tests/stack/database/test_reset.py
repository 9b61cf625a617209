"""Reset: the world is the snapshot again, whatever happened, and a transaction left open is named."""

from __future__ import annotations

import threading

import pytest

from harness.core.errors import StackError
from harness.stack.database import capture, reset

pytestmark = pytest.mark.stack

EVERYTHING = """
    SELECT 'accounts', row_to_json(a)::text FROM accounts a UNION ALL SELECT 'entries', row_to_json(e)::text FROM entries e
    UNION ALL SELECT 'prices', row_to_json(p)::text FROM prices p UNION ALL SELECT 'untouched', row_to_json(u)::text FROM untouched u
"""


def world(db):
    return db.execute(EVERYTHING).fetchall()


def test_inserts_updates_deletes_and_truncation_are_undone(db):
    """Claim: after any mix of statements the rows and their order are the snapshot's, and touched tables are named."""
    before = world(db)
    db.execute("INSERT INTO accounts (name) VALUES ('new'), ('newer')")
    db.execute("INSERT INTO entries (account_id, cost, data) VALUES (2, 1.5, '{\"a\": 1}')")
    db.execute("UPDATE prices SET credits = 7 WHERE name = 'image'")
    db.execute("DELETE FROM accounts WHERE name = 'house'")
    assert reset.reset(db) == ("accounts", "entries", "prices")
    assert world(db) == before
    db.execute("TRUNCATE untouched")
    assert reset.reset(db) == ("untouched",)
    assert world(db) == before


def test_nothing_touched_means_nothing_restored(db):
    """Claim: reading marks no table, and a second reset finds nothing to do."""
    world(db)
    assert reset.reset(db) == ()
    db.execute("UPDATE accounts SET credits = 9")
    assert reset.reset(db) == ("accounts",)
    assert reset.reset(db) == ()


def test_sequences_start_where_they_stood(db):
    """Claim: the same insert gets the same key after every reset, even when the first one was rolled back."""
    keys = []
    for _ in range(2):
        with db.transaction(force_rollback=True):
            db.execute("INSERT INTO accounts (name) VALUES ('rolled back')")
        reset.reset(db)
        keys.append(db.execute("INSERT INTO accounts (name) VALUES ('kept') RETURNING id").fetchone())
        reset.reset(db)
    assert keys == [(2,), (2,)]


def test_seeded_tables_are_restored_too(db):
    """Claim: taking a baseline does not make reset forget what seeding touched."""
    db.execute("INSERT INTO accounts (name) VALUES ('seeded')")
    capture.mark_baseline(db)
    db.execute("UPDATE prices SET credits = 6")
    assert reset.reset(db) == ("accounts", "prices")
    assert reset.reset(db) == ()


def test_an_open_transaction_that_wrote_is_named(db, connect, monkeypatch):
    """Claim: reset gives up after its lock time-out, says who holds what, and leaves the world as it was."""
    monkeypatch.setattr(reset, "LOCK_TIMEOUT_MS", 50)
    other = connect()
    other.autocommit = False
    other.execute("UPDATE accounts SET credits = 77")
    db.execute("UPDATE prices SET credits = 7")
    with pytest.raises(StackError) as caught:
        reset.reset(db)
    assert caught.value.code == "reset-blocked"
    assert "idle in transaction" in caught.value.message
    assert "UPDATE accounts SET credits = 77" in caught.value.message
    assert db.execute("SELECT credits FROM prices WHERE name = 'text'").fetchone() == (7,)
    other.rollback()
    assert reset.reset(db) == ("prices",)


def test_an_idle_reader_does_not_block(db, connect, monkeypatch):
    """Claim: a transaction that only read may stay open for ever."""
    monkeypatch.setattr(reset, "LOCK_TIMEOUT_MS", 50)
    reader = connect()
    reader.autocommit = False
    reader.execute("SELECT * FROM accounts").fetchall()
    db.execute("UPDATE accounts SET credits = 7")
    assert reset.reset(db) == ("accounts",)


def test_a_writer_that_commits_during_reset_leaves_nothing(db, connect):
    """Claim: reset waits for a writer in progress and undoes what it commits in that moment, unseen before."""
    before = world(db)
    writer = connect()
    writer.autocommit = False
    writer.execute("UPDATE accounts SET credits = 77")
    touched = []
    thread = threading.Thread(target=lambda: touched.append(reset.reset(db)))
    thread.start()
    watcher = connect()
    while not watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
        pass
    writer.commit()
    thread.join()
    assert touched == [("accounts",)]
    assert world(watcher) == before


def test_writers_of_one_table_do_not_wait_for_each_other(db, connect):
    """Claim: the marks add no lock of their own: the target's races stay races."""
    first, second = connect(), connect()
    for connection in (first, second):
        connection.autocommit = False
        connection.execute("SET lock_timeout = 100")
    first.execute("INSERT INTO entries (account_id) VALUES (1)")
    second.execute("INSERT INTO entries (account_id) VALUES (1)")
    second.commit()
    first.commit()
    assert reset.reset(db) == ("entries",)


def test_hundreds_of_resets_keep_the_shadows_small(db):
    """Claim: the shadows do not grow with the number of scenarios."""
    for _ in range(300):
        db.execute("UPDATE prices SET credits = credits + 1")
        capture.mark_baseline(db)
        reset.reset(db)
    sizes = db.execute(
        "SELECT sum(pg_relation_size(c.oid)) FROM pg_class c WHERE relnamespace::regnamespace::text LIKE 'harness%' AND relkind = 'r'"
    ).fetchone()
    assert sizes is not None
    assert sizes[0] < 1_000_000
