"""What one cell did, as facts that two runs can be compared by: ids, times and uuids have names instead. Pure.

charges    transactions, each with the model and tokens of its usage log beside it
usage      usage logs
balances   opening and closing credits of every account, bystanders too
requests   what each provider was asked, whatever the order of parallel workers
answers    what the target answered over HTTP, or in its own shell, in the driver's order
rows       what the work left in the locked tables, as goldens say it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.core.history import CellHistory, LedgerRow, UsageRow
from harness.core.scenario import Scenario
from harness.judge.actors import in_play
from harness.judge.facts import Target
from harness.judge.golden.aliases import Names, name_rows, named
from harness.judge.golden.ordering import ledger_in_order, together, usage_in_order
from harness.judge.golden.rowlines import row_lines
from harness.judge.laws.provider import model_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that a cell did. `value` is compared; `key` says which facts may be the same one, `near` which of those
    are likeliest to be; `about` is shown and never compared."""

    kind: str
    cell: str
    key: tuple[Any, ...]
    value: Mapping[str, Any]
    near: tuple[Any, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return " ".join(str(part) for part in self.key)


def facts_of(cell: CellHistory, scenario: Scenario, target: Target) -> dict[str, list[Fact]]:
    """kind -> facts in the order in which they happened; every kind is there."""
    names = name_rows(cell.rows, cell.refs)
    return {kind: list(find(cell, scenario, target, names)) for kind, find in FINDERS.items()}


def _charges(cell: CellHistory, scenario: Scenario, target: Target, names: Names) -> Iterator[Fact]:
    mixed = together(scenario, cell.path)
    logs = usage_in_order(cell, mixed=mixed)
    rows = ledger_in_order(cell, mixed=mixed)
    for row, follows in zip(rows, _follows(rows, cell), strict=True):
        log = next((log for log in logs if _belongs(log, row.account, row.operation, row.units, -row.credits)), None)
        if log is not None:
            logs.remove(log)
        about = {"model": log.model, "tokens": f"{log.tokens_in}+{log.tokens_out}"} if log else {}
        yield Fact(
            kind="charges",
            cell=cell.cell,
            key=(row.account, row.kind, row.operation),
            near=(row.units, *about.values()),
            value={"units": row.units, "credits": row.credits, "balance": row.balance, "follows": follows},
            about=about,
        )


def _follows(rows: Sequence[LedgerRow], cell: CellHistory) -> Iterator[str]:
    """Which transaction of its account each one goes on from: not the one before where a deduction was lost."""
    left: dict[str, list[int]] = {name: [opening] for name, (opening, _) in cell.accounts.items()}
    for row in rows:
        balances = left.setdefault(row.account, [])
        back = next((n for n, balance in enumerate(reversed(balances)) if balance == row.balance - row.credits), None)
        yield "nothing seen" if back is None else f"{back} transactions back" if back else "the one before"
        balances.append(row.balance)


def _belongs(log: UsageRow, account: str, operation: str, units: int, credits: int) -> bool:
    return (log.account, log.operation, log.units, log.credits) == (account, operation, units, credits)


def _usage(cell: CellHistory, scenario: Scenario, target: Target, names: Names) -> Iterator[Fact]:
    for row in usage_in_order(cell, mixed=together(scenario, cell.path)):
        yield Fact(
            kind="usage",
            cell=cell.cell,
            key=(row.account, row.operation),
            near=(row.model, row.tokens_in, row.tokens_out, row.units),
            value={
                "model": row.model, "tokens_in": row.tokens_in, "tokens_out": row.tokens_out, "units": row.units,
                "credits": row.credits, "cost_usd": row.cost_usd,
            },
        )  # fmt: skip


def _balances(cell: CellHistory, scenario: Scenario, target: Target, names: Names) -> Iterator[Fact]:
    for name, (opening, closing) in sorted(cell.accounts.items()):
        rows = [row for row in ledger_in_order(cell, mixed=together(scenario, cell.path)) if row.account == name]
        unexplained = closing - (rows[-1].balance if rows else opening)
        value = {"opening": opening, "closing": closing, "unexplained": unexplained}
        yield Fact(kind="balances", cell=cell.cell, key=(name,), value=value)


def _requests(cell: CellHistory, scenario: Scenario, target: Target, names: Names) -> Iterator[Fact]:
    for call in cell.calls:
        yield Fact(
            kind="requests",
            cell=cell.cell,
            key=(call.route,),
            near=(model_of(call),),
            value={
                "request": named(call.request, names), "status": call.status, "disposition": call.disposition,
                "fault": call.fault,
            },
        )  # fmt: skip


def _answers(cell: CellHistory, scenario: Scenario, target: Target, names: Names) -> Iterator[Fact]:
    for n, exchange in enumerate(cell.http, 1):
        yield Fact(
            kind="answers",
            cell=cell.cell,
            key=(n, exchange.method, exchange.path),
            value={"status": exchange.status, "response": named(exchange.response, names)},
        )


def _rows(cell: CellHistory, scenario: Scenario, target: Target, names: Names) -> Iterator[Fact]:
    several = len(in_play(cell, scenario, target)) > 1
    for line in row_lines(cell, scenario, target, several=several):
        yield Fact(kind="rows", cell=cell.cell, key=_subject(line), value={"line": line})


def _subject(line: str) -> tuple[str, ...]:
    """ "north: image model ->a x4" -> ("north:", "image", "model"): what the line is of, without its values."""
    words = line.split(" ")
    return tuple(words[:3] if words[0].endswith(":") else words[:2])


Finder = Callable[[CellHistory, Scenario, Target, Names], Iterator[Fact]]

FINDERS: dict[str, Finder] = {
    "charges": _charges,
    "usage": _usage,
    "balances": _balances,
    "requests": _requests,
    "answers": _answers,
    "rows": _rows,
}
"""Every kind of fact, in the order of reports: credits first."""
