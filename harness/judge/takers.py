"""Which tasks can have taken a deduction, as far as a history tells: often more than have, where amounts are alike.

A task says it in one of two ways. Its result reports the credits it took, under the name that the target's usage logs
have for them: then what it took adds up to just that. Or it reports none (it failed, was killed, or never does) and
names the account among its arguments: then it can have taken anything. One that does neither counts for nothing, as a
tick of the scheduler does not; nor does one that names other accounts only. A request or a console call is no task.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.core.counts import signed
from harness.core.history import CellHistory, LedgerRow, TaskRun
from harness.core.ledger import Amount, Ledger


def too_few(cell: CellHistory, rows: Sequence[LedgerRow], opening: Amount, ledger: Ledger) -> str:
    """One line about the first deductions of an account that started from one balance and cannot be of as many tasks.

    `rows` are all deductions of one account, by id. Nothing is said where there can have been as many. One task takes
    its deductions one after the other, and the next starts at the earliest from what the last one left. So from one
    balance a task takes one, unless that balance was left more than once.
    """
    groups: dict[Amount, list[LedgerRow]] = {}
    for row in rows:
        groups.setdefault(row.balance - row.credits, []).append(row)
    times = {began: (began == opening) + sum(row.balance == began for row in rows) for began in groups}
    total, account = -sum(row.credits for row in rows), rows[0].account
    took = [_taken(task, cell, account, total, ledger) for task in cell.tasks if _may_work_for(task, account, cell)]
    for began, group in groups.items():
        if len(group) == 1:
            continue
        beside = [(other, times[at] > 1) for at, other in groups.items() if at != began]
        if times[began] > 1:
            beside.append((group, True))
        sums = _sums(beside, limit=total)
        able = [
            {n for n, row in enumerate(group) if _adds_up(totals, -row.credits, sums)}
            for totals in took
            for _ in range(times[began])
        ]
        if (can := _matched(able, len(group))) < len(group):
            taken = ", ".join(signed(row.credits) for row in group)
            return (
                f"{len(group)} deductions started from {began} ({taken}), "
                f"but {f'at most {can}' if can else 'none'} of them can be of a task of its own"
            )
    return ""


def _taken(task: TaskRun, cell: CellHistory, account: str, total: Amount, ledger: Ledger) -> set[Amount] | None:
    """What the task's deductions can add up to; None when that is not known, empty when it took none.

    Tasks of the same arguments may be parts of one work (a run that is resumed), and a part may go on counting where
    another ended. They do when together they report more than the `total` that the account was charged.
    """
    reported = _reported(task, ledger)
    if reported is None:
        return None if account in _named(task, cell) else set()
    alike = [other for other in cell.tasks if other is not task and other.args == task.args != ()]
    others = [credits for other in alike if (credits := _reported(other, ledger))]
    if reported + sum(others) > total:
        return {reported - max((credits for credits in others if credits < reported), default=0)} - {0}
    return {took for took in (reported, *(reported - credits for credits in others)) if took > 0}


def _reported(task: TaskRun, ledger: Ledger) -> Amount | None:
    name = ledger.column("usage", "credits")
    try:
        return ledger.amount(task.result[name]) if isinstance(task.result, Mapping) and name in task.result else None
    except ValueError:
        return None


def _may_work_for(task: TaskRun, account: str, cell: CellHistory) -> bool:
    named = _named(task, cell)
    return not named or account in named


def _named(task: TaskRun, cell: CellHistory) -> set[str]:
    """Accounts whose id is an argument of the task. Another number may equal it: then the task names one too many."""
    given: list[Any] = [*task.args, *task.kwargs.values()]
    ids = {cell.refs[name]["id"]: name for name in cell.accounts if name in cell.refs}
    return {
        ids[value] for value in given if isinstance(value, int | str) and not isinstance(value, bool) and value in ids
    }


def _sums(groups: Iterable[tuple[Sequence[LedgerRow], bool]], *, limit: Amount) -> set[Amount]:
    """What deductions can add up to, at most `limit`: of each group one at most, or, where it says so, any."""
    sums: set[Amount] = {0}
    for group, any_of_them in groups:
        before = frozenset(sums)
        for row in group:
            sums |= {
                added for one in (frozenset(sums) if any_of_them else before) if (added := one - row.credits) <= limit
            }
    return sums


def _adds_up(took: set[Amount] | None, credits: Amount, sums: set[Amount]) -> bool:
    return took is None or any(total - credits in sums for total in took)


def _matched(able: Sequence[set[int]], deductions: int) -> int:
    """How many deductions can be of different takers: `able` holds what each can have taken."""
    of: dict[int, int] = {}

    def place(deduction: int, tried: set[int]) -> bool:
        for taker, can in enumerate(able):
            if deduction in can and taker not in tried:
                tried.add(taker)
                if taker not in of or place(of[taker], tried):
                    of[taker] = deduction
                    return True
        return False

    return sum(place(deduction, set()) for deduction in range(deductions))
