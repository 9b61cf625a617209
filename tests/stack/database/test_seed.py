"""Seed: the given world goes in with its references, and whatever is wrong with it is said in the scenario's words."""

from __future__ import annotations

import pytest

from harness.core.config import Table
from harness.core.errors import HarnessError
from harness.core.scenario import Change, Given, Ref, Row
from harness.stack.database import seed

pytestmark = pytest.mark.stack

TABLES = {
    "account": Table(kind="account", table="accounts"),
    "entry": Table(kind="entry", table="entries"),
    "price": Table(kind="price", table="prices"),
}


def row(kind, name, /, **values):
    return Row(kind=kind, name=name, values=values)


def given(*rows, changes=()):
    return Given(rows=rows, changes=changes)


def test_rows_refer_to_each_other_by_name(db):
    """Claim: references become keys, also in lists and JSON, and every name is answered with its kind and key."""
    refs = seed.insert(
        db,
        TABLES,
        given(
            row("account", "owner", name="Owner", credits=100),
            row("account", "other", name="Other"),
            row("entry", "first", account_id=Ref("owner"), cost="0.5", data={"of": [Ref("owner"), Ref("other")]}),
            row("price", "linking", name="linking", credits=3),
            row("entry", "second", account_id=Ref("other"), data=[Ref("linking", "name"), Ref("first")], tags=["a"]),
        ),
    )
    assert refs == {
        "owner": {"kind": "account", "id": 2},
        "other": {"kind": "account", "id": 3},
        "first": {"kind": "entry", "id": 1},
        "linking": {"kind": "price", "id": "linking"},
        "second": {"kind": "entry", "id": 2},
    }
    assert db.execute("SELECT account_id, data, cost::text, tags FROM entries ORDER BY id").fetchall() == [
        (2, {"of": [2, 3]}, "0.5000", None),
        (3, ["linking", 1], None, ["a"]),
    ]


def test_a_reference_may_need_what_the_database_fills_in(db):
    """Claim: a column with a database default can be referred to like any other."""
    seed.insert(
        db,
        TABLES,
        given(
            row("account", "owner", name="Owner"),
            row("entry", "first", account_id=Ref("owner"), data={"token": Ref("owner", "token")}),
        ),
    )
    assert db.execute("SELECT data FROM entries").fetchone() == ({"token": "made-by-the-database"},)


def test_changes_update_what_migrations_made(db):
    """Claim: a change updates the rows that match it."""
    seed.insert(db, TABLES, given(changes=(Change(kind="price", where={"name": "image"}, values={"credits": 8}),)))
    assert db.execute("SELECT credits FROM prices ORDER BY name").fetchall() == [(8,), (1,)]


def test_the_sequence_goes_on_behind_the_seeded_rows(db):
    """Claim: the target's own next insert does not collide with a seeded key."""
    seed.insert(db, TABLES, given(row("account", "owner", name="Owner")))
    assert db.execute("INSERT INTO accounts (name) VALUES ('target') RETURNING id").fetchone() == (3,)


WRONG = {
    "an unknown kind": (
        given(row("acount", "owner", name="x")),
        "seed-unknown-kind", "the scenario names the table kind 'acount'", "did you mean 'account'?",
    ),
    "an unknown column": (
        given(row("account", "owner", nam="x")),
        "seed-unknown-column", "row 'owner' (account) sets 'nam', which accounts lacks", "did you mean 'name'?",
    ),
    "an unknown column of a change": (
        given(changes=(Change(kind="price", where={"name": "image"}, values={"credit": 8}),)),
        "seed-unknown-column", "change of price sets 'credit', which prices lacks", "did you mean 'credits'?",
    ),
    "a reference to nothing": (
        given(row("account", "owner", name="x"), row("entry", "first", account_id=Ref("owne"))),
        "seed-unknown-ref", "row 'first' (entry) refers to 'owne', which no earlier row is named", "did you mean 'owner'?",
    ),
    "a reference to a column that is not there": (
        given(row("account", "owner", name="x"), row("entry", "first", account_id=Ref("owner", "ident"))),
        "seed-unknown-column", "refers to the column 'ident' of account 'owner', which accounts lacks", "known: ",
    ),
    "a name used twice": (
        given(row("account", "owner", name="x"), row("account", "owner", name="y")),
        "seed-duplicate-name", "scenario has two rows named 'owner'", "give each row its own name",
    ),
    "a value left out": (
        given(row("account", "owner", name="x"), row("account", "other", credits=1)),
        "seed-missing-column", "row 'other' (account) needs a value for 'name'", "add 'name' to its values",
    ),
    "a value that the database refuses": (
        given(row("price", "free", name="free", credits=0)),
        "seed-rejected", "row 'free' (price) was refused by the database", "Failing row contains (free, 0).",
    ),
    "a value of the wrong type": (
        given(row("account", "owner", name="x", credits="many")),
        "seed-rejected", "row 'owner' (account) was refused by the database: invalid input syntax for type integer", "",
    ),
    "a value that is no database value": (
        given(row("account", "owner", name=object)),
        "seed-rejected", "row 'owner' (account) was refused by the database: cannot adapt type 'type'", "",
    ),
    "a key that is taken": (
        given(row("account", "owner", id=1, name="x")),
        "seed-rejected", "row 'owner' (account) was refused by the database: duplicate key", "Key (id)=(1) already exists.",
    ),
    "a reference by number to nothing": (
        given(row("entry", "first", account_id=99)),
        "seed-rejected", "was refused by the database", 'Key (account_id)=(99) is not present in table "accounts".',
    ),
    "a change that finds nothing": (
        given(changes=(Change(kind="price", where={"name": "video"}, values={"credits": 8}),)),
        "seed-no-row", "change of price finds no row where {'name': 'video'}", "insert others as rows",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_world_is_explained_and_leaves_no_row(db, case):
    """Claim: one line that names the scenario's row, one hint, a stable code; and nothing is half inserted."""
    world, code, message, hint = WRONG[case]
    with pytest.raises(HarnessError) as caught:
        seed.insert(db, TABLES, world)
    assert caught.value.code == code
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message + caught.value.hint
    assert db.execute("SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM entries)").fetchone() == (1, 0)
    assert db.execute("SELECT credits FROM prices ORDER BY name").fetchall() == [(5,), (1,)]
