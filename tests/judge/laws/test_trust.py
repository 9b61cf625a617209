"""A client that goes on although nobody trusts whom it asks fails its cell, in any world."""

from __future__ import annotations

from dataclasses import replace

from harness.core.variation import WENT_ON
from harness.core.verdict import Status
from harness.judge.checks import IN_ANY_WORLD
from harness.judge.laws.trust import certificates_are_verified
from tests.judge.ledgers import lawful_text

CELL = lawful_text(((820, 1310),))


def test_a_request_that_should_not_have_been_made_is_told_with_its_call():
    (call, *rest) = CELL.calls
    told = certificates_are_verified(replace(CELL, calls=(replace(call, problems=(WENT_ON, "more")), *rest)), None)
    assert (told.status, told.code) == (Status.FAIL, "certificate-ignored")
    assert told.evidence == (f"{call.route} call {call.n}: {WENT_ON}",)


def test_where_nobody_went_on_it_holds_and_it_is_asked_in_every_world():
    assert certificates_are_verified(CELL, None).status is Status.PASS
    assert "certificates" in IN_ANY_WORLD
