"""Findings: what is known to be wrong passes while it is wrong in just that way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.finding import Finding, is_line
from harness.core.verdict import Status
from harness.judge.checks import CELL_CHECKERS
from harness.store.findings import CELL_LAWS
from tests.judge.checking import verdict
from tests.judge.ledgers import (
    SCENARIO,
    charge,
    lawful_text,
)


def known(*phrases):
    return (Finding(id="free-work", title="", laws={"law-4": phrases}, scenarios=(SCENARIO.id,), evidence=""),)


UNCHARGED = replace(lawful_text(), ledger=())


SAID = "a usage log of 22 credits for account without a deduction"


def test_a_finding_that_names_a_world_shows_there_and_must():
    """Claim: of the plain cell it says nothing; in its world it passes as known wrong, and fails once it holds."""
    here = replace(UNCHARGED, variation="read", cell=f"{UNCHARGED.cell}~read")
    finding = replace(known()[0], laws={"law-3": ("*: the balance is #",)}, scenarios=(here.cell,))
    assert not finding.shows_at(UNCHARGED.cell, 0)
    assert finding.shows_at(here.cell, 0)
    assert verdict("law-3", here, findings=(finding,)).code == "finding-gone"
    overdrawn = replace(here, accounts={name: (opening, -1) for name, (opening, _) in here.accounts.items()})
    assert verdict("law-3", overdrawn, findings=(finding,)).finding == finding.id


def test_a_finding_that_shows_as_described_passes_as_known_wrong():
    """The verdict names the finding and keeps the evidence."""
    found = verdict("law-4", UNCHARGED, findings=known("*: a usage log of # credits for account without a deduction"))
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
    found = verdict("law-4", both, findings=known(f"content_generation: {SAID}"))
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


def test_a_finding_may_break_every_law_of_a_cell():
    """Claim: a law that is new is one that a target may be known to break."""
    assert [f"law-{law}" for law in CELL_LAWS] == [name for name in CELL_CHECKERS if name.startswith("law-")]


@pytest.mark.parametrize(
    "said",
    [
        (),
        ("without a deduction",),
        (SAID,),
        ("content_generation: a usage log of 2 credits for account without a deduction",),
        ("content_generation: a usage log of # credits for account without",),
    ],
    ids=["nothing", "a phrase of it", "its end", "another number", "its beginning"],
)
def test_a_finding_that_does_not_say_the_whole_line_makes_nothing_pass(said):
    """Claim: without `shows` every failure of that law passed, and a phrase that is part of another message let that one pass."""
    assert verdict("law-4", UNCHARGED, findings=known(*said)).status is Status.FAIL


def test_signs_of_a_line():
    """Claim: `#` is a number and nothing else, `*` any words, and no sign of a pattern means anything."""
    assert is_line("call # (#.5 tokens) of * [x]", "call -1 (+2.5 tokens) of so many. [x]")
    assert not is_line("call #", "call one")
    assert not is_line("a.c", "abc")
    assert not is_line("whole", "whole line")
