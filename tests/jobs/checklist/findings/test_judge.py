"""Findings: one that shows is never green, one that was not driven is unknown; charges prove their calculations."""

from __future__ import annotations

from dataclasses import replace

from harness.core.history import TaskRun
from harness.core.verdict import Status
from harness.jobs.checklist.findings.judge import calculations, charges_of
from tests.jobs.checklist.findings.entries import entry
from tests.judge.ledgers import RATES, charge, empty_cell, lawful_images
from tests.report.runs_seen import FREE, lost_in, run


def test_a_finding_that_shows_has_its_evidence():
    """The cell, the lines of its laws, the golden that locks it, its end, and the command."""
    one = entry()
    assert (one.status, one.state, one.issue) == (Status.FAIL, "shows in 1 cell (1 of 1 cell driven)", 1)
    assert one.shown == {
        "writer/free@manual": ("law-4: content_generation: a usage log of 22 credits for account without a deduction",)
    }
    assert (one.goldens, one.ends) == (("writer/free.golden.toml",), "phase 4 ends it")
    assert one.repeat == ("harness verify --only writer/free",)
    assert entry(finding=replace(FREE, ends_at_phase=None)).ends == "no phase ends it"


def test_a_finding_whose_cells_were_not_driven_is_unknown():
    assert entry(verdicts=[]).status is Status.UNKNOWN


def plain():
    return [replace(one, finding="") for one in run()[1].verdicts]


def test_a_finding_has_ended_only_where_all_of_it_was_driven_and_passes():
    assert entry(verdicts=plain(), phase=4).status is Status.PASS
    wider = replace(FREE, scenarios=("writer/free", "writer/generate_images@automation"))
    assert entry(verdicts=plain(), phase=4, finding=wider).status is Status.UNKNOWN


def test_a_finding_that_is_not_as_declared_fails():
    """Gone before its time, still there after it, or failing in another way."""
    assert "differs" in entry(verdicts=plain()).state
    assert "differs" in entry(phase=4).state
    other = [replace(one, status=Status.FAIL, finding="") if one.checker == "law-4" else one for one in plain()]
    assert entry(verdicts=other, phase=4).status is Status.FAIL


def test_a_finding_of_lost_deductions_shows_where_workers_overlapped():
    """Also in cells that it does not name: there with what was lost."""
    one = entry(verdicts=[*run()[1].verdicts, lost_in("writer/generate_images@manual", FREE)])
    assert one.state == "shows in 2 cells (2 of 2 cells driven)"
    assert one.shown["writer/generate_images@manual"] == ("overlap: account: 4 credits lost, 1 of 2 deductions",)


def linked(tokens=520, credits=1):
    return charge(
        replace(empty_cell(), tasks=(), cell="linker/x@manual"), "internal_linking", credits, tokens=(tokens, 0)
    )


def clustered(tokens=371, credits=3, path="manual", task="run_ai_task"):
    cell = replace(empty_cell(path), cell=f"planner/x@{path}", tasks=(TaskRun(id="t", name=f"app.{task}"),))
    return charge(cell, "clustering", credits, tokens=(tokens, 0))


def answer(*cells, phase=0):
    charges = charges_of(cells, {}, RATES, phase)
    return calculations(3, "Several", charges, RATES, phase)


def test_several_calculations_are_proven_by_what_was_charged():
    """Fewer tokens of the same model cost more: no one function of tokens does that. It is no defect of money."""
    one = answer(linked(), clustered(), lawful_images())
    assert one.status is Status.PASS
    assert one.state.startswith("proven, no defect of money: 3 operations")
    assert one.shown["the same model, fewer tokens, more credits"] == (
        "clustering 371 tokens = 3 credits (planner/x@manual), internal_linking 520 tokens = 1 credit (linker/x@manual)",
    )
    assert one.shown["clustering"] == ("1 of 1 charge as: a credit for 150 tokens, at least 2", "by run_ai_task")
    assert one.shown["internal_linking"][1] == "by called directly, no task"


def test_it_is_unknown_where_a_route_was_not_driven():
    for cells in ([], [linked(), clustered()], [clustered(), lawful_images()], [linked(), lawful_images()]):
        assert answer(*cells).status is Status.UNKNOWN


def test_it_is_unknown_where_one_calculation_would_do():
    assert answer(linked(tokens=10), clustered(), lawful_images()).status is Status.UNKNOWN


def test_a_charge_that_is_not_the_rate_cards_is_a_defect():
    one = answer(linked(), clustered(credits=4), lawful_images())
    assert one.status is Status.FAIL
    assert one.shown["wrong"] == ("clustering 371 tokens = 4 credits (planner/x@manual), the rate card says 3",)


def test_a_charge_that_the_rate_card_does_not_know_is_unknown():
    one = answer(linked(), clustered(), charge(clustered(), "translation", 9, tokens=(80, 0)), lawful_images())
    assert (one.status, one.state) == (Status.UNKNOWN, "unknown: the rate card has no rule for translation")


def test_two_routes_that_charge_the_same_work_differently_are_a_defect():
    """Also where the rate card knows neither."""
    two = [clustered(path=path, credits=credits) for path, credits in (("manual", 3), ("automation", 4))]
    unknown = replace(RATES, rules=())
    charges = charges_of([*two, linked(), lawful_images()], {}, unknown, 0)
    one = calculations(3, "Several", charges, unknown, 0)
    assert one.status is Status.FAIL
    assert any(line.startswith("the same work by two routes: clustering 371 tokens = 3") for line in one.shown["wrong"])
