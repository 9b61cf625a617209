"""The journal on a real server: whole transactions in order, net, of every table whatever its key, schema and age."""

from __future__ import annotations

import psycopg
import pytest

from harness.stack.database import journal, reset, snapshot
from harness.stack.database.capture import mark_baseline
from tests.stack.database.conftest import KINDS

pytestmark = pytest.mark.stack


@pytest.fixture
def db(db):
    snapshot.drop(db)
    db.execute(KINDS)
    db.execute("TRUNCATE shares; INSERT INTO shares VALUES (1, 'eu', 5)")
    snapshot.take(db)
    yield db
    snapshot.drop(db)
    db.execute("DROP SCHEMA IF EXISTS billing, late CASCADE")
    db.execute("DROP TABLE IF EXISTS made, times")


@pytest.fixture
def target(db):
    with psycopg.connect(db.info.dsn, autocommit=True, application_name="worker") as connection:
        yield connection


def told(db):
    return [
        [(c.table, c.op, c.id, dict(c.before or {}), dict(c.after or {})) for c in one.changes]
        for one in journal.transactions(db)
    ]


def test_a_transaction_is_told_once_net_with_who_wrote_it(db, target):
    with target.transaction():
        target.execute("INSERT INTO shares VALUES (2, 'us', 1)")
        with target.transaction():  # a savepoint is no transaction of its own
            target.execute("UPDATE shares SET part = 2 WHERE item = 2")
        target.execute("UPDATE shares SET part = 6 WHERE item = 1")
        target.execute("INSERT INTO shares VALUES (3, 'us', 1)")
        target.execute("DELETE FROM shares WHERE item = 3")
    assert told(db) == [
        [
            ("shares", "insert", "(2,us)", {}, {"item": "2", "region": "us", "part": "2"}),
            ("shares", "update", "(1,eu)", {"part": "5"}, {"part": "6"}),
        ]
    ]
    (one,) = journal.transactions(db)
    assert (one.role, one.session) == ("worker", target.info.backend_pid)


def test_what_is_rolled_back_or_comes_to_nothing_is_not_in_it(db, target):
    with target.transaction(force_rollback=True):
        target.execute("UPDATE shares SET part = 9")
    target.execute("UPDATE shares SET part = part")
    assert told(db) == []


def test_transactions_come_in_the_order_in_which_they_last_wrote(db, target):
    with psycopg.connect(db.info.dsn, application_name="web") as other:
        target.execute("BEGIN; INSERT INTO codes VALUES ('first', 1)")
        other.execute("INSERT INTO codes VALUES ('second', 2)")
        other.commit()
        target.execute("INSERT INTO codes VALUES ('third', 3); COMMIT")
    assert [one.role for one in journal.transactions(db)] == ["web", "worker"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE shares SET item = 7", ("shares", "update", "(7,eu)", {"item": "1"}, {"item": "7"})),
        ("DELETE FROM notes WHERE said = 'other'", ("notes", "delete", "", {"said": "other", "n": "2"}, {})),
        ("UPDATE events SET day = '2031-01-01' WHERE what = 'far'", ("events", "update", "(2,2031-01-01)", {"day": "2030-01-01"}, {"day": "2031-01-01"})),
        ("UPDATE events SET what = 'x' WHERE what = 'first'", ("events", "update", "(1,2026-05-01)", {"what": "first"}, {"what": "x"})),
        ("TRUNCATE shares", ("shares", "delete", "(1,eu)", {"item": "1", "region": "eu", "part": "5"}, {})),
        ("INSERT INTO billing.wallets VALUES ('6f0f5f0a-0000-4000-8000-000000000001', 'x', 1.50)", ("billing.wallets", "insert", "6f0f5f0a-0000-4000-8000-000000000001", {}, {"uid": "6f0f5f0a-0000-4000-8000-000000000001", "owner": "x", "cents": "1.50"})),
        ("CREATE TABLE made AS SELECT 1 AS n", ("made", "insert", "", {}, {"n": "1"})),
        ("CREATE TABLE made (n int PRIMARY KEY); INSERT INTO made VALUES (4)", ("made", "insert", "", {}, {"n": "4"})),
        ("CREATE SCHEMA late; CREATE TABLE late.made (n numeric); INSERT INTO late.made VALUES (1.10)", ("late.made", "insert", "", {}, {"n": "1.10"})),
        ("ALTER TABLE shares ADD COLUMN more int; UPDATE shares SET more = 1", ("shares", "update", "(1,eu)", {"more": None}, {"more": "1"})),
    ],
)  # fmt: skip
def test_every_kind_of_table_and_statement(db, target, statement, expected):
    target.execute(statement)
    assert [change for one in told(db) for change in one] == [expected]
    db.execute("ALTER TABLE shares DROP COLUMN IF EXISTS more")


def test_a_row_that_is_taken_away_and_put_back_is_changed(db, target):
    with target.transaction():
        target.execute("DELETE FROM shares WHERE item = 1")
        target.execute("INSERT INTO shares VALUES (1, 'eu', 6)")
    assert told(db) == [[("shares", "update", "(1,eu)", {"part": "5"}, {"part": "6"})]]


def test_a_row_that_moves_to_another_partition_with_its_key_is_another_row(db, target):
    target.execute("UPDATE events SET day = '2026-06-01' WHERE what = 'far'")
    assert [[change[1:3] for change in one] for one in told(db)] == [
        [("delete", "(2,2030-01-01)"), ("insert", "(2,2026-06-01)")]
    ]


def test_equal_rows_without_a_key_are_each_counted(db, target):
    target.execute("DELETE FROM notes WHERE said = 'same'")
    assert [len(one) for one in told(db)] == [2]


def test_values_do_not_depend_on_how_the_session_would_write_them(db, target):
    target.execute("CREATE TABLE times (at timestamptz, took interval, raw bytea)")
    mark_baseline(db)
    target.execute(
        "SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'; SET bytea_output = 'escape'; SET intervalstyle = 'iso_8601'"
    )
    target.execute("INSERT INTO times VALUES ('2026-01-01T00:00:00Z', '1 day', 'ab')")
    ((change,),) = told(db)
    assert change[4] == {"at": "2026-01-01T00:00:00+00:00", "took": "1 day", "raw": "\\x6162"}


def test_it_begins_at_the_baseline_and_ends_at_the_reset(db, target):
    target.execute("UPDATE shares SET part = 9")
    mark_baseline(db)
    assert told(db) == []
    target.execute("UPDATE shares SET part = 10")
    assert len(told(db)) == 1
    reset.reset(db)
    assert told(db) == []


def test_without_a_snapshot_there_is_none(db):
    snapshot.drop(db)
    assert journal.transactions(db) == ()
