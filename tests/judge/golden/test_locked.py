"""The golden check: the locked outcome, deviations, and findings that a golden marks."""

from __future__ import annotations

from dataclasses import replace

import harness
from harness.core.finding import Finding
from harness.core.golden import Deviation
from harness.core.verdict import Status
from harness.judge.golden.outcome import outcome_of
from tests.judge.checking import golden_of, verdict
from tests.judge.ledgers import (
    SCENARIO,
    TARGET,
    lawful_images,
    lawful_text,
)


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
    finding = Finding(id="free", title="", laws={"law-1": ("account: *",)}, scenarios=(SCENARIO.id,), evidence="")
    unmarked = verdict("golden", lawful_text(), golden=golden_of(lawful_text()), findings=(finding,))
    assert unmarked.evidence == ("the finding free shows here, and the golden does not say known_wrong = free",)
    stale = verdict("golden", lawful_text(), golden=golden_of(lawful_text(), known_wrong=("free",)))
    assert stale.evidence == ("the golden says known_wrong = free, which is not declared or has ended by phase 0",)
    assert stale.code == unmarked.code == "golden-known-wrong"


def test_what_another_harness_locked_says_so_where_it_differs():
    """Claim: only beside a difference, and only of another version: the harness may tell the same otherwise."""
    locked = golden_of(lawful_images(20))
    by = {version: verdict("golden", lawful_images(4), golden=replace(locked, harness=version)) for version in ("", harness.__version__, "0.0.1")}  # fmt: skip
    said = [
        f"locked by harness 0.0.1, and this is {harness.__version__}: harness check --with a run of then tells what only the harness changed"
    ]
    assert [[line for line in one.evidence if "locked by" in line] for one in by.values()] == [[], [], said]
    same = verdict("golden", lawful_images(20), golden=replace(locked, harness="0.0.1"))
    assert (same.status, len(same.evidence)) == (Status.PASS, 1)
