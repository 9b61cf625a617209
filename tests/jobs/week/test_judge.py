"""The week's judge: due times calculated apart, and each way in which a week goes wrong is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from harness.core.history import CellHistory, LogLine, RowChange, TaskRun
from harness.core.scenario import Given, Row
from harness.core.verdict import Status
from harness.core.week import Schedule, Week
from harness.jobs.week.due import clock_changes, due_ticks, hours_of, slots
from harness.jobs.week.judge import Asked, judge, own_schedule, tick_name
from tests.judge.ledgers import COMPARISON, MARKER, RATES, TARGET, charge, text_call

START = datetime(2026, 3, 26, tzinfo=UTC)
CHECK = "check_schedules"
HOURS = 48


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(account: str = "payer", first: str = "2026-03-26T02:00", **extra: object) -> Schedule:
    return Schedule(account=account, frequency="daily", first=at(first), **{"charges": 1, **extra})


WEEK = Week(
    given=Given(rows=(Row(kind="account", name="payer", values={}), Row(kind="account", name="asleep", values={}))),
    schedules=(daily(), daily("asleep", runs=False, charges=0, why="its schedule is disabled")),
    check="check",
    run="run",
    run_started="started_at",
)
REFS = {"payer": {"kind": "account", "id": 1}, "asleep": {"kind": "account", "id": 2}}
RUNS_AT = (at("2026-03-26T02:00"), at("2026-03-27T02:00"))


def tick(when: datetime, opening: int) -> CellHistory:
    cell = CellHistory(
        cell=f"{tick_name(when)}@scheduled", scenario=tick_name(when), path="scheduled",
        accounts={"payer": (opening, opening), "asleep": (50, 50)}, refs=REFS, tasks=(TaskRun(id="t", name=CHECK),),
    )  # fmt: skip
    return work(cell, when) if when in RUNS_AT else cell


def work(cell: CellHistory, when: datetime, account: str = "payer") -> CellHistory:
    """One more run of an account in a tick, fulfilled and charged: 900 tokens are 6 credits."""
    key = REFS[account]["id"]
    run = RowChange(kind="run", op="insert", id=len(cell.rows) + 1, before=None, after={"account_id": key, "status": "done", "started_at": (when + timedelta(seconds=1)).isoformat()})  # fmt: skip
    cell = replace(
        cell,
        rows=(*cell.rows, run),
        calls=(*cell.calls, text_call(len(cell.calls) + 1, 700, 200, request={"model": "gpt-5.1"})),
    )
    return charge(cell, "clustering", 6, account=account, tokens=(700, 200), cost_usd="0.002875")


def ticks() -> list[CellHistory]:
    cells, balance = [], 100
    for when in hours_of(START, HOURS):
        cells.append(tick(when, balance))
        balance = cells[-1].accounts["payer"][1]
    return cells


def asked(**changes: object) -> Asked:
    sends = tuple((CHECK, when) for when in hours_of(START, HOURS))
    return Asked(**{"week": WEEK, "start": START, "hours": HOURS, "sends": sends, "check": CHECK, "phase": 3, "price_phase": 4, "comparison": COMPARISON, **changes})  # fmt: skip


def failed(cells: Sequence[CellHistory], how: Asked | None = None) -> dict[str, tuple[str, ...]]:
    """checker -> evidence of every verdict that is no pass. These ticks were made up, and no transaction stands behind their rows."""
    found = judge(how or asked(), cells, TARGET, RATES)
    return {
        one.checker: one.evidence
        for one in found
        if one.status is not Status.PASS and not (one.checker == "journal" and one.status is Status.NOT_ASKED)
    }


def changed(n: int, change: Callable[[CellHistory], CellHistory]) -> list[CellHistory]:
    cells = ticks()
    cells[n] = change(cells[n])
    return cells


def test_a_lawful_week_passes():
    """Claim: two days with two runs pass every check, and 16 kinds of check were made."""
    assert failed(ticks()) == {}
    assert len(judge(asked(), ticks(), TARGET, RATES)) >= 16


@pytest.mark.parametrize(
    ("frequency", "first", "third"),
    [
        ("daily", "2026-03-28T02:30", "2026-03-30T02:30"),
        ("weekly", "2026-03-22T01:00", "2026-04-05T01:00"),
        ("monthly", "2026-01-31T02:00", "2026-03-31T02:00"),
        ("monthly", "2026-11-30T02:00", "2027-01-30T02:00"),
    ],
)
def test_slots_keep_their_time_of_day_in_utc(frequency: str, first: str, third: str):
    """Claim: local clock changes, short months and the year's end move nothing."""
    schedule = Schedule(account="a", frequency=frequency, first=at(first))
    assert list(islice(slots(schedule), 3))[2] == at(third)


def test_a_short_month_is_its_last_day_and_the_next_one_is_whole_again():
    """Claim: the 31st is the 28th in February and the 31st in March."""
    schedule = Schedule(account="a", frequency="monthly", first=at("2027-01-31T02:00"))
    assert [slot.day for slot in islice(slots(schedule), 4)] == [31, 28, 31, 30]


def test_slots_that_wait_for_one_tick_are_one_run():
    """Claim: two days that were missed are made up for once, and a slot between hours runs at the next hour."""
    hours = hours_of(START, HOURS)
    late = due_ticks(daily(first="2026-03-24T22:15"), hours)
    assert late == (START, at("2026-03-26T23:00"), at("2026-03-27T23:00"))
    assert due_ticks(daily(runs=False), hours) == ()
    assert due_ticks(daily(first="2026-04-20T02:00"), hours) == ()


def test_an_unknown_frequency_is_an_error():
    """Claim: a schedule that nobody can calculate never passes for one that is not due."""
    with pytest.raises(ValueError, match="no frequency"):
        due_ticks(replace(daily(), frequency="hourly"), hours_of(START, 2))


@pytest.mark.parametrize(
    ("start", "changes"),
    [("2026-03-26T00:00", [("2026-03-29T01:00", 1)]), ("2026-10-22T00:00", [("2026-10-25T01:00", -1)]), ("2026-06-01T00:00", [])],
)  # fmt: skip
def test_clock_changes_of_a_zone(start: str, changes: list[tuple[str, int]]):
    """Claim: Berlin's two changes are found at their hour, and a summer week has none."""
    wanted = [(at(when), timedelta(hours=hours)) for when, hours in changes]
    assert clock_changes(ZoneInfo("Europe/Berlin"), at(start), 168) == wanted


def test_beat_that_leaves_out_doubles_or_shifts_an_hour_is_seen():
    """Claim: exactly one check an hour, on the hour."""
    sends = asked().sends
    shifted = (*sends[:-1], (CHECK, sends[-1][1] + timedelta(minutes=30)))
    for how, says in (
        (sends[1:], "was not sent"),
        ((*sends, sends[3]), "was sent 2 times"),
        (shifted, "between the hours"),
    ):
        assert says in " ".join(failed(ticks(), asked(sends=how))["week-beat"])
    assert "week-beat" in failed(ticks(), asked(sends=tuple(("other", when) for _, when in sends)))


def test_a_run_that_is_missing_too_many_or_forbidden_is_seen():
    """Claim: a run that did not happen, one at another hour, a second one, and one of a disabled schedule each fail."""
    missing = failed(
        changed(2, lambda cell: replace(tick(START, 100), cell=cell.cell, scenario=cell.scenario, rows=()))
    )
    assert "payer was due at 2026-03-26T02:00Z and did not run" in missing["week-runs"]
    early = failed(changed(1, lambda cell: work(cell, START + timedelta(hours=1))))
    assert "payer ran at 2026-03-26T01:00Z and was not due" in early["week-runs"]
    twice = failed(changed(2, lambda cell: work(cell, RUNS_AT[0])))
    assert "payer ran 2 times at 2026-03-26T02:00Z" in twice["week-runs"]
    assert "2 charges (12 credits), 1 were due" in twice["week-charges"][0]
    asleep = failed(changed(2, lambda cell: work(cell, RUNS_AT[0], "asleep")))
    assert "asleep ran at 2026-03-26T02:00Z and was not due, and its schedule is disabled" in asleep["week-runs"]
    assert {"law-9", "week-charges"} <= asleep.keys()


def test_a_charge_without_a_run_or_a_run_without_a_charge_is_seen():
    """Claim: each run is charged once, and an hour without a run charges nobody."""
    free = failed(
        changed(2, lambda cell: replace(cell, usage=(), ledger=(), accounts={**cell.accounts, "payer": (100, 100)}))
    )
    assert "payer at 2026-03-26T02:00Z: 0 charges (0 credits), 1 were due" in free["week-charges"]
    assert "law-5" in free
    stray = failed(
        changed(5, lambda cell: charge(cell, "clustering", 6, account="payer", tokens=(700, 200), cost_usd="0.002875"))
    )
    assert {"week-charges", "law-5", "law-9"} <= stray.keys()


def test_equal_work_at_another_price_is_seen():
    """Claim: the second run costs what the first did."""
    cells = changed(26, lambda cell: replace(cell, usage=(replace(cell.usage[0], credits=7),)))
    assert any("7 credits for the work that cost 6 credits before" in line or "7 credits for the work that cost 6 before" in line for line in failed(cells)["week-charges"])  # fmt: skip


def test_a_balance_that_moves_between_two_ticks_is_seen():
    """Claim: what no single tick shows, the whole week does."""
    cells = ticks()
    moved = [replace(cell, accounts={**cell.accounts, "payer": tuple(n - 3 for n in cell.accounts["payer"])}, ledger=tuple(replace(row, balance=row.balance - 3) for row in cell.ledger)) for cell in cells[10:]]  # fmt: skip
    found = failed([*cells[:10], *moved])
    assert set(found) == {"law-1", "law-2"}
    assert found["law-1"][0].startswith("the whole week: payer: the balance is 85")


def test_a_clock_that_was_not_moved_is_seen():
    """Claim: a target that lives in real time fails, and so does a week in which no run shows the time."""
    real = {"started_at": "2026-11-22T13:00:00+00:00"}
    cells = changed(2, lambda cell: replace(cell, rows=(replace(cell.rows[0], after={**cell.rows[0].after, **real}),)))
    assert "a run began at 2026-11-22T13:00:00+00:00" in failed(cells)["week-clock"][0]
    assert "week-clock" in failed([replace(cell, rows=()) for cell in ticks()])


def test_errors_tracebacks_and_failed_tasks_are_listed():
    """Claim: one ERROR line, one traceback or one failed task in a week fails it, by name."""
    for level, message in (
        ("ERROR", "it broke"),
        ("CRITICAL", "it broke"),
        ("", "Traceback (most recent call last):\n x"),
    ):
        line = LogLine(role="worker", level=level, logger="x", message=message)
        assert message[:8] in failed(changed(7, lambda cell, line=line: replace(cell, logs=(line,))))["week-errors"][0]
    broken = TaskRun(id="t", name=CHECK, state="FAILURE", error="ValueError: x")
    assert (
        "ended in FAILURE ValueError: x"
        in failed(changed(7, lambda cell: replace(cell, tasks=(broken,))))["week-tasks"][0]
    )


def test_an_expected_error_is_expected_once_in_each_run():
    """Claim: the line that a run must leave is no error; that it is missing, or there twice, is."""
    week = replace(WEEK, schedules=(replace(WEEK.schedules[0], error="Insufficient credits"), WEEK.schedules[1]))
    line = LogLine(role="worker", level="ERROR", logger="x", message="run 7 failed: Insufficient credits")
    cells = [replace(cell, logs=(line,)) if cell.usage else cell for cell in ticks()]
    assert failed(cells, asked(week=week)) == {}
    assert "must leave an ERROR line" in failed(ticks(), asked(week=week))["week-errors"][0]
    twice = [replace(cell, logs=(line, line)) if cell.usage else cell for cell in ticks()]
    assert len(failed(twice, asked(week=week))["week-errors"]) == 2


def test_a_mismatch_is_listed_logged_or_seen():
    """Claim: a line of the comparison log fails at any phase; a charge that the later prices change fails where they are compared."""
    line = LogLine(role="worker", level="WARNING", logger="x", message=f"{MARKER}: clustering old=6 new=12 model=gpt-5.1 units=1 tokens=700+200")  # fmt: skip
    cells = changed(2, lambda cell: replace(cell, logs=(line,)))
    assert "logged: +6 credits" in failed(cells)["week-mismatches"][0]
    assert "week-mismatches" in failed(cells, asked(price_phase=None, phase=0))
    assert failed(ticks(), asked(price_phase=None, phase=0)) == {}
    dearer = replace(RATES, rules=(*RATES.rules, replace(RATES.rules[0], tokens_per_credit=50, phases=(4, 7))))
    found = {one.checker: one for one in judge(asked(), ticks(), TARGET, dearer)}
    assert found["week-mismatches"].status is Status.FAIL
    assert "by the rate card of phase 4: +12 credits" in found["week-mismatches"].evidence[0]


def test_work_that_does_not_come_to_rest_and_recordings_left_over_are_seen():
    """Claim: the checks of a cell hold in every tick."""
    assert "settle" in failed(changed(3, lambda cell: replace(cell, settled=False, settle_reason="1 task open")))
    assert "provider" in failed(
        changed(3, lambda cell: replace(cell, unplayed=({"cassette": "openai/x", "index": 0},)))
    )


def test_a_week_that_was_cut_short_does_not_pass():
    """Claim: ticks that were not driven are named; a week without ticks, or without a charged run, passes for nothing."""
    assert "was not driven" in failed(ticks()[:-1])["week-complete"][0]
    assert {"week-complete", "week-clock", "law-1"} <= failed([]).keys()
    idle = replace(WEEK, schedules=(WEEK.schedules[1],))
    cells = [replace(tick(START + timedelta(hours=n), 100), rows=(), calls=(), ledger=(), usage=(), accounts={"payer": (100, 100), "asleep": (50, 50)}, cell=f"{tick_name(START + timedelta(hours=n))}@scheduled") for n in range(HOURS)]  # fmt: skip
    assert "no run that is charged was due" in failed(cells, asked(week=idle))["week-charges"][0]


def test_a_schedule_that_is_kept_elsewhere_is_unknown():
    """Claim: beat's own schedule was driven, and no other passes for it."""
    assert own_schedule("celery.beat:PersistentScheduler", "celery.beat").status is Status.PASS
    assert own_schedule("django_celery_beat.schedulers:DatabaseScheduler", "celery.beat").status is Status.UNKNOWN
