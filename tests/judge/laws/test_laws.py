"""Every law at once: a lawful cell breaks none."""

from __future__ import annotations

import pytest

from harness.core.verdict import Status
from tests.judge.laws.breaking import LAWS
from tests.judge.ledgers import (
    context,
    empty_cell,
    lawful_images,
    lawful_text,
)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    "cell",
    [lawful_text(), lawful_text(((10, 5), (400, 800))), lawful_images(), empty_cell()],
    ids=["text", "two", "images", "nothing"],
)
def test_a_lawful_cell_breaks_no_law(law, cell):
    """No law cries wolf."""
    assert LAWS[law](cell, context()).status is Status.PASS
