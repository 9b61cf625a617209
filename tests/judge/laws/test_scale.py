"""Law 14: signs and scales."""

from __future__ import annotations

import pytest

from tests.judge.laws.breaking import broken, first, first_log
from tests.judge.ledgers import (
    lawful_text,
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"credits": 22}, "content_generation of account: a deduction of +22 credits"),
        ({"kind": "refund"}, "content_generation of account: a refund of -22 credits"),
        ({"units": 0}, "content_generation of account: 0 units"),
        ({"credits": -22.5}, "content_generation of account: -22.5, 99978, 1 are not all whole numbers"),
    ],
)
def test_law_14_shows_wrong_signs_and_scales_of_transactions(change, said):
    """Deductions take, grants give, all in whole credits."""
    assert broken("law-14", first(lawful_text(), **change)) == [said]


@pytest.mark.parametrize("cost", ["0.0141", "0.01412500", "1e-3", "-0.014125", ""])
def test_law_14_shows_a_cost_of_another_scale(cost):
    """Six decimals, always."""
    assert broken("law-14", first_log(lawful_text(), cost_usd=cost)) == [
        f"usage log of content_generation: cost_usd {cost!r} does not have 6 decimals"
    ]
