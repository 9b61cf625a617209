"""The journal on a real server: whole transactions in order, net, of every table whatever its key, schema and age."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from harness.core.config import Table
from harness.core.history import CellHistory
from harness.core.verdict import Status
from harness.judge.laws.journal import rows_agree
from harness.stack.database import journal, reset, snapshot
from harness.stack.database.capture import changes, mark_baseline
from tests.judge.ledgers import TARGET, context
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


TYPES = """
DROP TABLE IF EXISTS typed; DROP TYPE IF EXISTS pair, mood; CREATE TYPE pair AS (a int, b text); CREATE TYPE mood AS ENUM ('fine', 'not');
CREATE TABLE typed (
    id bigint PRIMARY KEY, flag bool, small smallint, exact numeric(12, 4), rough real, rougher double precision, padded char(6), words text,
    day date, clock time, zoned timetz, at timestamp, moment timestamptz, took interval, raw bytea, uid uuid, doc json, docb jsonb,
    numbers int[], texts text[], moments timestamptz[], exacts numeric[], span int4range, during tstzrange, address inet, net cidr, bits bit(4),
    two pair, feels mood, made numeric GENERATED ALWAYS AS (exact * 2) STORED);
"""
VALUES = r"""
    true, 3, 1.5000, 0.1, 1e20, 'ab', 'it''s \\ "so"', '2026-05-01', '10:00:00.500', '10:00:00.50+02', '2026-05-01 10:00:00.120', '2026-05-01 10:00:00.5+02',
    '1 year 1 mon 5 days -02:03:04.500', '\x00ff', '6f0f5f0a-0000-4000-8000-000000000001', '{"b": 1.50, "a": [null, "x"]}', '{"b": 1.50, "a": {"t": true}}',
    '{1,NULL,3}', '{a,"b c"}', '{"2026-05-01 10:00:00.500+00"}', '{1.50,2}', '[1,5)', '["2026-05-01 10:00:00+00",)', '10.0.0.1', '10.0.0.0/8', B'0101',
    ROW(1, 'x y'), 'fine'"""


def test_rows_and_journal_agree_whatever_the_type(db, target):
    """Claim: a value of any type is one in both observations, made, changed and taken away; and one that is not is told."""
    snapshot.drop(db)
    db.execute(TYPES)
    snapshot.take(db)
    db.execute(f"INSERT INTO typed VALUES (1, {VALUES})")
    db.execute("INSERT INTO typed (id) VALUES (2), (3)")
    mark_baseline(db)
    target.execute(f"INSERT INTO typed VALUES (4, {VALUES})")
    target.execute(
        "UPDATE typed SET moment = moment + '1 day 0.25 s', took = '-01:00:00', docb = docb || '{\"n\": 2}', flag = NULL, numbers = '{}' WHERE id IN (1, 4)"
    )
    target.execute("DELETE FROM typed WHERE id = 2; UPDATE typed SET id = 5 WHERE id = 3")
    tables = {"typed": Table(kind="typed", table="public.typed"), "share": Table(kind="share", table="public.shares")}
    target.execute(
        "UPDATE shares SET part = 7; INSERT INTO shares VALUES (9, 'us', 1); DELETE FROM shares WHERE item = 1"
    )
    cell = CellHistory(cell="a/b@manual", scenario="a/b", path="manual", accounts={}, spans=((0.0, 1.0),), rows=changes(db, tables), transactions=journal.transactions(db))  # fmt: skip
    known = context(target=replace(TARGET, tables=tables))
    try:
        assert rows_agree(cell, known).evidence == ("7 changed rows as 4 transactions left them",)
        for row in cell.rows:
            for column, value in (row.after or {}).items():
                if column != "two" and value is not None:
                    edited = replace(row, after={**row.after, column: [0] if isinstance(value, list) else {"z": 0} if isinstance(value, dict) else f"{value}9"})  # fmt: skip
                    others = tuple(edited if one is row else one for one in cell.rows)
                    assert rows_agree(replace(cell, rows=others), known).status is Status.FAIL, (row.id, column, value)
    finally:
        snapshot.drop(db)
        db.execute("DROP TABLE typed; DROP TYPE pair, mood")


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
