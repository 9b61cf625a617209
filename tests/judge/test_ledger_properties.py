"""Random lawful ledgers break no law; every seeded fault breaks the law that names it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.verdict import Status
from harness.judge.golden.difference import difference
from harness.judge.golden.outcome import outcome_of
from tests.judge.ledgers import SCENARIO, TARGET, context, lawful_images, lawful_text, laws

LAWS = laws()

tokens = st.tuples(st.integers(1, 20_000), st.integers(1, 20_000))
texts = st.lists(tokens, min_size=1, max_size=6, unique=True).map(lambda requests: lawful_text(tuple(requests)))
images = st.integers(1, 40).map(lawful_images)
cells = st.one_of(texts, images)


def failing(cell):
    return {name for name, law in LAWS.items() if law(cell, context()).status is Status.FAIL}


def outcome(cell):
    return outcome_of(cell, SCENARIO, TARGET)


@st.composite
def cell_and_row(draw):
    cell = draw(cells)
    return cell, draw(st.integers(0, len(cell.ledger) - 1))


def moved(cell, credits):
    """The account's closing balance moved by `credits`, as a backend would have moved it."""
    opening, closing = cell.accounts["account"]
    return {**cell.accounts, "account": (opening, closing + credits)}


def rechained(cell):
    """The same transactions with balances that chain again: the fault is only in what was charged."""
    balance, rows = cell.accounts["account"][0], []
    for row in cell.ledger:
        balance += row.credits
        rows.append(replace(row, balance=balance))
    return replace(cell, ledger=tuple(rows))


@given(cells)
@settings(max_examples=60, deadline=None)
def test_a_lawful_ledger_never_fails(cell):
    """No law fails on any lawful ledger."""
    assert failing(cell) == set()


@given(cell_and_row())
@settings(max_examples=60, deadline=None)
def test_a_skipped_deduction_fails(drawn):
    """The usage log is there, the money was not taken, all else is consistent: law 4 fails and the golden differs."""
    cell, n = drawn
    gone = cell.ledger[n]
    faulty = rechained(
        replace(cell, ledger=cell.ledger[:n] + cell.ledger[n + 1 :], accounts=moved(cell, -gone.credits))
    )
    assert failing(faulty) == {"law-4"}
    assert difference(outcome(cell), outcome(faulty))


@given(cell_and_row())
@settings(max_examples=60, deadline=None)
def test_a_skipped_charge_fails(drawn):
    """Neither log nor deduction for work that was done: laws 4 or 5 fail."""
    cell, n = drawn
    gone = cell.ledger[n]
    faulty = rechained(
        replace(
            cell,
            ledger=cell.ledger[:n] + cell.ledger[n + 1 :],
            usage=cell.usage[:n] + cell.usage[n + 1 :],
            accounts=moved(cell, -gone.credits),
        )
    )
    assert failing(faulty) == {"law-4", "law-5"}
    assert difference(outcome(cell), outcome(faulty))


@given(cell_and_row())
@settings(max_examples=60, deadline=None)
def test_a_double_charge_fails(drawn):
    """The same charge twice, log and deduction both, with balances that chain: law 5 fails and says how many credits."""
    cell, n = drawn
    again = cell.ledger[n]
    faulty = rechained(
        replace(
            cell,
            ledger=(*cell.ledger, replace(again, id=len(cell.ledger) + 1)),
            usage=(*cell.usage, replace(cell.usage[n], id=len(cell.ledger) + 1)),
            accounts=moved(cell, again.credits),
        )
    )
    assert "law-5" in failing(faulty)
    assert difference(outcome(cell), outcome(faulty))


@given(cell_and_row(), st.integers(-50, 50).filter(bool))
@settings(max_examples=80, deadline=None)
def test_a_changed_amount_fails(drawn, off):
    """Another amount in log and deduction alike, balances chaining: law 6 fails."""
    cell, n = drawn
    credits = cell.usage[n].credits + off
    faulty = rechained(
        replace(
            cell,
            ledger=(*cell.ledger[:n], replace(cell.ledger[n], credits=-credits), *cell.ledger[n + 1 :]),
            usage=(*cell.usage[:n], replace(cell.usage[n], credits=credits), *cell.usage[n + 1 :]),
            accounts=moved(cell, -off),
        )
    )
    assert "law-6" in failing(faulty)
    assert difference(outcome(cell), outcome(faulty))


@given(cell_and_row())
@settings(max_examples=60, deadline=None)
def test_charging_the_wrong_account_fails(drawn):
    """The bystander pays instead: law 9 fails, even where its own balance chains."""
    cell, n = drawn
    row, log = cell.ledger[n], cell.usage[n]
    wrong = replace(row, account="bystander", balance=77 + row.credits)
    faulty = rechained(
        replace(
            cell,
            ledger=cell.ledger[:n] + cell.ledger[n + 1 :],
            usage=(*cell.usage[:n], replace(log, account="bystander"), *cell.usage[n + 1 :]),
            accounts={**moved(cell, -row.credits), "bystander": (77, 77 + row.credits)},
        )
    )
    faulty = replace(faulty, ledger=(*faulty.ledger, wrong))
    assert "law-9" in failing(faulty)
    assert difference(outcome(cell), outcome(faulty))


@given(cell_and_row(), st.integers(-9, 9).filter(bool))
@settings(max_examples=60, deadline=None)
def test_a_lost_update_fails(drawn, off):
    """A balance that does not follow from its transactions: law 1, and law 2 with it."""
    cell, _ = drawn
    assert failing(replace(cell, accounts=moved(cell, off))) >= {"law-1", "law-2"}


@given(
    cell_and_row(),
    st.sampled_from(["model", "tokens_in", "tokens_out", "cost_usd", "units", "operation", "credits", "account"]),
)
@settings(max_examples=120, deadline=None)
def test_the_outcome_hides_no_change_of_a_usage_log(drawn, field):
    """Whatever column of a usage log is wrong, the golden differs."""
    cell, n = drawn
    log = cell.usage[n]
    other = {"model": "other", "operation": "other", "cost_usd": "9.999999", "account": "bystander"}
    value = other.get(field, getattr(log, field) + 1 if field not in other else None)
    faulty = replace(cell, usage=(*cell.usage[:n], replace(log, **{field: value}), *cell.usage[n + 1 :]))
    assert difference(outcome(cell), outcome(faulty))


@given(cell_and_row(), st.sampled_from(["kind", "operation", "credits", "balance", "units", "account"]))
@settings(max_examples=120, deadline=None)
def test_the_outcome_hides_no_change_of_a_transaction(drawn, field):
    """Whatever column of a transaction is wrong, balance_after included, the golden differs."""
    cell, n = drawn
    row = cell.ledger[n]
    other = {"kind": "adjustment", "operation": "other", "account": "bystander"}
    value = other.get(field) or getattr(row, field) - 1
    faulty = replace(cell, ledger=(*cell.ledger[:n], replace(row, **{field: value}), *cell.ledger[n + 1 :]))
    assert difference(outcome(cell), outcome(faulty))


@given(st.lists(tokens, min_size=2, max_size=5, unique=True), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_parallel_workers_that_swap_their_charges_have_one_outcome(requests, random):
    """The same charges in another order are the same outcome: only who came first is left out."""
    swapped = list(requests)
    random.shuffle(swapped)
    assert outcome(lawful_text(tuple(requests))) == outcome(lawful_text(tuple(swapped)))
