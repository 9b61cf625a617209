"""Law 10: what is refused leaves nothing."""

from __future__ import annotations

from dataclasses import replace

from harness.core.history import HttpExchange
from harness.core.verdict import Status
from tests.judge.laws.breaking import LAWS, broken
from tests.judge.ledgers import (
    CHAT,
    charge,
    context,
    empty_cell,
    lawful_text,
    text_call,
)


def refused(cell):
    asked = HttpExchange(method="POST", path="/api/v1/optimizer/optimize/", status=402, request={}, response={}, expected=402)  # fmt: skip
    return replace(cell, http=(asked,), tasks=())


def test_law_10_shows_what_a_refused_request_left_behind():
    """402 with a charge, and 402 with a provider call, both fail."""
    assert broken("law-10", refused(charge(empty_cell(), "clustering", 2))) == [
        "no provider was called, but 2 credits were deducted from account (clustering)",
        "no provider was called, but a usage log of 2 credits was written (clustering)",
    ]
    assert broken("law-10", refused(replace(empty_cell(), calls=(text_call(1, 1, 1),)))) == [
        f"POST /api/v1/optimizer/optimize/ was refused with 402, but 1 provider call(s) were made ({CHAT})"
    ]
    assert LAWS["law-10"](refused(empty_cell()), context()).status is Status.PASS


def test_law_10_lets_a_refusal_be_written_to():
    """A mail is no provider's work; beside it, a provider that was asked still fails."""
    mail = text_call(1, 0, 0, provider="smtp", scheme="smtp", success=False, usage=None)
    assert LAWS["law-10"](refused(replace(empty_cell(), calls=(mail,))), context()).status is Status.PASS
    assert broken("law-10", refused(replace(empty_cell(), calls=(mail, text_call(2, 1, 1)))))


def test_law_10_shows_a_task_that_charged_without_asking_a_provider():
    """A task stopped by the pre-check must leave the ledger alone."""
    result = LAWS["law-10"](charge(empty_cell(), "clustering", 2), context())
    assert result.status is Status.FAIL
    assert result.credits_delta == 2


def test_law_10_beside_accepted_work_needs_every_row_to_have_its_call():
    """Then a stray row makes it unknown whose row it is."""
    cell = lawful_text()
    mixed = replace(cell, http=(*cell.http, *refused(cell).http))
    assert LAWS["law-10"](mixed, context()).status is Status.PASS
    assert LAWS["law-10"](charge(mixed, "clustering", 2), context()).status is Status.UNKNOWN
