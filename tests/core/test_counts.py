"""One is one, and everything else is many."""

from __future__ import annotations

import pytest

from harness.core.counts import count


@pytest.mark.parametrize(("n", "says"), [(0, "0 credits"), (1, "1 credit"), (-1, "-1 credit"), (2, "2 credits")])
def test_a_number_has_its_noun(n: int, says: str):
    assert count(n, "credit") == says
