"""The shape of tables, and what watches them: whatever a cell changes of it is told, and only what the harness owns is put back."""

from __future__ import annotations

import psycopg
import pytest

from harness.stack.database import journal, leftover, reset, snapshot

pytestmark = pytest.mark.stack


@pytest.fixture
def db(every_kind):
    return every_kind


def test_what_is_as_it_was_is_not_told(db):
    """Claim: rows, truncation, new tables and temporary ones change no shape, and a reset leaves none changed."""
    db.execute(
        "INSERT INTO shares VALUES (1, 'eu', 5); TRUNCATE notes; CREATE TABLE made (n int); CREATE TEMP TABLE t (n int)"
    )
    assert list(leftover.reshaped(db)) == []
    reset.reset(db)
    assert list(leftover.reshaped(db)) == []


@pytest.mark.parametrize(
    ("statement", "back", "told"),
    [
        ("ALTER TABLE shares ADD COLUMN more int", "ALTER TABLE shares DROP COLUMN more", ("shares column more", None, "integer")),
        ("ALTER TABLE shares ALTER part TYPE bigint", "ALTER TABLE shares ALTER part TYPE int", ("shares column part", "integer not null", "bigint not null")),
        ("ALTER TABLE shares DROP COLUMN part", "", ("shares column part", "integer not null", None)),
        ("CREATE INDEX ours ON shares (part)", "DROP INDEX ours", ("shares index ours", None, "3")),
        ("ALTER TABLE shares ADD CONSTRAINT few CHECK (part < 99)", "ALTER TABLE shares DROP CONSTRAINT few", ("shares constraint few", None, "c {3}")),
        ("ALTER TABLE billing.wallets ADD COLUMN more int", "", ("billing.wallets column more", None, "integer")),
    ],
)  # fmt: skip
def test_a_changed_table_is_told(db, statement, back, told):
    """Claim: with what it was and what it is now, in whatever schema."""
    db.execute(statement)
    assert told in list(leftover.reshaped(db))
    if back:
        db.execute(back)


def test_a_trigger_of_ours_that_is_switched_off_is_told_and_on_again_after_a_reset(db):
    """Claim: what its owner switches off shows at the end of the cell, and the next cell is watched; what happened meanwhile is undone."""
    db.execute("INSERT INTO shares VALUES (1, 'eu', 5)")
    reset.reset(db)
    db.execute("ALTER TABLE shares DISABLE TRIGGER USER; INSERT INTO shares VALUES (2, 'eu', 5)")
    found = {what: (before, after) for what, before, after in leftover.reshaped(db)}
    assert found["shares trigger harness_journal"] == ("always", "off")
    assert journal.transactions(db) == ()
    reset.reset(db)
    assert list(leftover.reshaped(db)) == []
    assert db.execute("SELECT count(*) FROM shares").fetchone() == (0,), (
        "rows that nobody saw are not left to the next cell"
    )
    db.execute("INSERT INTO shares VALUES (3, 'eu', 5)")
    assert len(journal.transactions(db)) == 1


def test_a_session_of_a_replica_is_watched_too(db):
    """Claim: triggers fire whatever the mode of replication, but while the harness puts all back."""
    with psycopg.connect(db.info.dsn, autocommit=True) as target:
        target.execute("SET session_replication_role = replica; INSERT INTO shares VALUES (4, 'eu', 5)")
    assert len(journal.transactions(db)) == 1
    assert reset.reset(db) == ("shares",)
    assert journal.transactions(db) == ()


def test_when_the_database_was_made_is_known(db):
    """Claim: what a migration dates lies between the initialising of the cluster and the snapshot."""
    ((begun, ended),) = snapshot.made_between(db)
    (now,) = db.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    assert begun <= ended <= now
    snapshot.drop(db)
    assert snapshot.made_between(db) == []
