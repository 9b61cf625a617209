"""From cells to verdicts: the golden, traffic, findings, agreement of cells, and what is declared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.finding import Finding
from harness.core.golden import Deviation, Golden
from harness.core.golden.surface import Locked, Surfaces
from harness.core.history import HttpExchange
from harness.core.scenario import Fault, Path
from harness.core.verdict import Status, worst
from harness.judge import CELL_CHECKERS, check_cell, check_run
from harness.judge.checks import judge
from harness.judge.context import RunContext
from harness.judge.golden.outcome import outcome_of
from harness.judge.surface.locked import surface_of
from tests.judge.ledgers import (
    CHAT,
    RATES,
    SCENARIO,
    TARGET,
    charge,
    context,
    empty_cell,
    lawful_images,
    lawful_text,
    text_call,
)

WHY = "22 credits: 2130 tokens at 100 a credit"


def golden_of(cell, **changes):
    return Golden(**{"scenario": SCENARIO.id, "why": WHY, "outcome": outcome_of(cell, SCENARIO, TARGET), **changes})


def verdict(name, cell, **facts):
    return next(v for v in check_cell(cell, context(**facts)) if v.checker == name)


def run_verdicts(cells, name="", **facts):
    known = {"scenarios": {SCENARIO.id: SCENARIO}, "goldens": {}, "target": TARGET, "phase": 0, **facts}
    found = check_run(cells, RunContext(**known))
    return [v for v in found if not name or v.checker == name]


# --- the golden -------------------------------------------------------------------------------------------------


def test_the_locked_outcome_passes():
    """The cell that was accepted passes, and says what was compared."""
    found = verdict("golden", lawful_text(), golden=golden_of(lawful_text()))
    assert (found.status, found.evidence) == (Status.PASS, ("22 credits charged, 1 ledger rows, as locked",))


def test_no_golden_fails_and_says_how_to_accept():
    """An outcome that nobody has looked at is not right by default."""
    found = verdict("golden", lawful_text())
    assert (found.status, found.code) == (Status.FAIL, "golden-missing")
    assert found.evidence[0] == "22 credits charged, and no golden says whether that is right"
    assert "harness golden accept writer/generate_content" in found.hint


def test_a_different_charge_fails_in_credits():
    """Credits first, with the difference as a number too."""
    found = verdict("golden", lawful_images(4), golden=golden_of(lawful_images(20)))
    assert found.evidence[0] == "4 credits charged where the golden has 20 (-16)"
    assert (found.status, found.credits_delta, found.code) == (Status.FAIL, -16, "golden-differs")


def deviating(**changes):
    parts = {"balance": {"account": {"opening": 100, "closing": 96}}}
    parts |= {part: getattr(outcome_of(lawful_images(4), SCENARIO, TARGET), part) for part in ("ledger", "usage", "calls")}  # fmt: skip
    wanted = {"phases": (0, 3), "paths": (), "why": "one credit an image", "until": 4, "parts": parts, **changes}
    return golden_of(lawful_images(20), deviations=(Deviation(**wanted),))


def test_a_deviation_holds_at_its_phases_only():
    """Before phase 4 the deviation is expected, from phase 4 on it fails as one that has ended."""
    assert verdict("golden", lawful_images(4), golden=deviating(), phase=3).evidence[1] == (
        "by deviation: one credit an image"
    )
    late = verdict("golden", lawful_images(4), golden=deviating(), phase=4)
    assert late.status is Status.FAIL
    assert late.evidence[-1] == "still behaves as the deviation 'one credit an image', which ended before phase 4"


def test_a_deviation_that_stopped_being_needed_fails():
    """The target is right earlier than declared: the declaration must go."""
    early = verdict("golden", lawful_images(20), golden=deviating(), phase=2)
    assert early.status is Status.FAIL
    assert early.evidence[-1] == "the deviation 'one credit an image' is no longer needed here"


def test_a_golden_marks_just_the_findings_that_show():
    """A defect cannot be locked silently, and a mark cannot outlive its defect."""
    finding = Finding(id="free", title="", laws={"law-1": ()}, scenarios=(SCENARIO.id,), evidence="")
    unmarked = verdict("golden", lawful_text(), golden=golden_of(lawful_text()), findings=(finding,))
    assert unmarked.evidence == ("the finding free shows here, and the golden does not say known_wrong = free",)
    stale = verdict("golden", lawful_text(), golden=golden_of(lawful_text(), known_wrong=("free",)))
    assert stale.evidence == ("the golden says known_wrong = free, which is not declared or has ended by phase 0",)
    assert stale.code == unmarked.code == "golden-known-wrong"


# --- known wrong ------------------------------------------------------------------------------------------------


def known(*phrases):
    return (Finding(id="free-work", title="", laws={"law-4": phrases}, scenarios=(SCENARIO.id,), evidence=""),)


UNCHARGED = replace(lawful_text(), ledger=())
SAID = "a usage log of 22 credits for account without a deduction"


def test_a_finding_that_shows_as_described_passes_as_known_wrong():
    """The verdict names the finding and keeps the evidence."""
    found = verdict("law-4", UNCHARGED, findings=known("without a deduction"))
    assert (found.status, found.finding) == (Status.PASS, "free-work")
    assert found.evidence == ("known wrong: free-work", f"content_generation: {SAID}")


def test_a_finding_that_no_longer_shows_fails():
    """A mended defect must be taken out of the list."""
    found = verdict("law-4", lawful_text(), findings=known())
    assert (found.status, found.code) == (Status.FAIL, "finding-gone")
    assert found.evidence[0] == "finding no longer shows: free-work is declared to break law-4, and it holds"


def test_a_second_defect_behind_a_known_one_fails():
    """A finding excuses only what it describes."""
    both = charge(UNCHARGED, "clustering", 2)
    both = replace(both, usage=(*both.usage[:1], replace(both.usage[1], credits=1)))
    found = verdict("law-4", both, findings=known("without a deduction"))
    assert (found.status, found.code) == (Status.FAIL, "finding-differs")
    other = verdict("law-4", UNCHARGED, findings=known("2 credits deducted"))
    assert other.evidence[-1] == "not seen, though free-work says so: '2 credits deducted'"


def test_a_finding_excuses_no_other_law():
    """Law 1 still fails."""
    assert verdict("law-1", UNCHARGED, findings=known()).status is Status.FAIL


def test_a_finding_ends_at_its_phase():
    """From there on the law must hold."""
    finding = replace(known()[0], ends_at_phase=4)
    assert finding.shows_at("writer/generate_content@manual", 3)
    assert not finding.shows_at("writer/generate_content@manual", 4)
    assert not replace(finding, scenarios=("writer/generate_content@direct",)).shows_at(f"{SCENARIO.id}@manual", 0)


# --- traffic ----------------------------------------------------------------------------------------------------

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


# --- cells against cells ----------------------------------------------------------------------------------------


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


# --- what is declared -------------------------------------------------------------------------------------------


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


# --- the whole --------------------------------------------------------------------------------------------------


class Facts:
    """The part of a Config that judging reads."""

    tables, ledger = TARGET.tables, TARGET.ledger
    free, roles = {}, {}


def surfaces_of(cells):
    """What was observed of the cells, locked as it is."""
    paths = {cell.path: surface_of(cell, SCENARIO, TARGET) for cell in cells}
    return Surfaces(base={SCENARIO.id: Locked(scenario=SCENARIO.id, why="as it was first seen", paths=paths)})


def judged(cells, **facts):
    known = {"scenarios": {SCENARIO.id: SCENARIO}, "goldens": {SCENARIO.id: golden_of(lawful_text())}, "findings": {}, "planned": [c.cell for c in cells], **facts}  # fmt: skip
    return judge(
        cells,
        known["scenarios"],
        known["goldens"],
        RATES,
        known["findings"],
        Facts,
        0,
        planned=known["planned"],
        surfaces=known.get("surfaces"),
    )


def test_a_lawful_run_passes_every_check_and_every_check_speaks():
    """Each cell has one verdict of each checker."""
    cells = [lawful_text(), lawful_text(path="automation")]
    verdicts = judged(cells, surfaces=surfaces_of(cells))
    assert worst(verdicts) is Status.PASS, [v for v in verdicts if v.status is not Status.PASS]
    for cell in cells:
        assert [v.checker for v in verdicts if v.cell == cell.cell] == list(CELL_CHECKERS)
    assert {v.checker for v in verdicts if "@" not in v.cell} == {
        "complete",
        "law-12",
        "goldens-used",
        "findings-used",
        "surfaces-used",
    }


def test_a_check_that_breaks_shows_nothing(monkeypatch):
    """A history that a check cannot read makes it unknown, never pass, and does not silence the others."""

    def breaks(cell, context):
        raise KeyError("tokens")

    monkeypatch.setitem(CELL_CHECKERS, "law-5", ("claim", breaks))
    verdicts = judged([lawful_text(), lawful_text(path="automation")])
    found = [v for v in verdicts if v.checker == "law-5"]
    assert {v.status for v in found} == {Status.UNKNOWN}
    assert found[0].evidence[0].startswith("the check itself broke: KeyError: 'tokens' (breaks, line")
    assert worst(verdicts) is Status.UNKNOWN


@pytest.mark.parametrize("path", list(Path))
def test_no_verdict_at_all_is_never_a_pass(path):
    """A cell of an unknown scenario has no verdicts of its own; the run fails."""
    verdicts = judged([replace(lawful_text(path=path), scenario="writer/other")])
    assert worst(verdicts) is Status.FAIL
