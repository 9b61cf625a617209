"""Provider calls, answers, coming to rest."""

from __future__ import annotations

from dataclasses import replace

from harness.core.history import HttpExchange, Late
from harness.core.scenario import Fault
from harness.core.verdict import Status
from harness.judge import check_cell
from tests.judge.checking import run_verdicts, verdict
from tests.judge.ledgers import (
    CHAT,
    SCENARIO,
    context,
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


def test_of_a_cell_in_which_the_stack_broke_one_thing_is_said():
    """Claim: what broke, with its own code and mend; what was not observed is neither right nor wrong, in the cell and over the run."""
    broke = {"settled": False, "settle_reason": "web ended", "settle_code": "role-died", "settle_hint": "its log"}
    cell = replace(empty_cell(), **broke, broken=True)
    (found,) = check_cell(cell, context())
    assert (found.checker, found.status, found.evidence) == ("settle", Status.FAIL, ("web ended",))
    assert (found.code, found.hint) == ("role-died", "its log")
    assert len(check_cell(replace(cell, broken=False), context())) > 1
    assert [one.status for one in run_verdicts([cell], "law-12")] == [Status.NOT_ASKED]
    assert [one.status for one in run_verdicts([cell], "complete", planned=(cell.cell,))] == [Status.PASS]


def test_what_came_later_fails_the_cell_that_it_is_of():
    """Claim: a cell that had come to rest fails with what came then; one that had not says both."""
    came = Late(code="late-work", lines=("1 row(s) of orders were written",), hint="end it")
    found = verdict("settle", replace(empty_cell(), late=(came,)))
    assert (found.status, found.code, found.evidence) == (Status.FAIL, "late-work", came.lines)
    found = verdict("settle", replace(empty_cell(), settled=False, settle_reason="one is open", late=(came,)))
    assert (found.code, found.evidence) == ("not-settled", ("one is open", *came.lines))
