"""Money is a mean of what the usage log says, for 1,000 of an operation; where the ledger or a row does not say it, nothing is said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from harness.core.ledger import Part
from harness.jobs.golden.review.money import rates
from harness.jobs.golden.review.values import PerThousand, Rate
from tests.judge.ledgers import TARGET

LEDGER = TARGET.ledger


def row(credits=3, cost="0.017255", operation="write"):
    return {"operation": operation, "credits": credits, "cost_usd": cost}


def per(credits, cost):
    return PerThousand(credits=Decimal(credits), cost_usd=Decimal(cost))


def test_credits_and_cost_of_a_thousand_before_and_after():
    """Claim: several of one operation are a mean; a cost is rounded to cents of the thousand."""
    found = rates(LEDGER, [row()], [row(4), row(5, "0.017245")])
    assert found == (Rate(operation="write", before=per("3000.00", "17.26"), after=per("4500.00", "17.25")),)


def test_credits_of_a_decimal_ledger_stay_exact():
    (found,) = rates(LEDGER, [row(Decimal("0.25"))], [row(Decimal("0.50"))])
    assert (found.before.credits, found.after.credits) == (Decimal(250), Decimal(500))


def test_an_operation_of_which_nothing_changed_is_left_out():
    found = rates(LEDGER, [row(), row(operation="draw")], [row(), row(9, operation="draw")])
    assert [rate.operation for rate in found] == ["draw"]


def test_what_was_not_there_before_has_no_before_and_what_is_gone_no_after():
    assert rates(LEDGER, [], [row()]) == (Rate(operation="write", before=None, after=per("3000.00", "17.26")),)
    assert rates(LEDGER, [row()], []) == (Rate(operation="write", before=per("3000.00", "17.26"), after=None),)


def test_a_row_without_a_cost_says_nothing_of_its_operation():
    assert rates(LEDGER, [row(cost=None)], [row(4, cost=None), row(4)]) == ()


def test_a_ledger_that_does_not_say_tokens_and_cost_is_not_spoken_of():
    """Claim: each of the words is needed; a ledger without usage logs has none."""
    assert LEDGER.usage is not None
    for word in ("tokens_in", "tokens_out", "cost", "operation"):
        columns = {name: column for name, column in LEDGER.usage.columns.items() if name != word}
        less = replace(LEDGER, usage=Part(kind="usage_log", columns=columns))
        assert rates(less, [row()], [row(4)]) == (), word
    assert rates(replace(LEDGER, usage=None), [row()], [row(4)]) == ()
