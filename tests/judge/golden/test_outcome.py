"""The outcome of a cell, its normalisers, and the lines that tell two outcomes apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.golden import Outcome
from harness.core.history import RowChange
from harness.core.scenario import Do, Path, Settle
from harness.judge.golden.aliases import name_rows, named
from harness.judge.golden.difference import difference
from harness.judge.golden.ordering import together
from harness.judge.golden.outcome import outcome_of
from tests.judge.ledgers import CHAT, SCENARIO, TARGET, charge, empty_cell, lawful_images, lawful_text


def outcome(cell, scenario=SCENARIO):
    return outcome_of(cell, scenario, TARGET)


def insert(kind, id, **after):
    return RowChange(kind=kind, op="insert", id=id, before=None, after={"id": id, "account_id": 1, **after})


def update(kind, id, before, after):
    return RowChange(kind=kind, op="update", id=id, before=before, after=after)


def test_an_outcome_says_what_was_paid_for_and_leaves_the_bystander_out():
    """Balance, ledger, usage, calls and rows of the account that acts."""
    found = outcome(lawful_text())
    assert found.balance == {"account": {"opening": 100_000, "closing": 99_978}}
    assert found.ledger == ({"operation": "content_generation", "units": 1, "credits": -22, "balance": 99_978},)
    assert found.usage == (
        {"operation": "content_generation", "credits": 22, "model": "gpt-5.1", "tokens_in": 820, "tokens_out": 1310, "cost_usd": "0.014125"},
    )  # fmt: skip
    assert found.calls == {CHAT: 1}
    assert found.rows == ("content +1 status=draft task_id=null",)
    assert found.charged_credits == 22


def test_a_bystander_who_was_touched_is_in_the_outcome():
    """Leaving accounts out hides nobody who paid."""
    found = outcome(charge(empty_cell(), "clustering", 2, account="bystander"))
    assert found.balance == {"account": {"opening": 100, "closing": 100}, "bystander": {"opening": 77, "closing": 75}}
    assert found.ledger[0]["account"] == "bystander"


def test_rows_are_counted_and_named():
    """Equal changes count together, ids are names, a reference to a new row keeps its identity."""
    rows = (
        *(update("keyword", n, {"status": "new"}, {"status": "mapped"}) for n in range(1, 4)),
        insert("task", 41, status="queued"),
        insert("content", 7, status="draft", task_id=41),
        insert("content", 8, status="draft", task_id=9),
        RowChange(kind="cluster", op="delete", id=3, before={"status": "new"}, after=None),
    )
    assert outcome(replace(empty_cell(), rows=rows)).rows == (
        "cluster -1 status=new",
        "content +1 status=draft task_id=<task:1>",
        "content +1 status=draft task_id=<theirs>",
        "keyword status new->mapped x3",
        "task +1 status=queued",
    )


def test_a_change_of_other_columns_alone_is_named_without_its_values():
    """Work that was paid for and left no trace is seen; a touched timestamp is not a trace of work."""
    before = {"status": "draft", "html": "a", "updated_at": "2026-11-22T12:00:00Z"}
    after = {"status": "draft", "html": "b", "updated_at": "2026-11-22T12:00:09Z"}
    assert outcome(replace(empty_cell(), rows=(update("content", 1, before, after),))).rows == (
        "content changed html x1",
    )
    assert outcome(replace(empty_cell(), rows=(update("content", 1, before, {**before, "updated_at": after["updated_at"]}),))).rows == ("content changed x1",)  # fmt: skip


def test_the_same_work_under_other_ids_has_the_same_outcome():
    """Ids are left out, identity is not: two contents of one task are not contents of two tasks."""

    def rows(task1, task2, first, second):
        return (
            insert("task", task1, status="queued", title="a"),
            insert("task", task2, status="queued", title="b"),
            insert("content", first, status="draft", task_id=task1),
            insert("content", second, status="draft", task_id=task2),
        )

    def lines(rows):
        return outcome(replace(empty_cell(), rows=rows)).rows

    assert lines(rows(1, 2, 3, 4)) == lines(rows(22, 11, 80, 70))
    both_of_one = (*rows(1, 2, 3, 4)[:3], insert("content", 4, status="draft", task_id=1))
    assert lines(rows(1, 2, 3, 4)) != lines(both_of_one)


def test_a_table_bound_to_paths_is_locked_only_where_all_paths_have_it():
    """An automation run row cannot be compared with a manual click."""
    cell = replace(empty_cell("automation"), rows=(insert("run", 1, status="completed"),))
    assert outcome(cell).rows == ()
    assert outcome(cell, replace(SCENARIO, paths=(Path.AUTOMATION,))).rows == ("run +1 status=completed",)


def test_whole_times_and_uuids_are_masked_and_nothing_else():
    """A date in a sentence, a number or a text that only resembles an id stays."""
    uuid = "0b2a7c1e-5d3f-4a6b-8c9d-0e1f2a3b4c5d"
    value = {"at": "2026-11-22T12:00:00.5Z", "says": "due 2026-11-22", "run_id": uuid, "credits": 20, "n_id": True}
    assert named(value, {}) == {
        "at": "<time>",
        "says": "due 2026-11-22",
        "run_id": "<uuid>",
        "credits": 20,
        "n_id": True,
    }


def test_ids_in_json_columns_are_named_by_key_and_by_type():
    """usage_log_id in a transaction's metadata, and a generic related object."""
    names = name_rows([insert("usage_log", 31, n=1), insert("content", 5, n=2)], {})
    value = {
        "metadata": {"usage_log_id": 31},
        "related_object_type": "content",
        "related_object_id": 5,
        "image_ids": [4],
    }
    assert named(value, names) == {
        "metadata": {"usage_log_id": "<usage_log:1>"},
        "related_object_type": "content",
        "related_object_id": "<content:1>",
        "image_ids": [4],
    }


def test_a_broken_chain_is_shown_as_it_is():
    """Rows are put in one order only where nothing is wrong with the chain."""
    cell = lawful_text(((9_000, 10), (10, 5)))
    broken = replace(cell, ledger=(cell.ledger[0], replace(cell.ledger[1], balance=5)))
    assert [row["balance"] for row in outcome(broken).ledger] == [99_909, 5]


@pytest.mark.parametrize(
    ("when", "mixed"),
    [
        ((Do(operation="a"), Do(operation="b")), True),
        ((Do(operation="a"), Settle(), Do(operation="b")), False),
        ((Do(operation="a"), Do(operation="a")), False),
        ((Do(operation="a"), Do(operation="b", paths=(Path.DIRECT,))), False),
    ],
)
def test_only_steps_without_a_wait_between_them_may_mix_their_charges(when, mixed):
    """Otherwise the order of operations is part of the outcome."""
    assert together(replace(SCENARIO, when=when), "manual") is mixed


def test_the_order_of_different_operations_is_part_of_the_outcome():
    """Ideas before clusters is another story."""
    one = charge(charge(empty_cell(), "clustering", 2), "content_generation", 3)
    other = charge(charge(empty_cell(), "content_generation", 3), "clustering", 2)
    assert difference(outcome(one), outcome(other))


def test_a_difference_starts_with_the_credits():
    """What a customer feels comes first, then old -> new."""
    locked = outcome(lawful_images(4))
    cheap = replace(lawful_images(4), accounts={"account": (100, 99), "bystander": (77, 77)})
    cheap = replace(cheap, ledger=(replace(cheap.ledger[0], credits=-1, balance=99),), calls=cheap.calls[:3])
    assert difference(locked, outcome(cheap)) == [
        "1 credit charged where the golden has 4 (-3)",
        "closing balance: 96 -> 99 (+3)",
        "ledger image_generation: credits -4 -> -1, balance 96 -> 99",
        "calls openai POST /v1/images/generations: 4 -> 3",
    ]


def test_a_difference_names_who_is_charged_instead_of_whom():
    """The right sum from the wrong customer is the first thing to be read, and never "as before"."""
    theirs = replace(
        lawful_text(),
        accounts={"account": (100_000, 100_000), "bystander": (77, 55)},
        ledger=(replace(lawful_text().ledger[0], account="bystander", balance=55),),
        usage=(replace(lawful_text().usage[0], account="bystander"),),
    )
    lines = difference(outcome(lawful_text()), outcome(theirs))
    assert lines[:2] == [
        "account: 0 credits charged where the golden has 22 (-22)",
        "bystander: 22 credits charged where the golden has 0 (+22)",
    ]
    assert not any("as before" in line for line in lines)


def test_a_difference_without_credits_says_so():
    """The reader must not have to look for the money."""
    changed = replace(lawful_text(), usage=(replace(lawful_text().usage[0], model="gpt-4o-mini", cost_usd=None),))
    assert difference(outcome(lawful_text()), outcome(changed)) == [
        "22 credits charged, as before; the rest differs:",
        "usage content_generation: model gpt-5.1 -> gpt-4o-mini, cost_usd 0.014125 -> none",
    ]


def test_a_long_difference_is_cut_with_its_length():
    """A hundred lost rows are one line, not a hundred."""
    rows = tuple(insert("cluster", n, status=f"s{n:02}") for n in range(20))
    lines = difference(outcome(empty_cell()), outcome(replace(empty_cell(), rows=rows)))
    assert lines[-1] == "rows: 14 more differences"
    assert len(lines) == 8


def test_rows_are_told_by_what_was_used_and_not_by_their_place():
    """Claim: of several uses of one operation, the one that went is named, and the one that changed with what changed of it."""
    uses = [{"operation": "writing", "credits": 18, "tokens_in": 260 + n, "tokens_out": 1500 + n} for n in range(3)]
    went, changed, stays = uses
    balance = {"account": {"opening": 100, "closing": 46}}
    old = Outcome(balance=balance, usage=(stays, went, changed))
    new = Outcome(balance=balance, usage=(stays, {**changed, "credits": 9}))
    assert difference(old, new)[1:] == [
        "usage - writing credits=18 tokens_in=260 tokens_out=1500",
        "usage writing: credits 18 -> 9",
    ]
