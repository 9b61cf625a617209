"""Accepting is refused for any doubt, and says what it changes in credits."""

from __future__ import annotations

import pytest

from harness.core.errors import HarnessError
from harness.core.golden import Golden, resolve
from harness.core.verdict import Status, Verdict
from harness.jobs.golden.judge import plan
from harness.jobs.golden.report import summary_of
from harness.jobs.golden.values import Where
from harness.judge import overlap
from tests.jobs.golden.stored_runs import CHEAP, DEAR, OTHER, SCENARIO, WHY, observed, outcome, stored
from tests.judge.ledgers import lawful_images, lawful_text


def golden(scenario=SCENARIO, outcome=CHEAP, **changes):
    return Golden(**{"scenario": scenario.id, "why": "as it was", "outcome": outcome, **changes})


def planned(found=None, goldens=None, verdicts=(), pattern=SCENARIO.id, **facts):
    return plan(stored(found, goldens, verdicts), **{"pattern": pattern, "why": WHY, "ci": False, **facts})


def refused(**facts):
    with pytest.raises(HarnessError) as error:
        planned(**facts)
    return error.value


def failing(checker="law-6", cell="writer/generate_content@manual", **changes):
    wanted = {"status": Status.FAIL, "claim": "", "evidence": ("15 credits charged, the rate card says 22",), **changes}
    return Verdict(checker=checker, cell=cell, **wanted)


@pytest.mark.parametrize("why", ["", "   ", "because", "x" * 9 + "  "])
def test_without_a_reason_nothing_is_accepted(why):
    """Ten characters are the least that can say anything."""
    assert refused(why=why).code == "golden-why"


def test_in_ci_nothing_is_accepted():
    """Whatever else is right."""
    assert refused(ci=True).code == "golden-ci"


def test_a_pattern_that_fits_nothing_is_refused_with_the_nearest_name():
    """A typo accepts nothing."""
    error = refused(pattern="writer/generate_contend")
    assert (error.code, error.hint) == ("golden-no-match", "did you mean 'writer/generate_content'?")


def test_paths_that_disagree_are_refused_with_the_credits():
    """One outcome cannot speak for two."""
    error = refused(found=observed(automation=DEAR))
    assert error.code == "golden-paths-disagree"
    assert "22 credits charged where automation charges 26 (-4)" in error.message


def test_a_path_that_was_not_driven_is_refused():
    """A golden speaks for all paths of its scenario."""
    error = refused(found={SCENARIO.id: {"manual": CHEAP}})
    assert (error.code, error.hint) == (
        "golden-paths-missing",
        "drive all its paths: harness verify --only writer/generate_content",
    )


@pytest.mark.parametrize("checker", ["law-6", "provider", "http", "settle"])
def test_a_failing_check_is_refused(checker):
    """What breaks a law is mended or declared, not locked."""
    error = refused(verdicts=[failing(checker)])
    assert error.code == "golden-checks-fail"
    assert error.message.startswith(f"writer/generate_content@manual fails {checker}: 15 credits")


def test_checks_that_wait_for_a_golden_do_not_stand_in_its_way():
    """Nor do failures of other scenarios."""
    others = [failing("golden"), failing("law-12", SCENARIO.id), failing("law-6", "writer/other@manual")]
    assert [change.scenario for change in planned(verdicts=others)] == [SCENARIO.id]


def test_a_known_defect_must_be_named_to_be_locked():
    """And is then marked in the golden."""
    known = failing(status=Status.PASS, finding="free-work")
    assert refused(verdicts=[known]).hint == "accept it as such with --known-wrong free-work"
    (change,) = planned(verdicts=[known], known_wrong=["free-work"])
    assert change.golden.known_wrong == ("free-work",)


def test_a_run_that_lost_a_deduction_locks_nothing():
    """Not even where the golden says the same already: it is driven again with one worker."""
    lost = failing(overlap.CHECKER, status=Status.PASS, finding="check-then-deduct", evidence=("known wrong", "account: 4 credits lost, 1 of 2 deductions"))  # fmt: skip
    error = refused(verdicts=[lost], goldens={SCENARIO.id: golden()}, known_wrong=["check-then-deduct"])
    assert error.code == "golden-overlap"
    assert error.message == (
        "writer/generate_content@manual lost a deduction because workers overlapped: account: 4 credits lost, 1 of 2 deductions"
    )
    assert error.hint == "drive it with one worker and accept that run: harness verify --only writer/generate_content"


def test_known_wrong_excuses_no_failing_check():
    """Only a declared finding does, and then the check passes as known wrong."""
    assert refused(verdicts=[failing()], known_wrong=["free-work"]).code == "golden-checks-fail"


def test_a_new_golden_is_new_and_the_same_golden_is_no_change():
    """Accepting twice writes once."""
    (change,) = planned()
    assert (change.credits_delta, change.lines) == (None, ("new: 22 credits charged",))
    assert planned(goldens={SCENARIO.id: change.golden}) == []


def test_a_change_is_told_in_credits():
    """The sum over all, and of how many."""
    goldens = {SCENARIO.id: golden(), OTHER.id: golden(OTHER)}
    changes = planned(observed(DEAR, DEAR), goldens, pattern="writer/*")
    assert [change.credits_delta for change in changes] == [4, 4]
    assert changes[0].lines[0] == "26 credits charged where the golden has 22 (+4)"
    assert summary_of(changes, 41) == "+8 credits on 2 of 41 scenarios"
    assert summary_of(planned(), 1) == "+0 credits on 0 of 1 scenarios, 1 new"
    assert summary_of([], 3) == "nothing to change on 3 scenarios"


def test_a_deviation_for_phases_replaces_only_the_parts_that_differ():
    """And ends with the phase after its range."""
    goldens = {SCENARIO.id: golden(outcome=DEAR)}
    (change,) = planned(goldens=goldens, where=Where(phases=(0, 3), until=4))
    (deviation,) = change.golden.deviations
    assert (deviation.phases, deviation.until, deviation.why) == ((0, 3), 4, WHY)
    assert set(deviation.parts) == {"balance", "ledger", "usage"}
    assert change.credits_delta == -4
    assert resolve(change.golden, 3, "manual").outcome == CHEAP
    assert resolve(change.golden, 4, "manual").outcome == DEAR


def test_accepting_a_deviation_again_replaces_it():
    """The same place has one deviation."""
    where = Where(phases=(0, 3), until=4)
    (first,) = planned(goldens={SCENARIO.id: golden(outcome=DEAR)}, where=where)
    other = outcome(lawful_text(((820, 1810),)))
    (second,) = planned(observed(other), {SCENARIO.id: first.golden}, where=where)
    assert len(second.golden.deviations) == 1
    assert resolve(second.golden, 0, "manual").outcome == other


def test_a_deviation_for_a_path_needs_only_that_path():
    """The others may say something else."""
    found = {SCENARIO.id: {"automation": DEAR}}
    (change,) = planned(found, {SCENARIO.id: golden()}, where=Where(paths=("automation",)))
    assert resolve(change.golden, 0, "automation").outcome == DEAR
    assert resolve(change.golden, 0, "manual").outcome == CHEAP


@pytest.mark.parametrize(
    ("where", "code"),
    [
        (Where(phases=(0, 3)), "golden-deviation"),
        (Where(phases=(0, 3), until=5), "golden-deviation"),
        (Where(phases=(4, 7)), "golden-deviation"),
        (Where(phases=(0, 7), until=7), "golden-deviation"),
        (Where(paths=("direct",)), "golden-paths-missing"),
    ],
)
def test_a_deviation_without_a_right_end_or_place_is_refused(where, code):
    """Wrong end, a phase that was not driven, a path that the scenario does not have."""
    assert refused(found=observed(DEAR), goldens={SCENARIO.id: golden()}, where=where).code == code


def test_a_deviation_of_nothing_is_refused():
    """From no golden, or where nothing differs."""
    where = Where(phases=(0, 3), until=4)
    assert refused(where=where).code == "golden-missing"
    assert refused(goldens={SCENARIO.id: golden()}, where=where).code == "golden-deviation"


def test_a_golden_is_not_overwritten_from_a_phase_where_a_deviation_holds():
    """What phase 0 does is not what the golden says of phase 4."""
    (change,) = planned(goldens={SCENARIO.id: golden(outcome=DEAR)}, where=Where(phases=(0, 3), until=4))
    error = refused(found=observed(outcome(lawful_images())), goldens={SCENARIO.id: change.golden})
    assert (error.code, error.hint) == (
        "golden-deviation",
        "accept into it with --phase 0..3, or take it out of the golden first",
    )


def unasked(checker="law-6", path="manual", **changes):
    return failing(checker, f"{SCENARIO.id}@{path}", **{"status": Status.NOT_ASKED, "evidence": ("not asked: no rate card",), **changes})  # fmt: skip


def test_what_was_not_asked_is_written_into_the_golden_without_ceremony():
    """The first golden of a target says which laws it does not stand for, in order; a golden of all laws says nothing."""
    own = [unasked("law-9"), unasked("law-6"), unasked("law-6", "automation"), failing("law-6", "writer/other@manual")]
    (change,) = planned(verdicts=own)
    assert change.golden.not_asked == ("law-6", "law-9")
    (change,) = planned()
    assert change.golden.not_asked == ()


def test_a_law_that_is_no_longer_asked_is_accepted_with_a_reason():
    """It fails until then, and the change says which law it is."""
    lost = failing("law-6", code="law-not-asked")
    (change,) = planned(verdicts=[lost], goldens={SCENARIO.id: golden()})
    assert (change.golden.not_asked, change.golden.why, change.lines) == (("law-6",), WHY, ("laws not asked: none -> law-6",))  # fmt: skip
    (change,) = planned(goldens={SCENARIO.id: golden(not_asked=("law-6",))})
    assert change.lines == ("laws not asked: law-6 -> none",)
