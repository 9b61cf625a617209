"""The simulated week, judged from its history: one cell a tick of beat, and the calculation of what should have run.

due    when each schedule is due, from its first slot and frequency alone
laws   the ledger's laws in every tick, and over the week as one cell
judge  these, and beat's ticks, runs, charges, the clock, the logs
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from harness.core.config import marker
from harness.core.counts import count
from harness.core.history import CellHistory
from harness.core.rates import RateCard
from harness.core.verdict import Status, Verdict
from harness.core.week import Week
from harness.jobs.week.due import due_ticks, hours_of
from harness.jobs.week.laws import laws_of_week
from harness.jobs.week.told import week_verdict
from harness.judge.facts import Target
from harness.judge.mismatch import logged, seen_by_card

LATE = timedelta(seconds=60)
"""How far the target's clock may have ticked on from the hour when a run begins."""
BAD = ("ERROR", "CRITICAL")
PREFIX = "week/"
STAMP = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was simulated. `sends` are (task, time) of all that beat sent; `check` is the task that looks for due
    schedules; `price_phase` the phase whose prices this phase's comparison log looks forward to, None if it keeps none; `comparison`
    the form of that log."""

    week: Week
    start: datetime
    hours: int
    sends: tuple[tuple[str, datetime], ...]
    check: str
    phase: int
    price_phase: int | None = None
    comparison: str = ""


def tick_name(at: datetime) -> str:
    """The scenario id of a tick's cell: "week/2026-03-29T01:00Z"."""
    return f"{PREFIX}{at.astimezone(UTC).strftime(STAMP)}"


def tick_of(cell: CellHistory) -> datetime:
    return datetime.strptime(cell.scenario.removeprefix(PREFIX), STAMP).replace(tzinfo=UTC)


def judge(asked: Asked, cells: Sequence[CellHistory], target: Target, rates: RateCard) -> list[Verdict]:
    """Every verdict on a week. `cells` are its ticks in order."""
    due = {
        schedule.account: due_ticks(schedule, hours_of(asked.start, asked.hours)) for schedule in asked.week.schedules
    }
    return [
        _beat(asked),
        _complete(asked, cells),
        _runs(asked, cells, due, target),
        _clock(asked, cells),
        _charges(asked, cells, due),
        *laws_of_week(asked.week, asked.phase, [(tick_of(cell), cell) for cell in cells], due, target, rates),
        _tasks(cells),
        _errors(asked, cells, due),
        *_mismatches(asked, cells, rates),
    ]


def _beat(asked: Asked) -> Verdict:
    """Exactly one check an hour."""
    wanted = Counter(hours_of(asked.start, asked.hours))
    sent = Counter(at for task, at in asked.sends if task == asked.check)
    problems = [f"{at:{STAMP}}: {asked.check} was not sent" for at in sorted(wanted - sent)]
    problems += [f"{at:{STAMP}}: {asked.check} was sent {sent[at]} times" for at in sorted(sent) if sent[at] > 1]
    problems += [f"{at:{STAMP}}: {asked.check} was sent between the hours" for at in sorted(sent) if at not in wanted]
    others = Counter(task for task, _ in asked.sends if task != asked.check)
    shown = f"{sent.total()} sent in {asked.hours} hours" + "".join(f", {task} x{n}" for task, n in others.items())
    return week_verdict("week-beat", "beat sends the check of schedules once an hour", problems, shown)


def _complete(asked: Asked, cells: Sequence[CellHistory]) -> Verdict:
    """Every time at which beat sent something was driven: a week that was cut short shows nothing."""
    driven = {tick_of(cell) for cell in cells}
    left = sorted({at for _, at in asked.sends} - driven)
    lines = [f"{at:{STAMP}}: beat sent something, and the tick was not driven" for at in left]
    if not cells:
        lines.append("no tick was driven")
    return week_verdict("week-complete", "every tick was driven", lines, f"{len(cells)} ticks", bad=Status.UNKNOWN)


def _runs(asked: Asked, cells: Sequence[CellHistory], due: Mapping[str, Sequence[datetime]], target: Target) -> Verdict:
    """Each schedule ran at each tick at which it was due, once, and at no other."""
    seen: Counter[tuple[str, datetime]] = Counter()
    for cell in cells:
        for account in runs_of(cell, asked.week, target):
            seen[account, tick_of(cell)] += 1
    wanted = {(account, at) for account, ticks in due.items() for at in ticks}
    forbidden, odd = [], []
    for (account, at), times in sorted(seen.items()):
        schedule = asked.week.by_account.get(account)
        if (account, at) not in wanted:
            never_may = schedule is None or not schedule.runs
            why = f", and {schedule.why}" if schedule and schedule.why else ""
            (forbidden if never_may else odd).append(f"{account} ran at {at:{STAMP}} and was not due{why}")
        elif times > 1:
            odd.append(f"{account} ran {times} times at {at:{STAMP}}")
    missing = [f"{account} was due at {at:{STAMP}} and did not run" for account, at in sorted(wanted - seen.keys())]
    problems = _mixed(forbidden, odd, missing)
    never = sum(1 for schedule in asked.week.schedules if not due[schedule.account])
    shown = (
        f"{len(wanted)} runs of {len(due) - never} schedules, {never} schedules that must not run in this week did not"
    )
    return week_verdict("week-runs", "every schedule ran exactly when it was due, once", problems, shown)


def runs_of(cell: CellHistory, week: Week, target: Target) -> list[str]:
    """The account of each run that began in a tick."""
    names = {str(ref["id"]): name for name, ref in cell.refs.items() if ref.get("kind") == target.ledger.accounts}
    owner = target.ledger.owner
    rows = [change.after or {} for change in cell.rows if change.kind == week.run and change.op == "insert"]
    return [names.get(str(row.get(owner)), f"account#{row.get(owner)}") for row in rows]


def _clock(asked: Asked, cells: Sequence[CellHistory]) -> Verdict:
    """What the target wrote down as a run's beginning is the simulated hour: without this nothing else shows anything."""
    problems, began = [], 0
    for cell in cells:
        at = tick_of(cell)
        for change in cell.rows:
            if change.kind == asked.week.run and change.op == "insert":
                began += 1
                started = str((change.after or {}).get(asked.week.run_started))
                if not timedelta(0) <= _moment(started) - at < LATE:
                    problems.append(f"{at:{STAMP}}: a run began at {started} by the target's clock")
    if not began:
        problems.append("no run began: nothing shows what time the target saw")
    return week_verdict("week-clock", "the target saw the simulated time", problems, f"{began} runs began within {LATE.seconds} s of their hour")  # fmt: skip


def _charges(asked: Asked, cells: Sequence[CellHistory], due: Mapping[str, Sequence[datetime]]) -> Verdict:
    """Each run leaves its charges, the same credits every time; who is not due is not charged."""
    too_many, too_few, unequal = [], [], []
    credits: dict[str, int] = {}
    charged = 0
    for cell in cells:
        at = tick_of(cell)
        logs: dict[str, list[int]] = {}
        for row in cell.usage:
            logs.setdefault(row.account, []).append(row.credits)
        for account in {*logs, *(name for name, ticks in due.items() if at in ticks)}:
            schedule = asked.week.by_account.get(account)
            wanted = schedule.charges if schedule and at in due[account] else 0
            found = logs.get(account, [])
            if len(found) != wanted:
                (too_many if len(found) > wanted else too_few).append(
                    f"{account} at {at:{STAMP}}: {len(found)} charges ({count(sum(found), 'credit')}), {wanted} were due"
                )
            elif found and credits.setdefault(account, sum(found)) != sum(found):
                unequal.append(
                    f"{account} at {at:{STAMP}}: {count(sum(found), 'credit')} for the work that cost {credits[account]} before"
                )
            charged += sum(found)
    problems = _mixed(too_many, unequal, too_few)
    runs = sum(len(ticks) for account, ticks in due.items() if asked.week.by_account[account].charges)
    if not runs:
        problems.append("no run that is charged was due: nothing shows that runs are charged once")
    return week_verdict("week-charges", "each run was charged once, equal work at an equal price", problems, f"{runs} charged runs, {count(charged, 'credit')} in all")  # fmt: skip


def _tasks(cells: Sequence[CellHistory]) -> Verdict:
    problems = [f"{cell.scenario}: {task.name} ended in {task.state} {task.error}".rstrip() for cell in cells for task in cell.tasks if task.state != "SUCCESS"]  # fmt: skip
    ran = sum(len(cell.tasks) for cell in cells)
    return week_verdict("week-tasks", "every task succeeded", problems, f"{ran} tasks")


def _errors(asked: Asked, cells: Sequence[CellHistory], due: Mapping[str, Sequence[datetime]]) -> Verdict:
    """No ERROR line, and no traceback, but the one that a run which cannot go on must leave."""
    problems, expected = [], 0
    for cell in cells:
        at = tick_of(cell)
        lines = [line for line in cell.logs if line.level in BAD or "Traceback (most recent call last)" in line.message]
        for schedule in asked.week.schedules:
            if schedule.error and at in due[schedule.account]:
                own = next((line for line in lines if schedule.error in line.message), None)
                if own is None:
                    problems.append(f"{cell.scenario}: {schedule.account} must leave an ERROR line '{schedule.error}'")
                else:
                    lines.remove(own)
                    expected += 1
        problems += [f"{cell.scenario}: {line.role} {line.level} {line.logger}: {line.message[:200]}" for line in lines]
    shown = f"none, but for {expected} of runs that must fail" if expected else "none"
    return week_verdict("week-errors", "no ERROR line in the logs", problems, shown)


def _mismatches(asked: Asked, cells: Sequence[CellHistory], rates: RateCard) -> list[Verdict]:
    """No price would change: the comparison log says so, where this phase keeps one, and the rate card agrees."""
    said, unread = logged(cells, asked.comparison)
    lines = [*unread, *(f"logged: {one}" for one in said)]
    if asked.price_phase is None:
        return (
            [week_verdict("week-mismatches", f"no line says '{marker(asked.comparison)}'", lines, "")] if lines else []
        )
    seen, unclear = seen_by_card(cells, rates, asked.price_phase)
    lines += [f"by the rate card of phase {asked.price_phase}: {one}" for one in seen]
    charges = sum(len(cell.usage) for cell in cells)
    verdict = week_verdict(
        "week-mismatches", "the comparison log names no mismatch, and the rate card sees none", lines or unclear,
        f"{charges} charges, each the same at the prices of phase {asked.price_phase}",
        bad=Status.FAIL if lines else Status.UNKNOWN,
    )  # fmt: skip
    return [verdict]


def own_schedule(scheduler: str, own: str) -> Verdict:
    """Beat's schedule is the app's own: one that is kept elsewhere (in a database, say) was not driven here."""
    lines = [] if scheduler.startswith(own) else [f"the target's schedule is kept by {scheduler}, which was not driven"]
    return week_verdict("week-scheduler", "beat's schedule is the app's own", lines, scheduler, bad=Status.UNKNOWN)


def _mixed(*kinds: Sequence[str]) -> list[str]:
    """The first line of each kind, worst kind first, and then the rest: no kind hides behind many lines of another."""
    return [*(lines[0] for lines in kinds if lines), *(line for lines in kinds for line in lines[1:])]


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
