"""One is one, and everything else is many."""

from __future__ import annotations

from decimal import Decimal

import pytest

from harness.core.counts import count, signed


@pytest.mark.parametrize(
    ("n", "says"),
    [
        (0, "0 credits"),
        (1, "1 credit"),
        (-1, "-1 credit"),
        (2, "2 credits"),
        (Decimal("0.50"), "0.50 credits"),
        (Decimal("0E-8"), "0.00000000 credits"),
    ],
)
def test_a_number_has_its_noun(n: int | Decimal, says: str):
    assert count(n, "credit") == says


@pytest.mark.parametrize(
    ("n", "says"), [(5, "+5"), (-5, "-5"), (0, "+0"), (Decimal("-0.50"), "-0.50"), (Decimal("1"), "+1")]
)
def test_a_difference_has_its_sign(n: int | Decimal, says: str):
    assert signed(n) == says
