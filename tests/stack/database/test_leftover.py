"""What work leaves open in the database."""

from __future__ import annotations

import threading

import pytest

from harness.stack.database import leftover

pytestmark = pytest.mark.stack


@pytest.fixture
def other(connect):
    """A connection of the target."""
    made = connect()
    made.execute("SET application_name = 'shop'")
    return made


def test_an_idle_connection_is_nothing(db, other):
    """Claim: a connection that is kept leaves nothing open, and nothing is waited for."""
    assert leftover.left_open(db) == {}


def test_an_open_transaction_and_a_lock_are_told(db, other, connect):
    """Claim: a transaction that was never ended is told with its last words, and an advisory lock that outlives its own."""
    other.execute("BEGIN")
    other.execute("UPDATE accounts   SET credits = 1")
    locker = connect()
    locker.execute("SET application_name = 'shop'")
    locker.execute("SELECT pg_advisory_lock(7)")
    assert leftover.left_open(db) == {
        "a transaction, idle 1": "UPDATE accounts SET credits = 1",
        "an advisory lock 2": "0 7",
    }
    other.execute("ROLLBACK")


def test_what_ends_soon_is_waited_for(db, other):
    """Claim: a request's thread that is a moment behind its answer is no leftover."""
    other.execute("BEGIN")
    ending = threading.Timer(0.05, other.execute, ("ROLLBACK",))
    ending.start()
    assert leftover.left_open(db) == {}
    ending.join()


def test_what_holds_anything_is_ended_and_nothing_else(db, connect):
    """Claim: an open transaction and an advisory lock are gone with their connections; who holds nothing goes on, and the harness too."""
    held, locked, idle = connect(), connect(), connect()
    for n, one in enumerate((held, locked, idle)):
        one.execute("SELECT set_config('application_name', %s, false)", [f"web {n}"])
    held.execute("BEGIN")
    held.execute("INSERT INTO accounts (name) VALUES ('never')")
    locked.execute("SELECT pg_advisory_lock(7)")
    assert len(leftover.left_open(db)) == 2
    leftover.end_open(db)
    assert leftover.left_open(db) == {}
    assert idle.execute("SELECT count(*) FROM accounts WHERE name = 'never'").fetchone() == (0,)
