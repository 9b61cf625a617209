"""Surfaces by phase: deltas are made of two lists of lines, and laid over others as far as they hold what goes."""

import pytest

from harness.core.golden.surface import Delta, StaleDelta, Surfaces, applied, hunks
from tests.jobs.golden.test_beyond import NEW, OLD, SCENARIO, locked


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "abc"), ("abc", ""), ("abc", "abc"), ("abcabc", "abxabc"), ("aaaa", "aa"), ("abc", "cab"), ("aXbXc", "aXbc")],
)
def test_what_makes_the_one_of_the_other(before, after):
    assert applied(tuple(before), hunks(tuple(before), tuple(after))) == tuple(after)


def test_a_line_that_is_gone_makes_it_stale():
    with pytest.raises(StaleDelta, match=r"phase 3 .* b"):
        applied(tuple("axc"), hunks(tuple("abc"), tuple("ac")), 3)


def test_why_nothing_is_asked():
    assert Surfaces().why_not(0).startswith("no surface is locked: ")
    assert locked().why_not(0) == ""
    assert locked(d1=Delta()).why_not(2) == "no surface is locked at phase 2"


def test_a_phase_stands_on_those_before_it():
    both = locked(
        d1=Delta(cells={f"{SCENARIO.id}@manual": hunks(OLD, NEW)}),
        d2=Delta(cells={f"{SCENARIO.id}@manual": hunks(NEW, (*NEW, "log"))}),
    )
    assert both.at(SCENARIO.id, "manual", 2) == (*NEW, "log")
    assert both.at(SCENARIO.id, "automation", 2) == OLD
    assert both.at("none", "manual", 2) is None
