"""What is declared: plans, goldens, deviations and findings are all in use."""

from __future__ import annotations

from dataclasses import replace

from harness.core.finding import Finding
from harness.core.golden import Deviation
from harness.core.verdict import Status
from tests.judge.checking import golden_of, run_verdicts
from tests.judge.ledgers import (
    SCENARIO,
    lawful_text,
)


def test_a_planned_cell_that_is_missing_fails():
    """A run that stopped early is not green."""
    found = run_verdicts([lawful_text()], "complete", planned=(f"{SCENARIO.id}@manual", f"{SCENARIO.id}@automation"))
    assert found[0].evidence == ("writer/generate_content@automation was planned but is not in the history",)
    assert found[0].status is Status.FAIL


def test_an_empty_run_is_unknown_and_a_cell_of_nobody_fails():
    """Nothing judged is nothing shown."""
    assert run_verdicts([], "complete")[0].status is Status.UNKNOWN
    assert run_verdicts([lawful_text()], "complete", scenarios={})[0].evidence == (
        "writer/generate_content@manual: there is no scenario writer/generate_content",
    )


def test_a_run_that_names_no_plan_and_a_cell_that_was_judged_twice_fail():
    """Neither is a run whose green could be believed."""
    assert run_verdicts([lawful_text()], "complete", planned=())[0].evidence == (
        "the run does not say what it set out to drive, so nobody can tell what is missing",
    )
    assert run_verdicts([lawful_text(), lawful_text()], "complete")[0].evidence == (
        "writer/generate_content@manual is in the history 2 times",
    )


def test_a_golden_without_scenario_and_a_deviation_without_effect_fail():
    """Dead declarations are found, not kept."""
    goldens = {"writer/gone": replace(golden_of(lawful_text()), scenario="writer/gone")}
    assert run_verdicts([lawful_text()], "goldens-used", goldens=goldens)[0].evidence == (
        "writer/gone: the golden belongs to no scenario",
    )
    same = Deviation(phases=(0, 3), paths=(), why="as ever", until=4, parts={"rows": golden_of(lawful_text()).outcome.rows})  # fmt: skip
    never = Deviation(phases=None, paths=("direct",), why="elsewhere", until=None, parts={"rows": ()})
    golden = golden_of(lawful_text(), deviations=(same, never))
    assert run_verdicts([lawful_text()], "goldens-used", goldens={SCENARIO.id: golden})[0].evidence == (
        "writer/generate_content: the deviation 'as ever' is unused: it changes nothing on any path of the scenario",
        "writer/generate_content: the deviation 'elsewhere' is unused: it changes nothing on any path of the scenario",
    )


def test_findings_and_scenarios_must_name_each_other():
    """An undeclared excuse excuses nothing, a declared one without scenario is dead."""
    finding = Finding(id="f", title="", laws={}, scenarios=("writer/gone", SCENARIO.id), evidence="")
    assert run_verdicts([lawful_text()], "findings-used", findings={"f": finding})[0].evidence == (
        "f: names the unknown scenario writer/gone",
        "f: names writer/generate_content, which does not declare it",
    )
    declaring = replace(SCENARIO, findings=("g",))
    assert run_verdicts([lawful_text()], "findings-used", scenarios={SCENARIO.id: declaring})[0].evidence == (
        "writer/generate_content: declares the unknown finding g",
    )
