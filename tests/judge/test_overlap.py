"""Lost deductions: told exactly where several workers overlapped, and never an excuse for anything else."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.finding import Finding
from harness.core.golden import Golden
from harness.core.history import TaskRun
from harness.core.scenario import Path
from harness.core.verdict import Status, worst
from harness.judge.checks import judge
from harness.judge.golden.outcome import outcome_of
from harness.judge.overlap import CHECKER, InTurn, as_judged, in_turn
from tests.judge.ledgers import RATES, SCENARIO, TARGET, lawful_text

PRICES = ((820, 1310), (100, 900), (2000, 3005))
"""22, 10 and 51 credits."""
LOSSY = Finding(
    id="check-then-deduct", title="", laws={"law-1": ()}, scenarios=("writer/race",), evidence="", with_workers=2
)
BOTH = (Path.MANUAL, Path.AUTOMATION)


class Facts:
    """The part of a Config that judging reads."""

    tables, ledger = TARGET.tables, TARGET.ledger
    free, roles = {}, {}


def busy(requests=PRICES, path="manual"):
    """One account pays for as many tasks as there are requests, one after the other."""
    accounts = {name: {"kind": "account", "id": n} for n, name in enumerate(("account", "bystander"), 1)}
    cell = replace(lawful_text(requests, path), refs=accounts)
    return replace(cell, tasks=tuple(TaskRun(id=f"t{n}", name="write", args=("x", 1)) for n in range(len(requests))))


def overlapped(cell, began):
    """The same work with deduction n starting from what the first began[n] deductions had left by then."""
    opening = cell.accounts["account"][0]
    left, rows = [opening], []
    for row, read in zip(cell.ledger, began, strict=True):
        left.append(left[read] + row.credits)
        rows.append(replace(row, balance=left[-1]))
    return replace(cell, ledger=tuple(rows), accounts={**cell.accounts, "account": (opening, left[-1])})


def scheduled(cell, order):
    """The same with reads and writes in `order`: each deduction's number stands in it twice, first the read."""
    balance, read, began, written = 0, {}, {}, []
    for n in order:
        if n not in read:
            read[n] = balance
        else:
            began[n], balance = read[n], len(written) + 1
            written.append(n)
    rows = tuple(replace(cell.ledger[n], id=at) for at, n in enumerate(written, 1))
    return overlapped(replace(cell, ledger=rows), [began[n] for n in written])


LOST = overlapped(busy(), (0, 1, 1))
"""The third deduction started from what the first had left: the second one is lost."""


def judged(cells, *, workers=4, phase=0, findings=(LOSSY,), golden=None):
    scenario = SCENARIO
    known = {scenario.id: golden or Golden(scenario=scenario.id, why="", outcome=outcome_of(busy(), scenario, TARGET))}
    verdicts = judge(
        cells, {scenario.id: scenario}, known, RATES, {one.id: one for one in findings}, Facts, phase,
        planned=[cell.cell for cell in cells], workers=workers,
    )  # fmt: skip
    # that the finding names a scenario which is not in this little world is not what is judged here
    return [one for one in verdicts if one.checker != "findings-used"]


def of(verdicts, checker):
    return next((one for one in verdicts if one.checker == checker), None)


def test_a_lost_deduction_is_known_wrong_and_the_golden_holds_on_the_rest():
    """The verdict says how many credits of how many deductions; golden and laws pass with the deductions in turn."""
    verdicts = judged([LOST])
    assert worst(verdicts) is Status.PASS, [v for v in verdicts if v.status is not Status.PASS]
    found = of(verdicts, CHECKER)
    assert found.finding == "check-then-deduct"
    assert found.evidence == ("known wrong: check-then-deduct", "account: 10 credits lost, 1 of 3 deductions")
    assert found.credits_delta == -10
    assert of(verdicts, "law-1").evidence == ("account 100000 -83 = 99917, bystander 77 +0 = 77",)
    assert as_judged([LOST], verdicts, TARGET.ledger) == [busy()]


def test_the_paths_of_a_scenario_agree_when_one_of_them_lost_a_deduction():
    """Law 12 compares what was judged, so that a lost deduction on one path is told once."""
    verdicts = judged([LOST, busy(path="automation")])
    assert of(verdicts, "law-12").status is Status.PASS
    assert [v.cell for v in verdicts if v.finding] == ["writer/generate_content@manual"]


def test_nothing_is_said_where_nothing_was_lost():
    """Four workers whose deductions came in turn are judged as one worker is."""
    assert judged([busy()]) == judged([busy()], workers=1)


@pytest.mark.parametrize(
    "facts",
    [{"workers": 1}, {"findings": ()}, {"findings": (replace(LOSSY, with_workers=None),)}, {"findings": (replace(LOSSY, with_workers=5),)},
     {"findings": (replace(LOSSY, ends_at_phase=4),), "phase": 4}],
    ids=["one worker", "no finding", "not declared for workers", "more workers declared", "the finding has ended"],
)  # fmt: skip
def test_without_an_open_finding_for_so_many_workers_it_fails_as_ever(facts):
    """Golden and laws fail on what was seen, and nobody speaks of overlapping."""
    verdicts = judged([LOST], **facts)
    assert {v.checker for v in verdicts if v.status is Status.FAIL} == {"golden", "law-1", "law-2"}
    assert of(verdicts, CHECKER) is None


def test_before_its_phase_has_come_the_finding_is_open():
    """The end of a finding is a phase, not its mention."""
    assert worst(judged([LOST], findings=(replace(LOSSY, ends_at_phase=4),), phase=3)) is Status.PASS


def row(cell, n, **changes):
    return replace(cell, ledger=(*cell.ledger[:n], replace(cell.ledger[n], **changes), *cell.ledger[n + 1 :]))


def closing(cell, credits):
    opening, now = cell.accounts["account"]
    return replace(cell, accounts={**cell.accounts, "account": (opening, now + credits)})


TWO = "2 deductions started from 99978 (-10, -51), but"
REFUSED = {
    "a balance that no read explains": (
        row(LOST, 1, balance=99_960),
        "transaction 2 (content_generation -10) leaves 99960, but no balance before it was 99970",
    ),
    "a balance of the future": (
        row(row(busy(), 0, balance=99_946), 1, balance=99_968),
        "transaction 1 (content_generation -22) leaves 99946, but no balance before it was 99968",
    ),
    "the account holds something else": (
        closing(LOST, -1),
        "the last transaction leaves 99927, the account holds 99926",
    ),
    "a missing transaction": (
        replace(LOST, ledger=LOST.ledger[1:]),
        "transaction 1 (content_generation -10) leaves 99968, but no balance before it was 99978",
    ),
    "the missing last transaction": (
        replace(LOST, ledger=LOST.ledger[:2]),
        "the last transaction leaves 99968, the account holds 99927",
    ),
    "no transaction at all": (
        replace(closing(busy(), -1), ledger=()),
        "the balance went from 100000 to 99916 without a transaction",
    ),
    "a purchase among them": (
        row(LOST, 1, kind="purchase"),
        "transaction 2 is no deduction (purchase -10)",
    ),
    "a refund among them": (
        overlapped(row(busy(), 1, credits=10), (0, 1, 1)),
        "transaction 2 is no deduction (deduction +10)",
    ),
    "one task": (replace(LOST, tasks=LOST.tasks[:1]), f"{TWO} at most 1 of them can be of a task of its own"),
    "more than the account had": (
        overlapped(replace(busy(), accounts={"account": (60, 60)}), (0, 0, 0)),
        "one after the other they leave -23: the last would have been refused",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_lost_deductions_do_not_explain_fails_and_says_why(name):
    """Nothing is put in turn, every law fails as it would with one worker, and one line more says why."""
    cell, why = REFUSED[name]
    assert in_turn(cell, TARGET.ledger) == f"account: {why}"
    verdicts = judged([cell])
    alone = [v for v in judged([cell], workers=1) if v.checker != CHECKER]
    assert [v for v in verdicts if v.checker != CHECKER] == alone
    found = of(verdicts, CHECKER)
    assert (found.status, found.code) == (Status.FAIL, "overlap-unexplained")
    assert found.evidence == (f"this is not (only) check-then-deduct: account: {why}",)
    assert "repeat it with one worker" in found.hint
    assert as_judged([cell], verdicts, TARGET.ledger) == [cell]


def changed(cell, n, **changes):
    return replace(cell, usage=(*cell.usage[:n], replace(cell.usage[n], **changes), *cell.usage[n + 1 :]))


@pytest.mark.parametrize(
    ("cell", "also"),
    [
        (overlapped(row(busy(), 1, credits=-11), (0, 1, 1)), "golden, law-4"),
        (overlapped(changed(row(busy(), 1, credits=-11), 1, credits=11), (0, 1, 1)), "golden, law-6"),
        (overlapped(row(busy(), 1, units=2), (0, 1, 1)), "golden, law-4"),
        (replace(LOST, usage=LOST.usage[:2]), "golden, law-4, law-5"),
        (replace(LOST, calls=LOST.calls[:2]), "golden, law-4, law-5"),
        (replace(LOST, settled=False, settle_reason="after 30 s still open"), "settle"),
    ],
    ids=["another amount", "another price", "other units", "a missing usage log", "a missing call", "not at rest"],
)
def test_a_second_defect_beside_a_lost_deduction_fails(cell, also):
    """Balances that are explained excuse nothing that is wrong beside them: the cell fails with all that was seen."""
    assert isinstance(in_turn(cell, TARGET.ledger), InTurn)
    verdicts = judged([cell])
    assert of(verdicts, CHECKER).evidence == (
        f"this is not (only) check-then-deduct: with its deductions in turn, {also} would still not pass",
    )
    failing = {v.checker for v in verdicts if v.status is Status.FAIL}
    assert failing >= {"law-1", "law-2", "golden"}


def test_a_scenario_that_declares_the_finding_itself_stays_as_it_is():
    """Its golden locks the lost deduction: nothing is put in turn there."""
    own = replace(LOSSY, laws={"law-1": (), "law-2": ()}, scenarios=(SCENARIO.id,))
    locked = Golden(
        scenario=SCENARIO.id, why="", outcome=outcome_of(LOST, SCENARIO, TARGET), known_wrong=("check-then-deduct",)
    )
    scenario = replace(SCENARIO, findings=("check-then-deduct",))
    verdicts = judge(
        [LOST], {SCENARIO.id: scenario}, {SCENARIO.id: locked}, RATES, {own.id: own}, Facts, 0,
        planned=[LOST.cell], workers=4,
    )  # fmt: skip
    assert worst(verdicts) is Status.PASS
    assert {v.checker for v in verdicts if v.finding} == {"law-1", "law-2"}


# --- who can have taken them --------------------------------------------------------------------------------------

TICK = TaskRun(id="tick", name="beat", result={"started": [1]})


def took(credits, *args, **more):
    """A task that reports so many credits in its result, under the name that usage logs have for them."""
    return TaskRun(
        id=f"{credits}{args}", name="write", args=args, result={"success": True, "credits_used": credits}, **more
    )


def by(*tasks):
    """22 credits in turn; then 10 and 51 that both started from what they left, with `tasks` in the history."""
    return replace(LOST, tasks=tasks)


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


# --- any schedule -----------------------------------------------------------------------------------------------

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
