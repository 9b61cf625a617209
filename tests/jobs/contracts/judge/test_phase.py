"""A phase against what it is held to: values in, verdicts out; nothing is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from harness.core.verdict import Status
from harness.jobs.contracts.judge.celery_contract import Contract
from harness.jobs.contracts.judge.phase import KINDS, Held, Observed, judge, provider, request_bodies
from harness.judge.result import breaks, holds

SEEN = Observed(
    phase=5, schema={}, tasks={}, schedule={}, endpoints=frozenset(), document={}, serializers={}, complaints=()
)
HELD = Held(
    phase=5,
    api={"paths": {}},
    celery=Contract(tasks=(), forms=(), schedule={}),
    schema={},
    cassettes={},
    legacy=holds("45 rules"),
)


@dataclass(frozen=True)
class Problem:
    severity: str = "error"
    code: str = "cassette-contract"

    def __str__(self) -> str:
        return "openai/x: an answer without usage"


def test_every_contract_has_its_verdict_and_drift_needs_a_phase_before():
    """Claim: six verdicts alone, eight with the phase before; a result that was read is passed on as it is."""
    alone = judge(HELD, SEEN, None, None)
    assert [one.checker for one in alone.verdicts] == [f"contract-{kind}" for kind in KINDS]
    assert alone.drift == {}
    after = judge(replace(HELD, legacy=breaks(["MODEL_RATES is there"])), SEEN, replace(SEEN, phase=4), None)
    assert [one.checker for one in after.verdicts[6:]] == ["contract-api-drift", "contract-celery-drift"]
    legacy = next(one for one in after.verdicts if one.checker == "contract-legacy")
    assert (legacy.status, legacy.evidence) == (Status.FAIL, ("MODEL_RATES is there",))
    assert legacy.claim == "phase 5: old code is there while it is needed, and gone from then on"


@pytest.mark.parametrize(
    ("cassettes", "status", "evidence"),
    [
        ({}, Status.UNKNOWN, "no scenario plays a cassette: nothing was compared"),
        ({"a": (), "b": (Problem(severity="warning"), Problem(code="cassette-size"))}, Status.PASS, "2 cassettes"),
        ({"a": (Problem(),), "b": ()}, Status.FAIL, "openai/x: an answer without usage"),
    ],
)
def test_only_a_breach_of_a_providers_contract_counts(cassettes, status, evidence):
    """Claim: warnings, and what a lint says of a file's size or age, are no breach; no cassette at all is no pass."""
    result = provider(cassettes)
    assert (result.status, result.evidence) == (status, (evidence,))


@pytest.mark.parametrize(
    ("found", "status", "text"),
    [
        (None, Status.UNKNOWN, "no request body was sent"),
        ({"problems": [], "bodies": 0, "unasked": []}, Status.UNKNOWN, "no request body was sent"),
        (
            {"problems": [], "bodies": 9, "unasked": [["POST", "/a/"]]},
            Status.UNKNOWN,
            "POST /a/: no scenario asks for it",
        ),
        (
            {"problems": [], "bodies": 9, "unasked": [["PUT", "/a/"]]},
            Status.UNKNOWN,
            "PUT /a/: only bodies of POST are sent",
        ),
        ({"problems": ["x"], "bodies": 9, "unasked": [["POST", "/a/"]]}, Status.FAIL, "x"),
        ({"problems": [], "bodies": 9, "unasked": []}, Status.PASS, "9 request bodies"),
    ],
)
def test_what_was_not_sent_is_no_pass(found: Any, status: Status, text: str):
    """Claim: an operation whose right body nobody knows leaves the contract unknown, never held."""
    result = request_bodies(found)
    assert (result.status, text in result.evidence[0]) == (status, True)
