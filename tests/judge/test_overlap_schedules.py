"""Lost deductions under any schedule of workers."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.golden import Golden
from harness.core.history import TaskRun
from harness.core.verdict import Status, worst
from harness.judge.golden.outcome import outcome_of
from harness.judge.overlap import InTurn, in_turn
from tests.judge.ledgers import SCENARIO, TARGET
from tests.judge.overlapping import LOST, TICK, busy, closing, judged, overlapped, row, scheduled, took

prices = st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=2, max_size=5, unique=True)


@st.composite
def schedules(draw):
    requests = draw(prices)
    events = [n for n in range(len(requests)) for _ in range(2)]
    return busy(tuple(requests)), draw(st.permutations(events))


@given(schedules())
@settings(max_examples=150, deadline=None)
def test_whatever_the_schedule_it_is_explained(drawn):
    """Reads and writes of deductions in any order: in turn they are what one worker leaves, and the loss adds up."""
    cell, order = drawn
    seen = scheduled(cell, order)
    found = in_turn(seen, TARGET.ledger)
    assert isinstance(found, InTurn)
    assert outcome_of(found.cell, SCENARIO, TARGET) == outcome_of(cell, SCENARIO, TARGET)
    gap = seen.accounts["account"][1] - cell.accounts["account"][1]
    assert sum(one.credits for one in found.lost) == gap
    assert bool(found.lost) == (outcome_of(seen, SCENARIO, TARGET) != outcome_of(cell, SCENARIO, TARGET))
    assert all(0 < one.deductions < one.taken for one in found.lost)


@given(schedules(), st.data(), st.sampled_from(["credits", "balance", "closing"]), st.integers(-30, 30).filter(bool))
@settings(max_examples=200, deadline=None)
def test_what_no_schedule_leaves_is_never_explained(drawn, data, what, off):
    """One amount, balance or the account moved: explained only where some other schedule leaves just that; and then the
    golden still says whether every amount is right."""
    cell, order = drawn
    seen = scheduled(cell, order)
    if what == "closing":
        wrong = closing(seen, off)
    else:
        n = data.draw(st.integers(0, len(seen.ledger) - 1))
        wrong = row(seen, n, **{what: getattr(seen.ledger[n], what) + off})
    possible = [overlapped(wrong, began) for began in product(*(range(n) for n in range(1, len(wrong.ledger) + 1)))]
    deductions = all(one.credits < 0 for one in wrong.ledger)
    # what is in turn needs no explanation, also where a wrong amount makes it so: then the golden speaks
    by_turns = wrong == overlapped(wrong, range(len(wrong.ledger)))
    assert isinstance(in_turn(wrong, TARGET.ledger), InTurn) == (by_turns or (deductions and wrong in possible))
    if what == "credits":
        golden = Golden(scenario=SCENARIO.id, why="", outcome=outcome_of(cell, SCENARIO, TARGET))
        assert worst(judged([wrong], golden=golden)) is Status.FAIL


@st.composite
def worked(draw):
    """Tasks of one to three deductions each, one after the other in a task, in any order among the tasks."""
    work = draw(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=3), min_size=1, max_size=4))
    order = draw(st.permutations([n for n, amounts in enumerate(work) for _ in range(2 * len(amounts))]))
    return work, order


def seen_of(work, order, *, stale=False):
    """What the tasks leave. `stale`: each starts from what the account held at its first read, every time."""
    balance, rows, held, turn, left = 1000, [], {}, [0] * len(work), [list(amounts) for amounts in work]
    for n in order:
        turn[n] += 1
        if turn[n] % 2:
            held[n] = held[n] if stale and n in held else balance
        else:
            amount = left[n].pop(0)
            balance = held[n] - amount
            rows.append(replace(LOST.ledger[0], id=len(rows) + 1, credits=-amount, balance=balance))
    return replace(LOST, ledger=tuple(rows), accounts={"account": (1000, balance)})


@given(worked(), st.data())
@settings(max_examples=200, deadline=None)
def test_tasks_that_read_what_is_there_are_always_explained(drawn, data):
    """However many deductions a task takes, and whether it reports them or names the account."""
    work, order = drawn
    named = [TaskRun(id=f"{n}", name="write", args=(1,), state="FAILURE") for n in range(len(work))]
    tasks = [data.draw(st.sampled_from([took(sum(work[n])), named[n]])) for n in range(len(work))]
    assert isinstance(in_turn(replace(seen_of(work, order), tasks=(TICK, *tasks)), TARGET.ledger), InTurn)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.integers(0, 3), st.booleans())
@settings(max_examples=100, deadline=None)
def test_one_task_that_holds_a_stale_balance_is_never_explained(amounts, ticks, reports):
    """Alone with any number of ticks, it lost what it lost by itself."""
    cell = seen_of([amounts], [0] * 2 * len(amounts), stale=True)
    task = took(sum(amounts)) if reports else TaskRun(id="t", name="write", args=(1,))
    assert isinstance(in_turn(replace(cell, tasks=(task, *[TICK] * ticks)), TARGET.ledger), str)
