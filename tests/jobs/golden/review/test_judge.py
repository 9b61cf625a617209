"""What there is to look at: the dearest first, then other states, then surfaces by their lines, then what is new."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from harness.core.errors import HarnessError
from harness.core.golden import Golden, Outcome
from harness.core.golden.surface import Locked, Surfaces
from harness.core.verdict import Status, Verdict
from harness.jobs.golden.review.judge import in_order, moved, ready, to_review
from harness.jobs.golden.review.values import Item, Kind
from harness.jobs.golden.values import Stored
from tests.jobs.golden.stored_runs import CHEAP, DEAR, SCENARIO
from tests.judge.ledgers import TARGET, lawful_text

OTHER_STATE = replace(CHEAP, rows=("content +1 status=review",))
A, B = "tx worker ~ logs b=1", "tx worker ~ logs b=2"


def charging(**credits):
    """An outcome in which each account is charged so much."""
    return Outcome(balance={name: {"opening": 100, "closing": 100 - n} for name, n in credits.items()})


def run(outcomes, goldens, **changes):
    """A stored run of scenarios with these outcomes on each path, beside these goldens."""
    scenarios = {name: replace(SCENARIO, id=name) for name in {*outcomes, *changes.get("seen", {})}}
    locked = {name: Golden(scenario=name, why="as it was", outcome=one) for name, one in goldens.items()}
    found = {name: one if isinstance(one, dict) else {"manual": one, "automation": one} for name, one in outcomes.items()}  # fmt: skip
    facts = {"phase": 0, "scenarios": scenarios, "goldens": locked, "verdicts": (), "outcomes": found, "driven": [*found], "target": TARGET}  # fmt: skip
    return Stored(**{**facts, **changes})


def surfaces(**seen):
    """A stored run in which scenarios differ by their surfaces alone: name -> the lines that came, on its manual path."""
    base = {name: Locked(scenario=name, why="first", paths={"manual": ()}) for name in seen}
    failing = tuple(Verdict(checker="surface", status=Status.FAIL, cell=f"{name}@manual", claim="", evidence=lines) for name, lines in seen.items())  # fmt: skip
    return run(
        {name: {"manual": CHEAP} for name in seen},
        dict.fromkeys(seen, CHEAP),
        seen={name: {"manual": lines} for name, lines in seen.items()},
        surfaces=Surfaces(base=base),
        verdicts=failing,
    )


def test_the_dearest_comes_first_and_what_is_new_last():
    """Claim: by credits of the change, up or down; then states without credits, a surface alone, a scenario without golden."""
    alone = surfaces(alone=(A,))
    outcomes = {"new": DEAR, "state": OTHER_STATE, "cheaper": charging(account=1), "dearer": charging(account=30)}
    goldens = {"state": CHEAP, "cheaper": charging(account=9), "dearer": charging(account=26)}
    found = to_review(
        replace(
            alone,
            outcomes={**alone.outcomes, **run(outcomes, goldens).outcomes},
            goldens={**alone.goldens, **run(outcomes, goldens).goldens},
            scenarios={**alone.scenarios, **run(outcomes, goldens).scenarios},
        ),
        "*",
    )
    assert [(item.kind, item.about) for item in found] == [
        (Kind.CREDITS, "cheaper"),
        (Kind.CREDITS, "dearer"),
        (Kind.STATES, "state"),
        (Kind.SURFACE, f"+ {A}"),
        (Kind.NEW, "new"),
    ]
    assert [(item.before, item.after, item.moved) for item in found[:3]] == [(9, 1, 8), (26, 30, 4), (22, 22, 0)]
    assert (found[-1].before, found[-1].after) == (None, 26)


def test_the_order_is_that_of_the_changes_whatever_theirs_was():
    items = [
        *(Item(kind=Kind.CREDITS, about=f"by {n}", moved=n) for n in (7, 3, 1)),
        *(Item(kind=Kind.SURFACE, about=str(n), beyond=dict.fromkeys(map(str, range(n)), ("x",))) for n in (3, 2)),
        *(Item(kind=Kind.NEW, about=f"new {n}", moved=n) for n in (5, 0)),
    ]
    shuffled = random.Random(7).sample(items, len(items))
    assert shuffled != items
    assert in_order(shuffled) == items


def test_a_charge_that_another_account_bears_moves_its_credits():
    """Claim: the sum is the same, and it is a change of credits."""
    (found,) = to_review(run({"a": charging(one=0, other=5)}, {"a": charging(one=5, other=0)}), "*")
    assert (found.kind, found.before, found.after, found.moved) == (Kind.CREDITS, 5, 5, 5)
    assert moved(charging(one=5), charging(one=2, other=4)) == 4


def test_of_paths_that_differ_the_dearest_is_shown_and_all_are_told():
    (found,) = to_review(run({"a": {"manual": CHEAP, "automation": DEAR}}, {"a": charging(account=21)}), "*")
    assert (found.cell, found.after) == ("a@automation", 26)
    assert sorted(found.lines) == ["automation", "manual"]


def test_what_is_as_locked_is_no_change_and_a_pattern_that_fits_nothing_is_refused():
    assert to_review(run({"a": CHEAP}, {"a": CHEAP}), "*") == []
    assert [item.about for item in to_review(run({"a": DEAR, "b": DEAR}, {"a": CHEAP, "b": CHEAP}), "b*")] == ["b"]
    with pytest.raises(HarnessError) as error:
        to_review(run({"a": CHEAP}, {}), "b")
    assert error.value.code == "golden-no-match"


def test_one_line_in_many_cells_is_one_change():
    """Claim: the line that is in the most cells comes first; each names the scenarios that accepting would lock."""
    found = to_review(surfaces(a=(A,), b=(A, B), c=(A,)), "*")
    assert [(item.about, item.locks) for item in found] == [(f"+ {A}", ("a", "b", "c")), (f"+ {B}", ("b",))]
    assert found[0].beyond == dict.fromkeys(("a@manual", "b@manual", "c@manual"), (f"+ {A}",))


def test_a_scenario_is_written_only_once_each_of_its_lines_was_accepted():
    """Claim: accepting a line never writes one that nobody has looked at."""
    found = to_review(surfaces(a=(A,), b=(A, B)), "*")
    assert ready(found, ()) == []
    assert ready(found, {f"+ {A}"}) == ["a"]
    assert ready(found, {f"+ {B}"}) == []
    assert ready(found, {f"+ {A}", f"+ {B}"}) == ["a", "b"]


def test_a_surface_that_no_check_misses_is_no_change():
    """Claim: where surfaces are not locked, that nothing is locked is nothing to look at."""
    assert to_review(replace(surfaces(a=(A,)), verdicts=()), "*") == []


def test_what_credits_changed_brings_its_surface_with_it():
    """Claim: accepting it would write both, so both are shown at once."""
    base = surfaces(a=(A,))
    (found,) = to_review(replace(base, outcomes={"a": {"manual": DEAR}}), "*")
    assert (found.kind, found.beyond) == (Kind.CREDITS, {"a@manual": (f"+ {A}",)})


def verdict(**changes):
    wanted = {"checker": "law-6", "status": Status.FAIL, "cell": "a@manual", "claim": "", "evidence": ("it says so",)}
    return Verdict(**{**wanted, **changes})


def test_what_laws_and_findings_say_stands_beside_it_once():
    """Claim: what fails first, the same in several cells once, what passes by a finding; the rate card's word where it passes; nothing that is
    the difference itself, nothing of another scenario."""
    passing = {"status": Status.PASS, "evidence": ("26 credits, as priced",)}
    verdicts = (
        verdict(checker="law-5", status=Status.PASS, finding="twice", evidence=("charged twice",)),
        verdict(**passing),
        verdict(**passing, cell="a@automation"),
        verdict(checker="law-2"),
        verdict(checker="law-2", cell="a@automation"),
        verdict(checker="golden"),
        verdict(checker="surface"),
        verdict(cell="b@manual"),
    )
    (found,) = to_review(run({"a": DEAR}, {"a": CHEAP}, verdicts=verdicts), "*")
    assert [(one.verdict.checker, one.cells) for one in found.said] == [
        ("law-2", ("a@manual", "a@automation")),
        ("law-5", ("a@manual",)),
        ("law-6", ("a@manual",)),
    ]


def test_money_and_evidence_are_those_of_the_cell_that_is_shown():
    cell = replace(lawful_text(((820, 1710),)), cell="a@manual", scenario="a")
    (found,) = to_review(run({"a": DEAR}, {"a": CHEAP}, cells={"a@manual": cell}), "*")
    (rate,) = found.rates
    assert (rate.before.credits, rate.after.credits) == (22_000, 26_000)
    assert [charge.row.credits for charge in found.charges] == [-26]
