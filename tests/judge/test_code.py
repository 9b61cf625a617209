"""What of the code was reached is counted, excused by what stands there, and may not fall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.core.code import Excuse, Floor, Function, Reachable, Way
from harness.core.history import RunHistory
from harness.core.verdict import Status, Verdict
from harness.judge import check_run
from harness.judge.code import by_module, left_open
from harness.judge.context import Noted, RunContext
from harness.judge.reach import reach
from tests.judge.ledgers import TARGET

RAISES = Way(line=12, text="if value < 0:", to=13, then="raise ValueError(value)")
LEAVES = Way(line=30, text="while True:", to=0)
CODE = (
    Function(at="shop/a.py:Order.pay", line=10, ran=True, branches=4, missed=(RAISES,)),
    Function(at="shop/a.py:Order.send", line=20, ran=True, branches=2, handlers=1),
    Function(at="shop/b.py:Loop.go", line=29, ran=False, branches=2, missed=(LEAVES, replace(LEAVES, to=31))),
)
START = {"whole": True, "phase": 0, "tier": "processes", "vary": "none"}
FLOOR = Floor(phase=0, vary="none", why="as it was", modules=by_module(CODE))


def excuse(at: str, text: str = "") -> Excuse:
    return Excuse(at=at, text=text, why="nobody can reach it")


def verdicts(
    checker: str, *, code: tuple[Function, ...] | None = CODE, start: dict[str, Any] = START, floor: Floor | None = FLOOR,
    excused: tuple[Excuse, ...] = (), left_out_idle: tuple[str, ...] = (),
) -> list[Verdict]:  # fmt: skip
    history = RunHistory(start=start, cells=(), code=code, left_out_idle=left_out_idle)
    run = RunContext(
        scenarios={},
        goldens={},
        target=replace(TARGET, reach=Reachable(excused=excused)),
        phase=start["phase"],
        noted=Noted(history=history, floor=floor),
    )
    return [one for one in check_run([], run) if one.checker == checker]


def test_an_unreached_branch_is_named_with_its_source():
    found = reach(START, (), {}, CODE)
    assert found["branches"].share == "5 of 8"
    assert found["branches"].missing[0] == "shop/a.py:Order.pay 12 if value < 0: -> 13 raise ValueError(value)"
    assert found["functions"].missing == ("shop/b.py:Loop.go",)
    assert found["handlers"].share == "1 of 1"
    assert "branches" not in reach(START, (), {})


def test_an_excuse_counts_as_reached_and_is_told():
    found = reach(START, (), {}, CODE, [excuse("shop/b.py:*"), excuse("*.pay", "if value < 0:")])
    assert (found["branches"].share, found["branches"].excused, found["functions"].excused) == ("8 of 8", 3, 1)


def test_an_excuse_of_a_line_excuses_no_other():
    left = left_open(CODE, [excuse("shop/b.py:Loop.go", "while False:")])
    assert left.functions == (CODE[0], CODE[2])
    assert [one.at for one in left.idle] == ["shop/b.py:Loop.go"]


def test_what_was_reached_may_not_fall():
    """Claim: less of a module fails and is named with both shares; so does less of all, where a module is gone; more does not."""
    assert [one.status for one in verdicts("reach")] == [Status.PASS]
    assert [one.status for one in verdicts("reach", code=(replace(CODE[0], missed=()), *CODE[1:]))] == [Status.PASS]
    worse = (replace(CODE[0], missed=(RAISES, LEAVES)), *CODE[1:])
    (fallen,) = verdicts("reach", code=worse)
    assert (fallen.status, fallen.code) == (Status.FAIL, "reach-fell")
    assert fallen.evidence == ("in all: branches 4 of 8, were 5 of 8", "shop/a.py: branches 4 of 6, were 5 of 6")
    (moved,) = verdicts("reach", code=(CODE[2], replace(CODE[1], at="shop/c.py:Order.send", ran=False)))
    assert "in all: functions 0 of 2, were 2 of 3" in moved.evidence


def test_new_code_that_nothing_reaches_lowers_a_share():
    new = Function(at="shop/a.py:Order.new", line=40, ran=False, branches=2, missed=(LEAVES, RAISES))
    (fallen,) = verdicts("reach", code=(*CODE, new))
    assert "shop/a.py: functions 2 of 3, were 2 of 2" in fallen.evidence


def test_a_run_that_cannot_tell_is_not_asked():
    """Claim: another phase, another tier, fewer worlds; a run without --reach, or a part of one, has no such verdict at all."""
    for start in (
        {**START, "phase": 3},
        {**START, "tier": "inprocess"},
    ):
        assert [one.status for one in verdicts("reach", start=start)] == [Status.NOT_ASKED]
    assert [one.status for one in verdicts("reach", floor=replace(FLOOR, vary="quick"))] == [Status.NOT_ASKED]
    assert verdicts("reach", code=None) == verdicts("reach", floor=None) == []
    assert verdicts("reach", start={**START, "whole": False}) == []


def test_an_excuse_of_nothing_fails():
    """Claim: one whose function is reached, or gone, and a pattern that leaves nothing out."""
    assert [one.status for one in verdicts("reach-used", excused=(excuse("shop/b.py:*"),))] == [Status.PASS]
    excused = (excuse("shop/a.py:Order.send"), excuse("shop/gone.py:x"), excuse("shop/a.py:Order.pay", "if gone:"))
    (idle,) = verdicts("reach-used", excused=excused, left_out_idle=("old/*",))
    assert (idle.status, idle.code) == (Status.FAIL, "reach-idle")
    assert [line.partition(": ")[0] for line in idle.evidence] == [
        "shop/a.py:Order.send", "shop/gone.py:x", "shop/a.py:Order.pay 'if gone:'", "old/*",
    ]  # fmt: skip
