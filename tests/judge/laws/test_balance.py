"""Laws 1 to 3: the balance is the sum, the chain holds, nothing goes below zero."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.verdict import Status
from tests.judge.laws.breaking import LAWS, broken, first
from tests.judge.ledgers import (
    charge,
    context,
    empty_cell,
    lawful_images,
    lawful_text,
)


def test_law_1_shows_credits_that_no_transaction_explains():
    """A balance that moved without a row fails, with the gap in credits."""
    cell = replace(lawful_text(), accounts={"account": (100_000, 99_970), "bystander": (77, 77)})
    assert broken("law-1", cell) == [
        "account: the balance is 99970, its 1 transaction says 99978 (-8 credits unexplained)"
    ]
    assert LAWS["law-1"](cell, context()).credits_delta == 8


def test_law_1_fails_on_a_transaction_of_an_account_nobody_watched():
    """Money cannot move to where nobody looks."""
    assert broken("law-1", first(lawful_images(), account="account#9"))[-1] == (
        "transaction of -4 credits on account#9, whose balance was not observed"
    )


@pytest.mark.parametrize("law", ["law-1", "law-2", "law-3"])
def test_without_balances_the_balance_laws_are_unknown(law):
    """A balance that was not observed is not a balance that is right."""
    assert LAWS[law](replace(empty_cell(), accounts={}), context()).status is Status.UNKNOWN


def test_law_2_shows_the_broken_link_of_the_chain():
    """A lost update is seen in balance_after even where the sums agree."""
    cell = lawful_text(((10, 5), (400, 800)))
    cell = replace(cell, ledger=(cell.ledger[0], replace(cell.ledger[1], balance=99_988)))
    assert broken("law-2", cell) == [
        "account: transaction 2 (content_generation -12) leaves 99988, but 99997 -12 = 99985",
        "account: the last transaction leaves 99988, the account holds 99985",
    ]


def test_law_3_names_the_charge_that_went_below_zero():
    """An overdraft is a failure even when all sums agree."""
    assert broken("law-3", charge(empty_cell(opening=2), "content_generation", 5)) == [
        "account: the balance is -3",
        "account: content_generation -5 left a balance of -3",
    ]
