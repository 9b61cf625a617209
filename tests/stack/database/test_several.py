"""Several databases: each row goes where its table is, is captured there, and put back."""

from __future__ import annotations

import pytest

from harness.core.config import Table
from harness.core.errors import HarnessError
from harness.core.scenario import Change, Given, Ref, Row
from harness.stack.database import capture, postgres, reset, seed, snapshot

pytestmark = pytest.mark.stack

TABLES = {
    "account": Table(kind="account", table="accounts"),
    "hit": Table(kind="hit", table="hits"),
    "price": Table(kind="price", table="prices"),
}


@pytest.fixture
def analytics(db, server):
    name = postgres.name_of("analytics")
    with postgres.connect(*server, "postgres") as admin:
        postgres.create(admin, name)
    other = postgres.connect(*server, name)
    other.execute("CREATE TABLE hits (id serial PRIMARY KEY, account int, n int NOT NULL DEFAULT 0)")
    snapshot.take(other)
    yield other
    other.close()
    with postgres.connect(*server, "postgres") as admin:
        admin.execute(f"DROP DATABASE {name}")


def test_rows_go_where_their_table_is(db, analytics):
    """Claim: references reach across, order is kept, changes are told in one order, and reset restores both."""
    rows = (
        Row(kind="account", name="a", values={"name": "A"}),
        Row(kind="hit", name="h", values={"account": Ref("a")}),
        Row(kind="account", name="b", values={"name": "B", "credits": Ref("h")}),
    )
    given = Given(rows=rows, changes=(Change(kind="hit", where={"account": 2}, values={"n": 7}),))
    refs = seed.insert(db, TABLES, given, beside=[analytics])
    assert refs == {"a": {"kind": "account", "id": 2}, "h": {"kind": "hit", "id": 1}, "b": {"kind": "account", "id": 3}}
    assert analytics.execute("SELECT account, n FROM hits").fetchall() == [(2, 7)]
    assert capture.mark_baseline(db, analytics) == ("accounts", "hits")
    analytics.execute("UPDATE hits SET n = 8")
    db.execute("UPDATE accounts SET credits = 9 WHERE id = 3")
    changes = capture.changes(db, TABLES, analytics)
    assert [(change.kind, change.op, change.id) for change in changes] == [
        ("account", "update", 3),
        ("hit", "update", 1),
    ]
    assert reset.reset(db, analytics) == ("accounts", "hits")
    assert analytics.execute("SELECT count(*) FROM hits").fetchone() == (0,)


def test_without_the_other_its_table_is_unknown(db):
    with pytest.raises(HarnessError) as caught:
        capture.changes(db, TABLES)
    assert (caught.value.code, "hits" in caught.value.message) == ("table-unknown", True)
