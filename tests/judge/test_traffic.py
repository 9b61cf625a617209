"""Provider calls, answers, coming to rest."""

from __future__ import annotations

from dataclasses import replace

from harness.core.history import HttpExchange
from harness.core.scenario import Fault
from harness.core.verdict import Status
from tests.judge.checking import verdict
from tests.judge.ledgers import (
    CHAT,
    SCENARIO,
    empty_cell,
    text_call,
)

NEAREST = {
    "cassette": "openai/writer/generate_content",
    "index": 0,
    "changes": [{"path": "model", "recorded": "gpt-5.1", "sent": "gpt-4o"}],
    "hint": "the model changed",
}


def test_an_unmatched_call_shows_the_nearest_recording():
    """Route, recording, JSON path, recorded -> sent, hint."""
    call = text_call(1, 0, 0, disposition="unmatched", success=False, usage=None, nearest=NEAREST)
    found = verdict("provider", replace(empty_cell(), calls=(call,)))
    assert found.evidence == (
        f"{CHAT} call 1: no recording matches this request",
        "  nearest recording: openai/writer/generate_content #0",
        '  model: recorded "gpt-5.1" -> sent "gpt-4o"',
    )
    assert (found.status, found.hint) == (Status.FAIL, "the model changed")


def test_a_fault_does_not_hide_a_changed_request():
    """A 500 that was laid over a request answers whatever is asked; other words than the recorded ones fail all the same."""
    call = text_call(1, 0, 0, disposition="fault", fault="http_500", success=False, usage=None, nearest=NEAREST)
    found = verdict("provider", replace(empty_cell(), calls=(call,)))
    assert found.status is Status.FAIL
    assert '  model: recorded "gpt-5.1" -> sent "gpt-4o"' in found.evidence
    calm = replace(call, nearest=None)
    assert verdict("provider", replace(empty_cell(), calls=(calm,))).status is Status.PASS


def test_a_call_that_ends_in_the_next_scenario_fails():
    """Work that outlives its scenario is seen."""
    found = verdict("provider", replace(empty_cell(), late_calls=1))
    assert found.evidence == ("1 provider call(s) of an earlier scenario ended only during this one",)


def test_a_call_that_breaks_the_contract_fails_and_a_warning_does_not():
    """A played answer does not excuse a request that the provider would refuse."""
    call = text_call(1, 1, 1, problems=("$.max_tokens: not allowed for gpt-5.1",))
    found = verdict("provider", replace(empty_cell(), calls=(call,)))
    assert found.evidence == (f"{CHAT} call 1 breaks the provider contract: $.max_tokens: not allowed for gpt-5.1",)
    calm = replace(call, problems=("warning: $.x: unknown field",))
    assert verdict("provider", replace(empty_cell(), calls=(calm,))).status is Status.PASS


def test_a_recording_that_nobody_asked_for_fails_unless_a_fault_took_its_place():
    """A call that is no longer made is a difference."""
    left = {"cassette": "openai/writer/generate_content", "index": 1, "request": "POST https://api.openai.com"}
    cell = replace(empty_cell(), unplayed=(left,))
    found = verdict("provider", cell)
    assert found.evidence == (
        "recorded but never asked for: openai/writer/generate_content #1 POST https://api.openai.com",
    )
    faulty = replace(SCENARIO, faults=(Fault(kind="http_500", match=CHAT),))
    assert verdict("provider", cell, scenario=faulty).status is Status.PASS
    elsewhere = replace(SCENARIO, faults=(Fault(kind="http_500", match="runware POST /v1"),))
    assert verdict("provider", cell, scenario=elsewhere).status is Status.FAIL


def test_an_unexpected_status_fails_with_the_answer():
    """Both the status and the error body are shown."""
    asked = HttpExchange(method="POST", path="/x/", status=500, request={}, response={"error": "boom"})
    assert verdict("http", replace(empty_cell(), http=(asked,))).evidence == (
        'POST /x/ answered 500, expected 2xx: {"error": "boom"}',
    )
    wanted = replace(asked, status=202, expected=402, response=None)
    assert verdict("http", replace(empty_cell(), http=(wanted,))).evidence == ("POST /x/ answered 202, expected 402",)


def test_work_that_did_not_come_to_rest_fails():
    """With the reason."""
    cell = replace(empty_cell(), settled=False, settle_reason="2 tasks are still unacknowledged after 30 s")
    found = verdict("settle", cell)
    assert (found.status, found.evidence) == (Status.FAIL, ("2 tasks are still unacknowledged after 30 s",))
