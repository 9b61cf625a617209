"""Cells in which workers overlapped, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

from harness.core.code import Reachable
from harness.core.finding import Finding
from harness.core.golden import Golden
from harness.core.history import TaskRun
from harness.core.scenario import Path
from harness.judge.checks import judge
from harness.judge.golden.outcome import outcome_of
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
    free, roles, surfaces_locked, reach = {}, {}, False, Reachable()


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


def row(cell, n, **changes):
    return replace(cell, ledger=(*cell.ledger[:n], replace(cell.ledger[n], **changes), *cell.ledger[n + 1 :]))


def closing(cell, credits):
    opening, now = cell.accounts["account"]
    return replace(cell, accounts={**cell.accounts, "account": (opening, now + credits)})


TWO = "2 deductions started from 99978 (-10, -51), but"


def changed(cell, n, **changes):
    return replace(cell, usage=(*cell.usage[:n], replace(cell.usage[n], **changes), *cell.usage[n + 1 :]))


TICK = TaskRun(id="tick", name="beat", result={"started": [1]})


def took(credits, *args, **more):
    """A task that reports so many credits in its result, under the name that usage logs have for them."""
    return TaskRun(
        id=f"{credits}{args}", name="write", args=args, result={"success": True, "credits_used": credits}, **more
    )


def by(*tasks):
    """22 credits in turn; then 10 and 51 that both started from what they left, with `tasks` in the history."""
    return replace(LOST, tasks=tasks)
