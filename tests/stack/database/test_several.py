"""Several databases: each row goes where its table is, is captured there, and put back."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness.backend.ledger import placed, read
from harness.core.config import Table
from harness.core.errors import HarnessError
from harness.core.scenario import Change, Given, Ref, Row
from harness.stack.database import capture, ledger, postgres, reset, seed, snapshot

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


PARTS = {
    "by its kind": {"table": "hit"},
    "by a name that no model has": {"table": "seen"},
    "by a query": {"sql": "SELECT id, account, n FROM hits"},
}


@pytest.mark.parametrize("where", PARTS.values(), ids=PARTS)
def test_the_ledger_is_asked_where_it_stands(db, analytics, where):
    """Claim: balance and movements in another database are read there, however they are named; what none has is told."""
    analytics.execute("INSERT INTO hits (account, n) VALUES (7, 40), (8, 2); CREATE VIEW seen AS SELECT * FROM hits")
    parts = {"accounts": "account", "balance": {**where, "column": "n", "account": "account"}, "movements": {**where, "amount": "n"}}  # fmt: skip
    config = SimpleNamespace(tables=TABLES, ledger=placed("harness.toml", read("harness.toml", parts), TABLES))
    held = ledger.balances(ledger.query_of(db, analytics), config, {"ann": {"kind": "account", "id": 7}})
    assert held == {"ann": {"id": 7, "credits": 40}}
    assert [row["n"] for row in ledger.whole(ledger.query_of(db, analytics), config)["hit" if where == {"table": "hit"} else "ledger.movements"].values()] == [40, 2]  # fmt: skip
    with pytest.raises(HarnessError, match="does not exist") as caught:
        ledger.balances(ledger.query_of(db), config, {"ann": {"kind": "account", "id": 7}})
    assert caught.value.code == "ledger-unread"


def test_a_table_of_the_same_name_elsewhere_is_not_taken_for_it(db, analytics):
    """Claim: migrations without a router make every table everywhere; rows and balances are those of the model's own database."""
    db.execute("CREATE TABLE hits (id serial PRIMARY KEY, account int, n int NOT NULL DEFAULT 0)")
    snapshot.take(db)
    own = {**TABLES, "hit": replace(TABLES["hit"], database="analytics")}
    parts = {"accounts": "account", "balance": {"table": "hit", "column": "n", "account": "account"}}
    config = SimpleNamespace(tables=own, ledger=placed("harness.toml", read("harness.toml", parts), own))
    seed.insert(db, own, Given(rows=(Row(kind="hit", name="h", values={"account": 7, "n": 40}),)), beside=[analytics])
    capture.mark_baseline(db, analytics)
    held = ledger.balances(ledger.query_of(db, analytics), config, {"ann": {"kind": "account", "id": 7}})
    assert held == {"ann": {"id": 7, "credits": 40}}
    analytics.execute("UPDATE hits SET n = 39")
    assert [(one.kind, one.op) for one in capture.changes(db, own, analytics)] == [("hit", "update")]


def test_without_the_other_its_table_is_unknown(db):
    with pytest.raises(HarnessError) as caught:
        capture.changes(db, TABLES)
    assert (caught.value.code, "hits" in caught.value.message) == ("table-unknown", True)
