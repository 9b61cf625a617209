"""A row is what its cells showed; what nobody claims or drove is unknown; the plan's words are its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.errors import HarnessError
from harness.core.scenario import Path
from harness.core.verdict import Status
from tests.jobs.checklist.tables import fill, rows
from tests.report.runs_seen import CONTENT, FREE_WORK, IMAGES, SCENARIOS


def first(sections=None, **how):
    return fill(sections or rows(), **how)["path1"][0]


def test_a_row_has_its_evidence():
    """Credits before and after, rows, provider calls, and the command that repeats it."""
    row = first()
    assert row.status is Status.PASS
    (seen,) = row.seen
    assert (seen.credits, dict(seen.calls)) == ("100000 -> 99978", {"openai POST /v1/chat/completions": 1})
    assert seen.changed == ("content +1 status=draft task_id=null",)
    assert seen.repeat == "harness verify --only writer/generate_content@manual"


def test_a_row_that_nobody_claims_is_unknown():
    filled = fill(rows())
    assert [one.status for one in filled["path1"]] == [Status.PASS, Status.UNKNOWN]
    assert filled["path1"][1].notes == ("no scenario claims this row",)
    assert (filled["frontend"][0].status, filled["frontend"][0].notes) == (Status.UNKNOWN, ("no page is driven",))


def test_a_row_that_was_not_driven_is_unknown():
    row = first(cells=[])
    assert (row.status, row.notes) == (Status.UNKNOWN, ("writer/generate_content@manual was not driven in this run",))
    assert row.seen[0].repeat


def claimed_by(scenario):
    plan = {Path.MANUAL: ("path1: Generate Content",)}
    return {**SCENARIOS, CONTENT.id: replace(CONTENT, plan={}), scenario.id: replace(scenario, plan=plan)}


def test_a_row_that_is_known_wrong_fails():
    """The run passes with it; the plan asks whether the button works."""
    row = first(rows(operations=()), scenarios=claimed_by(FREE_WORK))
    assert row.status is Status.FAIL
    assert "writer/free@manual passes only as known wrong: free-work" in row.notes


def test_a_row_whose_cell_fails_fails():
    row = first(rows(operations=()), scenarios=claimed_by(IMAGES), wrong=True)
    assert row.status is Status.FAIL
    assert any(note.startswith("writer/generate_images@manual: golden: ") for note in row.notes)


@pytest.mark.parametrize(
    ("more", "phase", "says"),
    [
        ({"operations": ("clustering",)}, 0, "the usage logs show no charge for clustering"),
        ({"operations": ("image_generation",), "credits_each": 5}, 4, "4 credits for 4 by dall-e-3; the plan says 5 each"),
        ({"operations": (), "accounts": 2}, 0, "1 of 2 accounts paid"),
    ],
)  # fmt: skip
def test_the_plans_own_words_are_held_against_the_run(more, phase, says):
    """Whatever the golden locks: a green golden of a wrong price is no green row."""
    row = first(rows(**more), scenarios=claimed_by(IMAGES), phase=phase)
    assert row.status is Status.FAIL
    assert f"writer/generate_images@manual: {says}" in row.notes


def test_a_price_of_a_later_phase_is_said_and_not_demanded():
    row = first(rows(operations=("image_generation",), credits_each=5, since=4), scenarios=claimed_by(IMAGES))
    assert row.status is Status.PASS
    assert row.notes == ("the plan's 5 credits each hold from phase 4 on; at 0 it is as locked",)


def test_a_claim_of_no_row_is_an_error():
    stray = {CONTENT.id: replace(CONTENT, plan={Path.MANUAL: ("path1: Generate Contents",)})}
    with pytest.raises(HarnessError) as told:
        fill(rows(), scenarios=stray)
    assert (told.value.code, told.value.hint) == ("checklist-claim", "did you mean 'path1: Generate Content'?")
