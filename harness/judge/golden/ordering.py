"""One order for ledger rows that may have been written at the same time, so that equal runs have equal outcomes.

Rows keep the order in which they were written, but neighbours that a parallel worker may swap are sorted by content, and their
balances follow the new order. That is only done where the real chain is unbroken: a broken chain is shown as it is
(and ledger law 2 fails). So no amount, count, account or broken balance is ever hidden, only who came first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from harness.core.history import CellHistory, LedgerRow, UsageRow
from harness.core.ledger import Amount
from harness.core.scenario import Do, Scenario, Webhook

Row = TypeVar("Row", LedgerRow, UsageRow)


def together(scenario: Scenario | None, path: str) -> bool:
    """Whether two different things may run at once: two steps that ask follow each other without a wait."""
    if scenario is None:
        return False
    before = ""
    for step in scenario.steps:
        if not isinstance(step, Do | Webhook):
            before = ""
            continue
        if step.paths and path not in step.paths:
            continue
        asked = step.operation if isinstance(step, Do) else step.url
        if before and before != asked:
            return True
        before = asked
    return False


def chained(rows: Iterable[LedgerRow], opening: Amount) -> bool:
    """Whether each balance is the one before plus the amount."""
    for row in rows:
        if row.balance != opening + row.credits:
            return False
        opening = row.balance
    return True


def ledger_in_order(
    cell: CellHistory, *, mixed: bool, tie: Callable[[LedgerRow], str] = lambda _: ""
) -> list[LedgerRow]:
    """All new transactions by account, then in the one order. `mixed`: any two rows may be swapped (see `together`).

    `tie` orders rows of equal price by something else that they hold; without it they keep their order.
    """
    ordered: list[LedgerRow] = []
    for account, rows in _by_account(cell.ledger).items():
        opening = cell.accounts.get(account, (None, None))[0]
        if all(row.balance is None for row in rows):
            ordered += _settle(rows, mixed, lambda r: (r.kind, r.operation, r.units, r.credits, tie(r)))
            continue
        if opening is None or not chained(rows, opening):
            ordered += rows
            continue
        for row in _settle(rows, mixed, lambda r: (r.kind, r.operation, r.units, r.credits, tie(r))):
            opening += row.credits
            ordered.append(replace(row, balance=opening))
    return ordered


def usage_in_order(cell: CellHistory, *, mixed: bool) -> list[UsageRow]:
    ordered: list[UsageRow] = []
    for rows in _by_account(cell.usage).values():
        ordered += _settle(
            rows,
            mixed,
            lambda r: (r.operation, r.model, r.units, r.tokens_in or 0, r.tokens_out or 0, r.credits, r.cost_usd or ""),
        )
    return ordered


def _by_account(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    accounts: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda r: r.account):
        accounts.setdefault(row.account, []).append(row)
    return accounts


def _settle(rows: list[Row], mixed: bool, content: Callable[[Row], tuple]) -> list[Row]:
    if mixed:
        return sorted(rows, key=content)
    return [row for _, block in groupby(rows, key=lambda r: r.operation) for row in sorted(block, key=content)]
