"""Cells against cells: paths agree, split work costs what combined work costs."""

from __future__ import annotations

from dataclasses import replace

from harness.core.golden import Deviation
from harness.core.verdict import Status
from tests.judge.checking import golden_of, run_verdicts
from tests.judge.ledgers import (
    SCENARIO,
    lawful_text,
)


def test_law_12_paths_that_agree_and_paths_that_do_not():
    """The same work must cost the same on every path."""
    cells = [lawful_text(path="manual"), lawful_text(path="automation")]
    (agreed,) = run_verdicts(cells, "law-12")
    assert (agreed.status, agreed.cell) == (Status.PASS, SCENARIO.id)
    assert agreed.evidence == ("automation, manual agree: 22 credits",)
    (split,) = run_verdicts([cells[0], lawful_text(((820, 1400),), path="automation")], "law-12")
    assert split.status is Status.FAIL
    assert split.evidence[0] == "manual against automation: 22 credits charged where automation charges 23 (-1)"
    assert split.credits_delta == 1


def test_law_12_leaves_out_what_a_path_deviation_declares_and_nothing_else():
    """A declared difference of rows does not hide a difference of credits."""
    declared = Deviation(phases=None, paths=("automation",), why="automation keeps no draft", until=None, parts={"rows": ()})  # fmt: skip
    goldens = {SCENARIO.id: golden_of(lawful_text(), deviations=(declared,))}
    bare = replace(lawful_text(path="automation"), rows=())
    assert run_verdicts([lawful_text(), bare], "law-12", goldens=goldens)[0].status is Status.PASS
    assert run_verdicts([lawful_text(), bare], "law-12")[0].status is Status.FAIL
    dearer = replace(lawful_text(((820, 1400),), path="automation"), rows=())
    assert run_verdicts([lawful_text(), dearer], "law-12", goldens=goldens)[0].status is Status.FAIL


SPLIT = replace(SCENARIO, id="writer/in_two", split_of=SCENARIO.id, rounding_credits=1)


def in_two(*requests):
    return replace(lawful_text(requests), cell=f"{SPLIT.id}@manual", scenario=SPLIT.id)


def test_law_13_split_work_costs_what_combined_work_costs():
    """But for the documented rounding; and without the combined scenario nothing is shown."""
    both = {"scenarios": {SCENARIO.id: SCENARIO, SPLIT.id: SPLIT}}
    cells = [lawful_text(((820, 1310),)), in_two((410, 655), (410, 656))]
    (found,) = run_verdicts(cells, "law-13", **both)
    assert (found.status, found.evidence) == (Status.PASS, ("manual: 22 split, 22 combined",))
    (dearer,) = run_verdicts([cells[0], in_two((820, 1310), (820, 1311))], "law-13", **both)
    assert dearer.evidence == (
        "manual: content_generation costs 44 credits split, 22 in writer/generate_content@manual (+22, rounding allows 1)",
    )
    assert dearer.credits_delta == 22
    assert run_verdicts(cells[1:], "law-13", **both)[0].status is Status.UNKNOWN
    locked = {"goldens": {SCENARIO.id: golden_of(lawful_text())}}
    assert run_verdicts(cells[1:], "law-13", **both, **locked)[0].status is Status.PASS
