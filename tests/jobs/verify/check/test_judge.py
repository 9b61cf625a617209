"""A run beside an older one: what the harness changed, what is locked since, what the target did."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import pytest
from rich.console import Console

from harness.core.verdict import Status, Verdict
from harness.jobs.verify.check import report as shown
from harness.jobs.verify.check.judge import beside
from harness.jobs.verify.check.values import Cause, Rejudged

CELL = "orders/refund@manual"
OLD, NEW = "0.1.0 aaaa", "0.2.0 bbbb"
SOURCES = {"target": "t", "scenarios": "s", "cassettes": "c"}


def verdict(*lines: str, checker: str = "law-4", cell: str = CELL) -> Verdict:
    """One that fails with `lines`, or passes where there are none."""
    status = Status.FAIL if lines else Status.PASS
    return Verdict(checker=checker, status=status, cell=cell, claim="claimed", evidence=lines or ("as it should",))


def judged(then=(), now: Iterable[Verdict] | None = (), **changes) -> Rejudged:
    made = Rejudged(
        name="then", harness=OLD, format=3, then=tuple(then), now=None if now is None else tuple(now), sha256_then="a" * 64, sha256_now="a" * 64, sources=SOURCES,
        unlike=lambda scenario: (),
    )  # fmt: skip
    return replace(made, **changes)


def told(found) -> str:
    console = Console(width=200, file=io.StringIO())
    shown.print_beside(console, found)
    return " ".join(console.file.getvalue().split())


def test_a_law_that_only_the_harness_changed_is_told_as_its_own():
    """Claim: what the same history is judged to be by another harness is not the target's, in whichever run it shows."""
    older = judged([verdict()], [verdict("a log without a deduction")])
    found = beside(judged(now=[verdict("a log without a deduction")], name="now", harness=NEW), older, NEW)
    (one,) = found.rejudged
    assert (one.about, one.checker, one.then, one.now, one.cause) == (CELL, "law-4", "pass", "fail", Cause.ALONE)
    assert one.lines == ("a log without a deduction",)
    assert (found.differs, found.same, found.harness_made) == ((), 1, 1)
    text = told(found)
    assert f"with then, driven by harness {OLD}; this is {NEW}" in text
    assert "judged otherwise than then, though nothing was driven: 1 verdict the harness alone" in text
    assert (
        "wrong in this run and not in that one: none 1 verdict wrong in both alike, 1 of them judged otherwise since"
        in text
    )


@pytest.mark.parametrize(
    ("by", "unlike", "cause"),
    [
        (NEW, (), Cause.ALONE),
        (NEW, ("its golden or its surface",), Cause.EITHER),
        (OLD, ("the rate card",), Cause.LOCKED),
        (OLD, (), Cause.NEITHER),
    ],
)
def test_whose_another_verdict_on_the_same_history_is(by, unlike, cause):
    older = judged([verdict("one line")], [verdict("one line", "another line")], unlike=lambda scenario: unlike)
    (one,) = beside(judged(name="now"), older, by).rejudged
    assert (one.cause, one.of, one.lines) == (cause, unlike, ("another line",))


def test_a_run_that_does_not_say_what_it_was_held_to_blames_neither_alone():
    older = judged([verdict()], [verdict("wrong")], unlike=None, harness="")
    (one,) = beside(judged(name="now", harness=NEW), older, NEW).rejudged
    assert (one.cause, one.of) == (Cause.EITHER, ("the run does not say what it was held to",))


def test_what_is_no_longer_asked_and_what_is_new_and_wrong_are_told_and_what_is_new_and_holds_is_not():
    then = [verdict(checker="law-1")]
    now = [verdict(checker="law-20"), verdict("too dear", checker="law-21")]
    found = beside(judged(name="now", harness=NEW), judged(then, now), NEW).rejudged
    assert [(one.checker, one.then, one.now) for one in found] == [("law-1", "pass", "not there"), ("law-21", "not there", "fail")]  # fmt: skip


@pytest.mark.parametrize(
    ("driven_by", "sources", "cause"),
    [
        (OLD, {"target": "t2"}, Cause.TARGET),
        (OLD, {"target": "t2", "scenarios": "s2"}, Cause.TARGET),
        (OLD, {"cassettes": "c2"}, Cause.MATERIAL),
        (OLD, {}, Cause.CHANCE),
        (NEW, {}, Cause.DRIVES),
        (NEW, {"target": "t2"}, Cause.UNTOLD),
        ("", {"target": "t2"}, Cause.UNTOLD),
    ],
)
def test_whose_a_difference_between_two_histories_is(driven_by, sources, cause):
    """Claim: the target's only where nothing but it is another; what two runs cannot tell is said, with what could."""
    run = judged(now=[verdict("22 credits charged")], name="now", harness=driven_by, sources=SOURCES | sources)
    found = beside(run, judged([verdict()], [verdict()]), NEW)
    (one,) = found.differs
    assert (one.cause, one.of, one.then, one.now) == (cause, tuple(sorted(sources)), "pass", "fail")
    assert shown.SAYS[cause] in told(found)


def test_only_what_is_new_of_a_failure_is_the_runs_own():
    """Claim: a line that the older history fails with, too, is none of what came with this run."""
    older = judged([verdict("old line")], [verdict("old line")])
    found = beside(judged(now=[verdict("old line", "new line")], sources=SOURCES | {"target": "t2"}), older, OLD)
    assert [one.lines for one in found.differs] == [("new line",)]
    assert found.rejudged == ()


def test_an_older_form_is_said_and_held_against_what_it_was_judged_to_be():
    """Claim: a history that this harness does not read blames the target for nothing that its form explains."""
    older = judged([verdict(), verdict("known", checker="law-6")], format=2, now=None, sha256_now="")
    run = judged(now=[verdict("22 credits charged"), verdict("known", checker="law-6")], name="now", harness=NEW)
    found = beside(run, older, NEW)
    assert [(one.checker, one.cause) for one in found.differs] == [("law-4", Cause.DRIVES)]
    assert (found.reads, found.same, found.rejudged) == (False, 1, ())
    text = told(found)
    assert (
        "its history is of format 2, and this harness reads 3: it is held against what it was judged to be then" in text
    )
    assert "its canonical hash says nothing of the target: only the harness changed it" in text


def test_another_canonical_form_of_the_same_history_is_the_harnesss():
    found = beside(judged(name="now", harness=NEW), judged(sha256_now="b" * 64), NEW)
    assert (
        f"its canonical form is another, of the same history: only the harness changed it ({'a' * 16} -> {'b' * 16})"
        in told(found)
    )


def test_what_is_the_same_in_many_cells_is_one_block():
    """Claim: forty cells with one cause are a line with how many, not forty lines."""
    cells = [f"orders/n{n}@manual" for n in range(40)]
    lines = [verdict("~ side file is told otherwise", checker="surface", cell=cell) for cell in cells]
    older = judged([verdict(checker="surface", cell=cell) for cell in cells], lines)
    text = told(beside(judged(now=lines, name="now", harness=NEW), older, NEW))
    assert text.count("side file is told otherwise") == 1
    assert "surface: pass -> fail in orders/n0@manual, orders/n10@manual, orders/n11@manual and 37 more" in text


def test_runs_that_have_nothing_in_common_and_a_newer_one_are_told():
    """Claim: "none" is no news where nothing could be compared, and an older run that is newer is said to be."""
    other = verdict("a log without a deduction", cell="orders/other@manual")
    text = told(beside(judged(now=[verdict("x")], name="a-run"), judged([other], [other], name="b-run"), OLD))
    assert "no cell is in both: nothing of this run is held against that one" in text
    assert "that run is the newer one of the two" in text
    text = told(beside(judged(now=[verdict("x")], name="b-run"), judged([verdict()], [verdict()], name="a-run"), OLD))
    assert "no cell is in both" not in text
    assert "newer" not in text
