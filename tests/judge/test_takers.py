"""Which tasks can have taken a deduction: a stale balance inside one of them is not an overlap."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.core.history import TaskRun
from harness.core.verdict import Status, worst
from harness.judge.overlap import InTurn, in_turn
from tests.judge.ledgers import TARGET
from tests.judge.overlapping import LOST, TICK, TWO, by, judged, took


@pytest.mark.parametrize(
    ("cell", "can"),
    [
        (by(TaskRun(id="t", name="write", args=(1,)), TICK), "at most 1"),
        (by(took(83), TICK), "none"),
        (by(took(22), took(61), TICK), "none"),
        (by(took(22), took(10), TICK), "at most 1"),
        (by(took(22), took(10), took(0)), "at most 1"),
        (by(TICK, TICK, TICK), "none"),
        (by(), "none"),
        (by(took(10), TaskRun(id="t", name="write", args=(7, [1]))), "at most 1"),
        (by(took(10), took(51, 2)), "at most 1"),
        (by(took(73, "run"), took(73, "run", kwargs={"stage": 7})), "at most 1"),
        (by(took(22, "run"), took(83, "run", kwargs={"stage": 7})), "none"),
        (by(took(10), TaskRun(id="t", name="write", args=("run",), state="LOST")), "at most 1"),
    ],
    ids=["one task and a tick", "one task that reports all", "one task took both", "a request took the other",
         "a task that took nothing", "only ticks", "only requests", "a task that names nobody",
         "a task of another account", "a run that two tasks report", "a run that was resumed", "a task that was lost names nobody"],
)  # fmt: skip
def test_deductions_that_one_task_or_a_request_took_are_not_excused(cell, can):
    """A stale balance inside one task, request or console call is a defect of its own, whatever else ran beside it."""
    assert in_turn(cell, TARGET.ledger) == f"account: {TWO} {can} of them can be of a task of its own"
    assert worst(judged([cell])) is Status.FAIL


@pytest.mark.parametrize(
    "cell",
    [
        by(took(22), took(10), took(51)),
        by(took(10), took(51), TICK),
        by(took(22 + 10), took(51), TICK),
        by(took(22 + 10, 1), took(51, 1), TICK),
        by(took(10), TaskRun(id="t", name="write", kwargs={"account_id": 1}, state="LOST")),
        by(took(22, "run"), took(32, "run", kwargs={"stage": 7}), took(51)),
    ],
    ids=["each of its own", "the first by a request", "one took two in turn", "by account", "one was killed",
         "the second goes on counting where the first had ended"],
)  # fmt: skip
def test_deductions_that_as_many_tasks_can_have_taken_are_explained(cell):
    """Each task took what it reports: deductions that started from one balance are of different tasks."""
    assert isinstance(in_turn(cell, TARGET.ledger), InTurn)
    assert worst(judged([cell])) is Status.PASS


def test_a_balance_that_came_twice_may_have_been_read_twice_by_one_task():
    """100 - 10 leaves 90, and so do 95 - 5 later: one task that read both times what was there took nothing twice."""
    rows = [(-10, 90), (-5, 95), (-5, 90), (-7, 83), (-7, 83)]
    proto = LOST.ledger[0]
    ledger = tuple(replace(proto, id=n, credits=c, balance=b) for n, (c, b) in enumerate(rows, 1))
    cell = replace(LOST, ledger=ledger, accounts={"account": (100, 83)}, tasks=(took(10), took(10), took(14)))
    assert isinstance(in_turn(cell, TARGET.ledger), InTurn)
