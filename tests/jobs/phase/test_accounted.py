"""Every row before and behind a migration: each fate is one line, and a line that is not locked is refused; a way back leaves nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.errors import HarnessError
from harness.core.phase import DataChange, Expect, Phase, Rollback, RollbackKind
from harness.core.verdict import Status
from harness.jobs.phase import accounted
from harness.jobs.phase.rollback import irreversible, reversed_as_before, survived
from harness.jobs.phase.run import lock_rows
from harness.jobs.phase.values import PhaseRun
from harness.verb import accepting

PHASE = Phase(
    number=3, title="", why="", folder=Path("3_keys"), adds=(), replaces=(), removes=(), settings={}, expect=Expect(),
    verification=(), rollback=Rollback(kind=RollbackKind.CODE, steps=()),
)  # fmt: skip
BEFORE = {
    "shop": {"1": {"id": 1, "price": 5, "at": "2026-01-01T00:00:00"}, "2": {"id": 2, "price": 5, "at": "2026-01-01T00:00:00"}},
    "old": {"a": {"id": "a"}},
}  # fmt: skip
AFTER = {
    "shop": {
        "1": {"id": 1, "price": 6, "at": "2026-02-02T00:00:00.5+00:00", "tier": None},
        "2": {"id": 2, "price": 5, "at": "2026-01-01T00:00:00", "tier": "x"},
        "3": {"id": 3, "price": None, "at": "2026-01-01T00:00:00", "tier": "y"},
    },
}
LINES = (
    "old - a",
    'shop + 3: at="<time>", id=3, tier="y"',
    'shop ~ 1: at="<time>" -> "<time>", price=5 -> 6',
    'shop ~ 2: tier="x"',
)


def test_each_fate_of_a_row_is_a_line():
    assert accounted.lines_of(BEFORE, AFTER) == LINES
    assert accounted.lines_of(BEFORE, BEFORE) == ()


def test_rows_that_became_the_same_are_one_line():
    many = {"shop": {str(n): {"id": n, "price": 5} for n in range(10, 20)}}
    raised = {"shop": {key: {**row, "price": 6} for key, row in many["shop"].items()}}
    (line,) = accounted.lines_of(many, raised)
    assert line.startswith("shop ~ 10 to 19 (10 rows, ")
    assert line.endswith("): price=5 -> 6")
    fewer = {"shop": {**raised["shop"], "15": many["shop"]["15"]}}
    assert accounted.lines_of(many, fewer) != (line,)


def test_what_is_not_as_locked_is_refused_with_the_line():
    """Claim: a row more, one fewer, another value: each line that differs is told, and how to lock it if it is meant."""
    assert accounted.as_locked(PHASE, LINES, LINES, wanted=True).status is Status.PASS
    for other in (LINES[1:], (*LINES, "shop - 9"), (*LINES[:3], 'shop ~ 2: tier="z"')):
        found = accounted.as_locked(PHASE, other, LINES, wanted=True)
        assert (found.status, found.code) == (Status.FAIL, "phase-rows-differ")
        assert {line[1:] for line in found.evidence} == set(LINES) ^ set(other)


def test_what_nobody_locked_is_missed_where_surfaces_are():
    assert accounted.as_locked(PHASE, LINES, None, wanted=True).code == "phase-rows-missing"
    assert accounted.as_locked(PHASE, LINES, None, wanted=False).status is Status.NOT_ASKED
    assert accounted.as_locked(PHASE, (), None, wanted=True).status is Status.PASS
    assert accounted.as_locked(PHASE, (), LINES, wanted=False).status is Status.FAIL


def test_the_file_is_read_as_it_was_written():
    assert accounted.read(accounted.text_of("as the plan says", LINES)) == LINES


def test_what_is_accepted_is_locked_and_judged_by_it(tmp_path: Path):
    """Claim: the file says why; the run that showed it passes by it; a phase that writes no row any more has none."""
    run = PhaseRun(phase=replace(PHASE, folder=tmp_path), written=LINES)
    run.verdicts.append(accounted.as_locked(run.phase, LINES, None, wanted=True))
    lock_rows(run, "as the plan says")
    assert (tmp_path / accounted.LOCKED).read_text().splitlines() == ["# as the plan says", *LINES]
    assert run.status is Status.PASS
    lock_rows(replace(run, written=()), "nothing")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("why", "variable", "code"),
    [("x", {}, "accept-why"), ("  ", {}, "accept-why"), ("as the plan says", {"CI": "true"}, "accept-ci"), ("as the plan says", {"BUILD_NUMBER": "7"}, "accept-ci")],
)  # fmt: skip
def test_nobody_accepts_without_a_reason_or_in_ci(why: str, variable: dict[str, str], code: str):
    with pytest.raises(HarnessError) as caught:
        accepting.may_accept(why, True, variable)
    assert caught.value.code == code


@pytest.mark.parametrize("kind", list(RollbackKind))
def test_a_way_back_leaves_no_row_that_nobody_wrote(kind: RollbackKind):
    """Claim: rows of the phase before and those written under it may be there; a backup brings the former alone."""
    phase = replace(PHASE, rollback=Rollback(kind=kind, steps=()))
    kept, written = {"shop": {"1": {"id": 1}}}, {"shop": {"1": {"id": 1}, "2": {"id": 2}}}
    (*_, clean) = survived(phase, kept, written, kept if kind is RollbackKind.BACKUP else written)
    assert clean.status is Status.PASS
    (*_, more) = survived(phase, kept, written, {"shop": {**written["shop"], "3": {"id": 3}}})
    assert (more.status, more.checker) == (Status.FAIL, "phase-rollback")
    assert "rolling 3_keys back leaves a row that nobody wrote: shop 3: id=3" in more.evidence
    (*_, under) = survived(phase, kept, written, written)
    assert (under.status is Status.FAIL) is (kind is RollbackKind.BACKUP)


def test_a_reversed_migration_restores_what_was_there_before():
    """Claim: rows of before are told if they are otherwise; rows written under the phase may lose what the phase brought, and nothing else."""
    data = DataChange(table="shop", columns=("tier",), rows="", why="")
    phase = replace(PHASE, expect=Expect(data=(data,)))
    kept = {"shop": {"1": {"id": 1, "tier": None}}, "orders": {}}
    written = {"shop": {"1": {"id": 1, "tier": "x"}}, "orders": {"7": {"id": 7}}}
    undone = {"shop": kept["shop"], "orders": written["orders"]}
    assert [one.status for one in reversed_as_before(phase, kept, written, undone)] == [Status.PASS] * 2
    left = reversed_as_before(phase, kept, written, {"shop": written["shop"], "orders": {}})
    assert [one.status for one in left] == [Status.FAIL] * 2
    assert left[0].evidence == ("rolling 3_keys back changes shop 1.tier: None -> 'x'",)
    assert left[1].evidence == ("rolling 3_keys back loses orders 7: id=7",)


def test_a_migration_without_a_way_back_is_told_and_no_failure():
    found = irreversible(PHASE, ("shop", "0001"), "IrreversibleError: Operation <RunPython>")
    assert found.status is Status.NOT_ASKED
    assert "migrate shop 0001 cannot be reversed" in found.evidence[0]
