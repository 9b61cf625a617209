"""Somebody else writes beside a cell: the world is another one, and nothing of it is a change of the target's."""

from __future__ import annotations

import contextlib
from contextlib import closing

import psycopg
import pytest

from harness.cell.meanwhile import where_it_waits
from harness.stack.database import capture, journal, observer, snapshot
from harness.stack.vary import BOUGHT, Known, Writer, holders, writer
from tests.stack.vary.test_lay import LEDGER, TABLES, laid, world

pytestmark = pytest.mark.stack
__all__ = ["world"]


@pytest.fixture
def begun(world):
    """The world laid out, and its cell begun."""
    db, refs = world
    laid(world, "meanwhile")
    capture.mark_baseline(db)
    return db, refs


def somebody(db: psycopg.Connection) -> closing[Writer]:
    return closing(writer(db, known=Known(), tables=TABLES, ledger=LEDGER, seed="cell"))


def write(db: psycopg.Connection) -> set[str]:
    with somebody(db) as one:
        return one.write()


def held(db, query: str) -> list:
    return [one for (one,) in db.execute(query)]


def test_all_that_was_laid_becomes_another_and_accounts_get_credits(begun):
    """Claim: prices and secrets differ from before, history does not; who got credits is told by key; the target changed nothing."""
    db, refs = begun
    units, keys = held(db, "SELECT unit FROM costs ORDER BY id"), held(db, "SELECT api_key FROM sites ORDER BY id")
    credits, costs = held(db, "SELECT credits FROM accounts ORDER BY id"), held(db, "SELECT cost FROM entries")
    got = write(db)
    assert not set(units) & set(held(db, "SELECT unit FROM costs ORDER BY id"))
    assert not set(keys) & set(held(db, "SELECT api_key FROM sites ORDER BY id"))
    assert held(db, "SELECT credits FROM accounts ORDER BY id") == [one + BOUGHT for one in credits]
    assert str(refs["owner"]["id"]) in got
    assert held(db, "SELECT cost FROM entries") == costs
    assert capture.changes(db, TABLES) == ()
    assert journal.transactions(db) == ()


def test_what_the_target_writes_over_it_is_its_own_change(begun):
    """Claim: a balance that it kept in memory and writes back shows from the new one, and so does a price."""
    db, refs = begun
    write(db)
    db.execute("UPDATE accounts SET credits = 80 WHERE id = %s", [refs["owner"]["id"]])
    (change,) = capture.changes(db, TABLES)
    assert (change.before["credits"], change.after["credits"]) == (100 + BOUGHT, 80)


def test_a_row_that_is_locked_is_left_to_whoever_has_it(begun):
    """Claim: nobody waits for a target that keeps a row locked while it asks a provider; its account gets nothing."""
    db, refs = begun
    owner = str(refs["owner"]["id"])
    with somebody(db) as one, observer.again(db) as other, other.transaction():
        other.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", [refs["owner"]["id"]])
        got = one.write()
    assert owner not in got
    assert str(refs["other"]["id"]) in got
    assert capture.changes(db, TABLES) == ()


def test_a_table_that_is_locked_is_left_alone_and_the_others_are_written(begun):
    """Claim: whichever of them it is, that of the accounts too."""
    db, _ = begun
    units, credits = (
        held(db, "SELECT unit FROM costs ORDER BY id"),
        held(db, "SELECT credits FROM accounts ORDER BY id"),
    )
    with somebody(db) as one, observer.again(db) as other, other.transaction():
        other.execute("LOCK TABLE costs, accounts")
        assert one.write() == set()
    assert held(db, "SELECT unit FROM costs ORDER BY id") == units
    assert held(db, "SELECT credits FROM accounts ORDER BY id") == credits
    assert capture.changes(db, TABLES) == ()
    keys = held(db, "SELECT api_key FROM sites ORDER BY id")
    with somebody(db) as one, observer.again(db) as other, other.transaction():
        other.execute("LOCK TABLE costs")
        assert one.write()
    assert set(keys).isdisjoint(held(db, "SELECT api_key FROM sites ORDER BY id"))


def test_what_the_target_has_changed_since_is_left_to_it(begun):
    """Claim: column by column: the rest of the row is written, and the change stays the target's own."""
    db, _ = begun
    with somebody(db) as one:
        db.execute("UPDATE costs SET unit = 42")
        one.write()
    assert held(db, "SELECT unit FROM costs") == [42, 42, 42]
    assert {
        (change.after["unit"], change.before["minimum"] == change.after["minimum"])
        for change in capture.changes(db, TABLES)
    } == {(42, True)}


def test_rows_that_came_after_the_baseline_are_nobodys(begun):
    db, _ = begun
    db.execute("INSERT INTO costs (unit, minimum) VALUES (55, 1)")
    write(db)
    assert held(db, "SELECT unit FROM costs ORDER BY id")[-1] == 55


def test_a_baseline_is_the_cells_own(begun):
    """Claim: the next cell's world does not begin with it."""
    db, _ = begun
    write(db)
    assert snapshot.made_between(db) is not None
    from harness.stack.database import reset

    reset.reset(db)
    assert held(db, "SELECT unit FROM costs ORDER BY id") == [100, 100, 100]


@pytest.mark.parametrize(("locking", "lost"), [(" FOR UPDATE", 0), ("", BOUGHT)])
def test_whoever_waits_for_a_row_gets_it_when_it_is_another(begun, locking, lost):
    """Claim: who reads before they lock writes over what somebody bought; who locks first does not. Tables that nobody waited for stay as they were."""
    db, refs = begun
    owner, units, got = refs["owner"]["id"], held(db, "SELECT unit FROM costs ORDER BY id"), set()
    with closing(observer.again(db)) as look, contextlib.ExitStack() as open_:
        those = holders(db, known=Known(), tables=TABLES, ledger=LEDGER, seed="cell")
        for one in those:
            open_.callback(one.close)
        assert len({one.pid for one in those}) == len(those) > 1
        with where_it_waits(look, those, got.update), observer.again(db) as target, target.transaction():
            ((before,),) = target.execute(f"SELECT credits FROM accounts WHERE id = %s{locking}", [owner]).fetchall()
            target.execute("UPDATE accounts SET credits = %s WHERE id = %s", [before - 1, owner])
    assert str(owner) in got
    (change,) = capture.changes(db, TABLES)
    assert change.before["credits"] - 1 - change.after["credits"] == lost
    assert held(db, "SELECT unit FROM costs ORDER BY id") == units
