"""Rows against the journal: a history that says one thing of a row in its tables and another in its transactions is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.config import Table
from harness.core.history import Change, RowChange, Transaction
from harness.core.verdict import Status
from harness.judge.checks import CELL_CHECKERS, IN_ANY_WORLD, asked_of
from harness.judge.laws.journal import rows_agree
from harness.judge.laws.texts import same
from tests.judge.ledgers import TARGET, context, empty_cell

SHARE = Table(kind="share", table="shop.shares")
NOTE = Table(kind="note", table="public.notes")
KNOWN = context(target=replace(TARGET, tables={"share": SHARE, "note": NOTE}))
WAS, IS = {"id": 7, "part": 5, "of": "eu"}, {"id": 7, "part": 9, "of": "eu"}


def made(id_, **after):
    return Change(table="shop.shares", op="insert", id=id_, before=None, after=after)


def moved(id_, before, after, **more):
    return Change(table="shop.shares", op="update", id=id_, before=before, after=after, **more)


def gone(id_, **before):
    return Change(table="shop.shares", op="delete", id=id_, before=before, after=None)


def row(op, before, after, key="id"):
    return RowChange(kind="share", op=op, id=(after or before)["id"], before=before, after=after, key=key)


def cell(rows, *changes):
    journal = tuple(Transaction(role="worker", changes=(change,)) for change in changes)
    return replace(empty_cell(), rows=tuple(rows), transactions=journal, spans=((0.0, 1.0),))


def lines(rows, *changes):
    found = rows_agree(cell(rows, *changes), KNOWN)
    assert (found.status, found.code) == (Status.FAIL, "journal-disagrees")
    return list(found.evidence)


def agree(rows, *changes):
    found = rows_agree(cell(rows, *changes), KNOWN)
    assert found.status is Status.PASS, found.evidence


UPDATED = (row("update", WAS, IS),)
IN_TWO = (moved("7", {"part": "5"}, {"part": "6"}), moved("7", {"part": "6"}, {"part": "9"}))


def test_the_sum_of_the_transactions_is_what_the_table_holds():
    """Claim: a row changed in two steps, one made and one deleted; what came to nothing is in no table."""
    agree(UPDATED, *IN_TWO)
    agree([row("insert", None, IS)], made("7", id="7", part="5", of="eu"), moved("7", {"part": "5"}, {"part": "9"}))
    agree([row("delete", WAS, None)], moved("7", {"part": "5"}, {"part": "9"}), gone("7", id="7", part="9", of="eu"))
    agree([], made("7", id="7", part="5", of="eu"), gone("7", id="7", part="5", of="eu"))
    agree([], moved("7", {"part": "5"}, {"part": "9"}), moved("7", {"part": "9"}, {"part": "5"}))
    agree([], Change(table="nobody_s", op="insert", id="1", before=None, after={"id": "1"}))


@pytest.mark.parametrize(
    ("closing", "rows", "line"),
    [
        (92, ({"id": 1, "credits": 100}, {"id": 1, "credits": 93}), "account: its balance is 92, and 93 by its row"),
        (92, None, "account: its balance 100 became 92, and no row says so"),
        (92, ({"id": 1, "credits": 100}, {"id": 1, "credits": 92}), ""),
        (100, None, ""),
    ],
)
def test_a_balance_is_what_the_row_of_its_account_holds(closing, rows, line):
    """Claim: they are two readings; in a world where no golden says the balance nothing else would see that they differ."""
    changed = (
        [] if rows is None else [RowChange(kind="account", op="update", id=1, before=rows[0], after=rows[1], key="id")]
    )
    journal = [
        Transaction(
            role="worker",
            changes=(
                Change(
                    table="accounts",
                    op="update",
                    id="1",
                    before={"credits": str(one.before["credits"])},
                    after={"credits": str(one.after["credits"])},
                ),
            ),
        )
        for one in changed
    ]
    seen = replace(empty_cell(), rows=tuple(changed), transactions=tuple(journal), spans=((0.0, 1.0),), accounts={"account": (100, closing)}, refs={"account": {"kind": "account", "id": 1}})  # fmt: skip
    found = rows_agree(seen, context())
    assert [one for one in found.evidence if "balance" in one] == ([line] if line else [])
    assert (found.status is Status.FAIL) == bool(line)


@pytest.mark.parametrize(
    ("rows", "changes", "line"),
    [
        ([row("update", WAS, {**IS, "part": 8})], IN_TWO, "share 7: part is 8, and '9' by its transactions"),
        ([row("update", {**WAS, "part": 4}, IS)], IN_TWO, "share 7: part was 4, and '5' by its transactions"),
        ([row("update", WAS, {**IS, "of": "us"})], IN_TWO, "share 7: of became 'us', and no transaction says so"),
        (UPDATED, IN_TWO[:1], "share 7: part is 9, and '6' by its transactions"),
        (UPDATED, IN_TWO[1:], "share 7: part was 5, and '6' by its transactions"),
        (UPDATED, (IN_TWO[0], moved("7", {"part": "7"}, {"part": "9"})), "share 7: part: a transaction finds '7' where the one before left '6'"),
        (UPDATED, (), "share 7: update by the table, and no transaction says so"),
        ([], IN_TWO, "share 7: part became '9' by its transactions, and not in the table"),
        ([row("delete", WAS, None)], IN_TWO, "share 7: delete by the table, update by its transactions"),
        ([], (made("7", id="7"),), "share 7: insert by its transactions, and not by the table"),
        ([], (gone("7", id="7"),), "share 7: delete by its transactions, and not by the table"),
        ([row("insert", None, IS)], (made("7", id="7", part="9", of="eu"),) * 2, "share 7: a transaction makes it a second time"),
        ([], (gone("7", id="7"), moved("7", {"part": "1"}, {"part": "2"})), "share 7: a transaction changes it after it was deleted"),
    ],
)  # fmt: skip
def test_each_way_to_disagree_is_told(rows, changes, line):
    """Claim: a value, a row, a step of either side that the other does not have is one line, and the history is refused."""
    assert line in lines(rows, *changes)


def test_a_row_whose_key_changes_is_one_row():
    """Claim: the journal calls a row by the key that it has afterwards; tables with several columns of a key are matched by their values."""
    agree([], moved("8", {"id": "7"}, {"id": "8"}), moved("7", {"id": "8"}, {"id": "7"}))
    both = {"key": ("id", "at")}
    one = {"id": 7, "at": "2026-05-01T10:00:00.500000+00:00", "part": 1}
    two = {**one, "part": 2}
    told = replace(row("update", one, two, key=""), id='(7,"2026-05-01 10:00:00.5+00")')
    agree([told], moved("(7,2026-05-01T10:00:00.5+00:00)", {"part": "1"}, {"part": "2"}, **both))
    assert lines([told], moved("(7,2026-05-01T10:00:00.6+00:00)", {"part": "1"}, {"part": "2"}, **both))


def test_rows_without_a_key_are_counted():
    """Claim: of two equal rows nobody can say which one went; how many there are agrees all the same."""
    said = RowChange(kind="note", op="insert", id="#1", before=None, after={"said": "x"}, key="")
    noted = Change(table="notes", op="insert", id="", before=None, after={"said": "x"}, key=())
    agree([said], noted)
    assert lines([said], noted, noted) == ["note: its rows became +1 by transactions, and not in the table"]


def test_without_a_journal_it_is_not_asked_where_the_stack_is_not_ours():
    """Claim: a stack that somebody else runs has no journal; one of ours that has rows and no transaction is told."""
    theirs = replace(cell(UPDATED), spans=())
    assert rows_agree(theirs, KNOWN).status is Status.NOT_ASKED
    assert lines(UPDATED)
    assert "journal" in CELL_CHECKERS
    assert "journal" in IN_ANY_WORLD
    assert all(asked_of("journal", world) for world in ("", "distinct", "meanwhile", "contended"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None), (True, "true"), (5, "5"), (0.1, "0.1"), (1e20, "1e+20"), ("1.50", "1.50"), ("a b", "a b"), ("abcd", "\\xabcd"),
        ("2026-05-01T10:00:00.500000+00:00", "2026-05-01T10:00:00.5+00:00"), ("10:00:00+00:00", "10:00:00+00"),
        ("1 day, 2:00:00", "1 day 02:00:00"), ("-1 day, 23:00:00", "-01:00:00"), ("400 days, 0:00:00", "1 year 1 mon 5 days"),
        ({"a": [1, "2", None, 0.5]}, '{"a": [1, "2", null, 0.5]}'), (["1.50"], "[1.50]"),
    ],
)  # fmt: skip
def test_one_value_in_two_spellings(value, text):
    assert same(value, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), ("", None), (True, "t"), (5, "6"), (5, "x"), ("1.5", "1.50"), ("a b", "aTb"), ("2026-05-01T10:00:00", "2026-05-01T10:00:01"),
        ("1 day, 2:00:00", "1 day 02:00:01"), ({"a": 1}, '{"a": 2}'), ({"a": 1}, '{"a": true}'), ([1, 2], "[2, 1]"), ([1], "no json"),
    ],
)  # fmt: skip
def test_two_values_are_two(value, text):
    assert not same(value, text)


HAD, HAS = {"id": 7, "part": 507, "of": "eu"}, {"id": 7, "part": 427, "of": "eu"}
BEFORE = (moved("7", {"part": "507"}, {"part": "457"}), moved("7", {"part": "457"}, {"part": "427"}))
BETWEEN = (moved("7", {"part": "500"}, {"part": "450"}), moved("7", {"part": "457"}, {"part": "427"}))
BEHIND = (moved("7", {"part": "500"}, {"part": "450"}), moved("7", {"part": "450"}, {"part": "420"}))


@pytest.mark.parametrize("variation", ["meanwhile", "contended", "meanwhile+share.part=0"])
@pytest.mark.parametrize("changes", [BEFORE, BETWEEN, BEHIND])
def test_what_somebody_else_gave_beside_the_target_is_no_disagreement(variation, changes):
    """Claim: whenever they give it, where they do; and the check is asked there like everywhere."""
    assert asked_of("journal", variation)
    found = rows_agree(replace(cell([row("update", HAD, HAS)], *changes), variation=variation), KNOWN)
    assert found.status is Status.PASS, found.evidence


@pytest.mark.parametrize("variation", ["", "distinct", "stranger"])
@pytest.mark.parametrize("changes", [BETWEEN, BEHIND])
def test_where_nobody_gives_it_is_one(variation, changes):
    found = rows_agree(replace(cell([row("update", HAD, HAS)], *changes), variation=variation), KNOWN)
    assert found.code == "journal-disagrees"


@pytest.mark.parametrize(
    ("had", "has", "changes"),
    [
        (HAD, {**HAS, "part": 428}, BEFORE),
        (HAD, {**HAS, "part": 428}, BETWEEN),
        (HAD, {**HAS, "part": 421}, BEHIND),
        ({**HAD, "part": 508}, HAS, BETWEEN),
        ({**HAD, "part": 500}, HAS, BETWEEN),
        ({**HAD, "part": 500}, HAS, BEHIND),
        ({**HAD, "part": 514}, {**HAS, "part": 434}, BETWEEN),
        (HAD, HAS, (BETWEEN[0], moved("7", {"part": "458"}, {"part": "427"}))),
        (HAD, HAS, (*BETWEEN[:1], moved("7", {"part": "453"}, {"part": "443"}), moved("7", {"part": "447"}, {"part": "427"}))),
        (HAD, {**HAS, "of": "us"}, BETWEEN),
    ],
)  # fmt: skip
def test_and_nothing_else_is_excused_by_them(had, has, changes):
    """Claim: another amount before, between or behind, one given twice, another column: each is told in that world, too."""
    found = rows_agree(replace(cell([row("update", had, has)], *changes), variation="meanwhile"), KNOWN)
    assert found.code == "journal-disagrees"


def test_what_was_taken_and_given_back_while_somebody_gave_came_to_nothing():
    """Claim: the table holds what the baseline has, and the transactions are as far apart as what was given; by another amount they are told."""

    def found(back: str, variation: str = "meanwhile"):
        changes = (moved("7", {"part": "500"}, {"part": "450"}), moved("7", {"part": "457"}, {"part": back}))
        return rows_agree(replace(cell([], *changes), variation=variation), KNOWN)

    assert found("507").status is Status.PASS
    assert found("508").code == found("500").code == found("507", "distinct").code == "journal-disagrees"
    text = (moved("7", {"of": "a"}, {"of": "b"}), moved("7", {"of": "c"}, {"of": "d"}))
    assert rows_agree(replace(cell([], *text), variation="meanwhile"), KNOWN).code == "journal-disagrees"
