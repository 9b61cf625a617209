"""Capture: exactly the rows that differ from the baseline, as JSON values."""

from __future__ import annotations

import json

import pytest

from harness.core.config import Table
from harness.core.errors import HarnessError
from harness.stack.database import capture, reset

pytestmark = pytest.mark.stack

TABLES = {
    "entry": Table(kind="entry", table="entries"),
    "account": Table(kind="account", table="accounts"),
    "price": Table(kind="price", table="prices"),
}


def told(changes):
    return [(change.kind, change.op, change.id) for change in changes]


def test_inserts_updates_and_deletes_are_told_apart(db):
    """Claim: each changed row comes once, kinds in the order of the tables, rows in the order of their keys."""
    db.execute("INSERT INTO accounts (name, credits) VALUES ('seeded', 100), ('doomed', 1)")
    capture.mark_baseline(db)
    assert capture.changes(db, TABLES) == ()
    db.execute("UPDATE accounts SET credits = 80 WHERE name = 'seeded'")
    db.execute("DELETE FROM accounts WHERE name = 'doomed'")
    db.execute("INSERT INTO entries (account_id) VALUES (2), (1)")
    db.execute("UPDATE prices SET credits = 9 WHERE name = 'image'")
    changes = capture.changes(db, TABLES)
    assert told(changes) == [
        ("entry", "insert", 1),
        ("entry", "insert", 2),
        ("account", "update", 2),
        ("account", "delete", 3),
        ("price", "update", "image"),
    ]
    update, delete = changes[2:4]
    assert (update.before["credits"], update.after["credits"]) == (100, 80)
    assert delete.after is None
    assert changes[0].before is None


def test_a_row_written_back_to_what_it_was_is_no_change(db):
    """Claim: values are compared, not writes."""
    capture.mark_baseline(db)
    db.execute("UPDATE prices SET credits = 6 WHERE name = 'image'")
    db.execute("UPDATE prices SET credits = 5 WHERE name = 'image'")
    assert capture.changes(db, TABLES) == ()


def test_only_scale_changed_is_a_change(db):
    """Claim: rows are compared exactly, to the last written digit and inside json columns."""
    db.execute("INSERT INTO entries (account_id, note, data) VALUES (1, '{\"a\":1}', '{\"x\": 1.0}')")
    capture.mark_baseline(db)
    db.execute("UPDATE entries SET note = '{\"a\": 2}'")
    assert told(capture.changes(db, TABLES)) == [("entry", "update", 1)]


def test_values_are_json_values(db):
    """Claim: decimals, times, dates and UUIDs are text, jsonb is parsed, and the whole survives JSON."""
    db.execute(
        "INSERT INTO entries (account_id, cost, data, day, code, tags) VALUES "
        "(1, 0.16, '{\"units\": 4}', '2026-01-04', '6f1c2f0e-6e0b-4c53-9c1f-0d4f2a2a4a10', '{a,b}')"
    )
    db.execute("UPDATE accounts SET created_at = '2026-01-04T06:00:00+02'")
    entry, account = capture.changes(db, TABLES)
    assert entry.after == {
        "id": 1, "account_id": 1, "cost": "0.1600", "data": {"units": 4}, "note": None, "day": "2026-01-04",
        "code": "6f1c2f0e-6e0b-4c53-9c1f-0d4f2a2a4a10", "tags": ["a", "b"], "twice": 2,
    }  # fmt: skip
    assert account.after["created_at"] == "2026-01-04T04:00:00+00:00"
    assert json.loads(json.dumps(entry.after)) == entry.after


def test_without_a_baseline_the_snapshot_is_compared(db):
    """Claim: right after a reset every change since the migrations is told."""
    reset.reset(db)
    db.execute("UPDATE accounts SET credits = 2")
    assert told(capture.changes(db, TABLES)) == [("account", "update", 1)]


def test_the_baseline_of_one_scenario_does_not_reach_the_next(db):
    """Claim: after a reset an old baseline is forgotten, also for tables that the next seeding leaves alone."""
    db.execute("UPDATE accounts SET credits = 50")
    capture.mark_baseline(db)
    reset.reset(db)
    capture.mark_baseline(db)
    db.execute("UPDATE accounts SET credits = 50")
    (change,) = capture.changes(db, TABLES)
    assert (change.before["credits"], change.after["credits"]) == (1, 50)


def test_a_table_that_the_database_lacks_is_named(db):
    """Claim: a wrong table in harness.toml is an error with the nearest name, never an empty answer."""
    with pytest.raises(HarnessError) as caught:
        capture.changes(db, {"account": Table(kind="account", table="acounts")})
    assert (caught.value.code, caught.value.hint) == ("table-unknown", "did you mean 'accounts'?")
