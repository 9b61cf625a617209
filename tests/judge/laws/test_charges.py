"""Law 4: one operation, one log, one deduction."""

from __future__ import annotations

from dataclasses import replace

from harness.core.verdict import Status
from tests.judge.laws.breaking import LAWS, broken, first_log, refund
from tests.judge.ledgers import (
    context,
    empty_cell,
    lawful_images,
    lawful_text,
    text_call,
)


def test_law_4_shows_a_log_without_deduction():
    """Work that was logged and not paid for fails."""
    cell = replace(lawful_text(), ledger=())
    assert broken("law-4", cell) == ["content_generation: a usage log of 22 credits for account without a deduction"]


def test_law_4_shows_a_deduction_without_log():
    """A charge that the usage page does not explain fails, with its credits."""
    result = LAWS["law-4"](replace(lawful_images(), usage=()), context())
    assert result.evidence == (
        "4 billable images drawn by dall-e-3, no usage log of it",
        "image_generation: 4 credits deducted from account without a usage log",
    )
    assert result.credits_delta == 4


def test_law_4_shows_different_amounts():
    """The usage log must say what was taken."""
    assert broken("law-4", first_log(lawful_text(), credits=21)) == [
        "content_generation: 22 credits deducted for 1 unit(s), the usage log says 21 for 1"
    ]


def test_law_4_counts_operations_that_left_no_trace():
    """A fulfilled operation with neither log nor deduction breaks the one-to-one."""
    cell = replace(empty_cell(), calls=(text_call(1, 820, 1310),))
    assert broken("law-4", cell) == ["1 billable text operations fulfilled, 0 usage logs of text"]


def test_law_4_needs_no_log_of_what_a_refund_names_and_gives_back_whole():
    """Claim: taken when ordered and given back when it failed is lawful; a part of it, or a refund of nothing named, is not."""
    taken = lawful_text()
    failed = replace(taken, usage=(), calls=())
    for back, reverses, status in ((22, 1, Status.PASS), (21, 1, Status.FAIL), (22, None, Status.FAIL)):
        cell = refund(failed, back, 2)
        named = replace(cell.ledger[-1], reverses=taken.ledger[0].id if reverses else None)
        cell = replace(cell, ledger=(*cell.ledger[:-1], named))
        assert LAWS["law-4"](cell, context()).status is status
