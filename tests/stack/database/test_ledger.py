"""The ledger asked of PostgreSQL: balances of every shape, and rows of views and queries before and after."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from harness.backend.ledger import placed, read
from harness.core.config import Table
from harness.core.errors import HarnessError
from harness.core.history import RowChange
from harness.stack.database import ledger

pytestmark = pytest.mark.stack

TABLES = {
    "customer": Table(kind="customer", table="customers"),
    "purse": Table(kind="purse", table="purses"),
}
REFS = {"ann": {"kind": "customer", "id": 1}, "bob": {"kind": "customer", "id": 2}, "page": {"kind": "page", "id": 1}}

MONEY = """
CREATE TABLE customers (id bigint PRIMARY KEY, credits int);
INSERT INTO customers VALUES (1, 100), (2, 7), (3, 0);
CREATE TABLE purses (code uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner bigint, "held 100%" numeric(12, 4));
INSERT INTO purses (owner, "held 100%") VALUES (1, 1.5), (3, 9);
DROP SCHEMA IF EXISTS books CASCADE; CREATE SCHEMA books;
CREATE TABLE books.moves (nr bigint PRIMARY KEY, owner bigint, cents bigint, what text, extra jsonb);
CREATE VIEW spent AS SELECT nr AS id, owner, -cents AS cents, what FROM books.moves WHERE what LIKE 'use%';
"""


@pytest.fixture
def ask(db):
    db.execute(MONEY)
    return ledger.query_of(db)


def config(**parts):
    return SimpleNamespace(tables=TABLES, ledger=placed("harness.toml", read("harness.toml", parts), TABLES))


COLUMN = {"balance": {"table": "customer", "column": "credits", "account": "id"}}
PURSE = {
    "accounts": "customer",
    "unit": "decimal",
    "balance": {"table": "purse", "column": "held 100%", "account": "owner"},
}
VIEW = {"accounts": "customer", "movements": {"table": "spent", "amount": "cents", "account": "owner"}}
TABLE = {"accounts": "customer", "movements": {"table": "books.moves", "amount": "cents", "account": "owner"}}
QUERY = {
    "movements": {"sql": "SELECT nr AS n, cents FROM books.moves WHERE what LIKE 'use%'", "key": "n", "amount": "cents"}
}


def test_a_balance_on_the_account(ask):
    """Claim: of the accounts of the world and no other, by their names there."""
    assert ledger.balances(ask, config(**COLUMN), REFS) == {
        "ann": {"id": 1, "credits": 100},
        "bob": {"id": 2, "credits": 7},
    }


def test_a_balance_in_a_wallet_that_may_not_be_there_yet(ask):
    """Claim: exact, as text; who has no wallet yet holds 0 before, and nothing is claimed of it after."""
    assert ledger.opening(ask, config(**PURSE), REFS) == {
        "ann": {"id": 1, "credits": "1.5000"},
        "bob": {"id": 2, "credits": 0},
    }
    assert list(ledger.balances(ask, config(**PURSE), REFS)) == ["ann"]


def test_who_had_no_wallet_and_has_none_yet_holds_nothing_at_the_end(ask):
    """Claim: it is observed, with 0; whose wallet was there and is gone is not."""
    before = ledger.balances(ask, config(**PURSE), REFS)
    opened = ledger.opening(ask, config(**PURSE), REFS)
    assert ledger.closing(ask, config(**PURSE), REFS, before, opened) == opened
    gone = before | {"bob": {"id": 2, "credits": "3.0000"}}
    assert list(ledger.closing(ask, config(**PURSE), REFS, gone, opened | {"bob": gone["bob"]})) == ["ann"]


def test_an_account_that_came_is_called_by_its_kind_and_rank(ask):
    """Claim: it holds what is there; one without a balance, or of another kind, is none."""
    came = [RowChange(kind=kind, op=op, id=key, before=None, after={}) for kind, op, key in (("page", "insert", 1), ("customer", "update", 1), ("customer", "insert", 3), ("customer", "insert", 9))]  # fmt: skip
    assert ledger.born(ask, config(**COLUMN), came) == {"customer+1": {"id": 3, "credits": 0}}
    assert ledger.born(ask, config(**PURSE), came) == {"customer+1": {"id": 3, "credits": "9.0000"}}
    assert ledger.born(ask, config(**COLUMN), came[:2]) == {}


def test_the_balance_of_a_single_account_is_a_query(ask):
    one = config(balance={"sql": "SELECT sum(credits) AS n FROM customers;", "column": "n"})
    assert ledger.opening(ask, one, REFS) == {"account": {"id": None, "credits": 107}}


@pytest.mark.parametrize("made", [VIEW, TABLE, QUERY], ids=["view", "table", "query"])
def test_rows_that_came_went_and_changed_are_told(db, ask, made):
    """Claim: a view, a table of another schema and a query are compared as wholes, in order."""
    db.execute("INSERT INTO books.moves VALUES (1, 1, 5, 'use'), (2, 1, 6, 'use'), (3, 2, 7, 'use')")
    one = config(**made)
    before = ledger.apart(ask, one.ledger)
    db.execute("INSERT INTO books.moves VALUES (10, 1, 8, 'used'), (9, 2, 9, 'use')")
    db.execute("UPDATE books.moves SET cents = 50 WHERE nr = 1; DELETE FROM books.moves WHERE nr = 3")
    changes = list(ledger.changed(before, ledger.apart(ask, one.ledger)))
    assert sorted((c.kind, c.op, c.id) for c in changes) == [
        ("ledger.movements", "delete", 3), ("ledger.movements", "insert", 9), ("ledger.movements", "insert", 10),
        ("ledger.movements", "update", 1),
    ]  # fmt: skip
    if made is not QUERY:
        assert [c.id for c in changes] == [1, 9, 10, 3]
    assert next(c for c in changes if c.id == 1).after["cents"] in (50, -50)
    ledger.check_columns(changes, one.ledger)


@pytest.mark.parametrize(
    ("parts", "code", "message"),
    [
        ({"balance": {**COLUMN["balance"], "column": "credit"}}, "ledger-unread", '[ledger.balance] cannot be read: column "credit" does not exist'),
        ({"balance": {**COLUMN["balance"], "account": "credits"}}, "ledger-balance", "[ledger.balance] has no row of ann (customer 1)"),
        ({"balance": {"table": "customer", "column": "credits"}}, "ledger-balance", "[ledger.balance] gives 3 rows"),
        ({"accounts": "customer", "balance": {"sql": "SELECT 1 AS a, 2 AS n UNION ALL SELECT 1, 3", "column": "n", "account": "a"}}, "ledger-balance", "[ledger.balance] gives two rows of ann"),
        ({"accounts": "customer", "balance": {"sql": "SELECT 1 AS a, NULL::int AS n", "column": "n", "account": "a"}}, "ledger-balance", "[ledger.balance] gives no number for ann"),
        ({"balance": {"table": "nowhere", "column": "n"}}, "ledger-unread", '[ledger.balance] cannot be read: relation "nowhere" does not exist'),
    ],
)  # fmt: skip
def test_a_balance_that_cannot_be_told_is_refused(ask, parts, code, message):
    """Claim: before anything is driven, with the key of harness.toml."""
    with pytest.raises(HarnessError) as error:
        ledger.opening(ask, config(**parts), REFS)
    assert (error.value.message, error.value.code) == (message, code)


def test_rows_that_cannot_be_told_apart_are_refused(db, ask):
    """Claim: by name of the part, with the key to write."""
    db.execute("INSERT INTO books.moves VALUES (1, 1, 5, 'use'), (2, 1, 5, 'use')")
    for parts, message in (
        ({"sql": "SELECT cents FROM books.moves", "amount": "cents"}, "rows have no column id"),
        ({"sql": "SELECT cents FROM books.moves", "amount": "cents", "key": "cents"}, "two rows have the key 5"),
    ):
        with pytest.raises(HarnessError) as error:
            ledger.apart(ask, config(movements=parts).ledger)
        assert error.value.message == f"[ledger.movements] cannot tell its rows apart: {message}"
        assert error.value.code == "ledger-key"


def test_a_column_that_is_not_there_is_refused_when_the_first_row_is_seen(db, ask):
    """Claim: with the nearest column, before a law reads nothing as null."""
    one = config(
        **{**TABLE, "movements": {**TABLE["movements"], "balance_after": "cent", "operation": "extra.feature"}}
    )
    before = ledger.apart(ask, one.ledger)
    db.execute("INSERT INTO books.moves VALUES (1, 1, 5, 'use', '{}')")
    with pytest.raises(HarnessError) as error:
        ledger.check_columns(ledger.changed(before, ledger.apart(ask, one.ledger)), one.ledger)
    assert (
        error.value.message == "[ledger.movements] balance_after = 'cent': a row of ledger.movements has no such column"
    )
    assert (error.value.hint, error.value.code) == ("did you mean 'cents'?", "ledger-column")
