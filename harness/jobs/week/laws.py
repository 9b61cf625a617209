"""The ledger's laws over a simulated week: in every tick for those who were due alone, and over the week as one cell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from harness.core.history import CellHistory
from harness.core.rates import RateCard
from harness.core.scenario import Path, Scenario
from harness.core.verdict import Status, Verdict, worst_of
from harness.core.week import Week
from harness.jobs.week.told import week_verdict
from harness.judge.checks import CELL_CHECKERS, result_of
from harness.judge.context import Context
from harness.judge.facts import Target
from harness.judge.result import verdict_of

NOT_HERE = ("golden", "surface", "http")
"""Checks of a cell that a tick has no part in: nothing is locked, nobody asks over HTTP."""
OVER_ALL = ("law-1", "law-2", "law-3", "law-4", "law-6", "law-8", "law-14")
"""Laws that are judged over the whole week again: what no single tick shows, such as a balance that moves between two."""
NOBODY = ("nobody",)
"""Whom a tick works for at which nobody is due: law 9 then holds every account."""


def laws_of_week(
    week: Week, phase: int, ticks: Sequence[tuple[datetime, CellHistory]], due: Mapping[str, Sequence[datetime]], target: Target, rates: RateCard
) -> Iterable[Verdict]:  # fmt: skip
    """The ledger's laws in every tick, for those who were due alone; and over the week as one cell."""
    scenario = Scenario(id="week/all", title="A week", given=week.given, when=(), paths=(Path.SCHEDULED,))
    context = Context(scenario=scenario, golden=None, target=target, rates=rates, phase=phase, path=Path.SCHEDULED)
    whole = together([cell for _, cell in ticks])
    for name, (claim, _) in CELL_CHECKERS.items():
        if name in NOT_HERE:
            continue
        results = []
        for at, cell in ticks:
            actors = tuple(account for account, own in due.items() if at in own) or NOBODY
            results.append((cell.scenario, result_of(name, replace(cell, actors=actors), context)))
        if name in OVER_ALL and whole is not None:
            results.append(("the whole week", result_of(name, whole, context)))
        bad = [(where, result) for where, result in results if result.status.bad]
        lines = [f"{where}: {line}" for where, result in bad for line in result.evidence or ("no evidence",)]
        lines += [] if results else ["no tick was judged"]
        status = worst_of(result.status for _, result in results)
        if status is Status.NOT_ASKED:
            yield verdict_of(name, f"in each tick: {claim}", "", results[0][1])
            continue
        shown = results[-1][1].evidence[0] if results and name in OVER_ALL else "no tick differs"
        yield week_verdict(name, f"in each tick: {claim}", lines, f"{len(ticks)} ticks; {shown}", bad=status)


def together(cells: Sequence[CellHistory]) -> CellHistory | None:
    """The week as one cell: balances from its beginning to its end, and every row in between."""
    if not cells:
        return None
    first, last = cells[0], cells[-1]
    accounts = {name: (opening, last.accounts.get(name, (0, 0))[1]) for name, (opening, _) in first.accounts.items()}
    return replace(
        first,
        cell="week/all@scheduled",
        accounts=accounts,
        ledger=tuple(row for cell in cells for row in cell.ledger),
        usage=tuple(row for cell in cells for row in cell.usage),
        calls=tuple(call for cell in cells for call in cell.calls),
        actors=tuple(accounts),
        rows=(),
        logs=(),
    )
