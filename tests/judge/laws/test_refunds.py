"""Law 8: a refund is at most what was taken, once."""

from __future__ import annotations

from harness.core.verdict import Status
from tests.judge.laws.breaking import LAWS, broken, refund
from tests.judge.ledgers import (
    context,
    empty_cell,
    lawful_text,
)


def test_law_8_allows_a_refund_once_and_up_to_the_original():
    """Whole and partial refunds hold; a bigger one, or a second one, fails with the excess."""
    assert LAWS["law-8"](refund(lawful_text(), 22, 2), context()).status is Status.PASS
    assert LAWS["law-8"](refund(lawful_text(), 5, 2), context()).status is Status.PASS
    assert broken("law-8", refund(lawful_text(), 23, 2)) == [
        "account: 23 credits refunded for content_generation, 22 were taken"
    ]
    twice = refund(refund(lawful_text(), 5, 2), 5, 3)
    assert broken("law-8", twice) == ["account: 5 credits refunded for content_generation a second time"]
    assert LAWS["law-8"](twice, context()).credits_delta == -5


def test_law_8_does_not_know_a_deduction_older_than_the_history():
    """A refund of last month's charge cannot be weighed here."""
    assert LAWS["law-8"](refund(empty_cell(), 5, 1), context()).status is Status.UNKNOWN
