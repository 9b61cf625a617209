"""How a difference between surfaces reads: only the words that changed, the same in every cell, grouped over them."""

import pytest

from harness.judge.surface.difference import difference, grouped

LOCKED = (
    "http POST /x {} => 202",
    "tx worker ~ accounts <account> credits:100->80",
    "          + logs <logs+1> cost=1.50 model=a",
)


def test_the_same_is_nothing():
    assert difference(LOCKED, LOCKED) == []


def test_a_changed_word_a_new_column_a_line_that_went_and_one_that_came():
    price = (LOCKED[0], LOCKED[1].replace("80", "79"), LOCKED[2])
    assert difference(LOCKED, price) == ["~ tx worker ~ accounts: credits:100->80 is now credits:100->79"]
    column = (*LOCKED[:2], LOCKED[2] + " tokens=3")
    assert difference(LOCKED, column) == ["~ + logs <logs+1>: nothing is now tokens=3"]
    assert difference(LOCKED, LOCKED[:2]) == ["- + logs <logs+1> cost=1.50 model=a"]
    assert difference(LOCKED, (*LOCKED, "log web ERROR x broke")) == ["+ log web ERROR x broke"]


MORE = (*LOCKED, "          + moves <moves+1> credits=-20")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (MORE, (*MORE[:2], "tx worker + logs <logs+1> cost=1.50 model=a", MORE[3]), ["~ tx worker: a transaction fell apart: one of its own writes logs, moves, it was one with accounts"]),
        ((*MORE[:2], "tx worker + logs <logs+1> cost=1.50 model=a", MORE[3]), MORE, ["~ tx worker: transactions became one: one of its own wrote logs, it is one with accounts, moves"]),
        (LOCKED, (*LOCKED[:2], "tx web + logs <logs+1> cost=1.60 model=a"), ["~ tx web: a transaction fell apart: one of its own writes logs, it was one with accounts", "~ + logs <logs+1>: cost=1.50 is now cost=1.60"]),
    ],
)  # fmt: skip
def test_a_transaction_that_falls_apart_is_told_by_its_tables(before, after, told):
    assert difference(before, after) == told


def test_one_change_in_many_cells_is_one_line():
    told = {f"writer/{n}@manual": ["~ + logs <logs+1>: nothing is now tokens=3"] for n in range(40)}
    told["writer/0@manual"] = [*told["writer/0@manual"], "- log web ERROR x broke"]
    found = grouped(told)
    assert [(line, len(where)) for line, where in found] == [
        ("~ + logs <logs+1>: nothing is now tokens=3", 40),
        ("- log web ERROR x broke", 1),
    ]


def test_a_row_is_the_row_of_its_name_though_another_one_reads_more_alike():
    """Claim: what changed of a row is told of that row."""
    before = (
        "tx worker ~ images <one> status:a->b url:x->y size:1->2",
        "          ~ images <two> status:a->c url:x->z size:1->3",
    )
    after = (
        "tx worker ~ images <two> status:a->b url:x->y size:1->2",
        "          ~ images <one> status:a->b url:x->w size:1->2",
    )
    told = difference(before, after)
    assert any(line.startswith("~ ~ images <one>:") or "url:x->y is now url:x->w" in line for line in told), told
    assert not any("<one> is now <two>" in line for line in told), told


def test_a_task_that_was_never_queued_is_said_first():
    """Claim: what it would have done is missed too, and the first line says why; a message that came otherwise was queued."""
    locked = ('message 1 shop.pay [<order>] {} => SUCCESS null', "message 2 <1 shop.mail [<order>] {} => SUCCESS null", "message 3 <1 shop.mail [<other>] {} => SUCCESS null", *LOCKED[1:])  # fmt: skip
    told = difference(locked, locked[:1])
    assert told[0] == "never queued: shop.mail (2 messages locked, none sent)"
    assert len(told) == 5
    assert difference(locked, (locked[0], locked[1].replace("<order>", "<other>"), *locked[2:]))[0].startswith(
        "~ message 2"
    )
    assert (
        difference(("message <1 shop.mail [7] {} => SUCCESS null",), ())[0]
        == "never queued: shop.mail (1 message locked, none sent)"
    )
