"""Law 10: what was refused leaves no ledger row and reaches no provider."""

from __future__ import annotations

from harness.core.counts import count
from harness.core.history import CellHistory, HttpExchange
from harness.judge.context import Context
from harness.judge.laws.charges import deductions_of, pair
from harness.judge.laws.provider import reckon
from harness.judge.result import Result, breaks, cannot_tell, holds


def refused_leaves_nothing(cell: CellHistory, context: Context) -> Result:
    """Law 10. Where accepted work ran beside the refused, every row must belong to a provider success (laws 4 and 5)."""
    asked = [exchange for exchange in cell.http if exchange.method not in ("GET", "HEAD", "OPTIONS")]
    refused = [exchange for exchange in asked if 400 <= exchange.status < 500]
    calls = [call for call in cell.calls if call.scheme != "smtp"]  # who is refused may be written to
    if not calls:
        traces = _traces(cell)
        if traces:
            return breaks(
                [f"no provider was called, but {trace}" for trace in traces],
                credits_delta=-sum(row.credits for row in deductions_of(cell)) or None,
            )
        return holds(f"{_what(refused, cell)}: no call, no ledger row")
    if not refused:
        return holds("no request was refused")
    if len(refused) == len(asked) and not cell.tasks:
        reached = f"{len(calls)} provider call(s) were made ({calls[0].route})"
        return breaks([f"{_what(refused, cell)}, but {what}" for what in (reached, *_traces(cell))])
    logs, rest, _ = pair(cell)
    left = reckon(cell, context)
    if logs or rest or left.baseless or any(charged > drawn for drawn, charged in left.images.values()):
        return cannot_tell(
            f"{_what(refused, cell)} beside accepted work, and not every ledger row has its provider call"
        )
    return holds(f"{_what(refused, cell)}: every ledger row belongs to the accepted work")


def _traces(cell: CellHistory) -> list[str]:
    rows = [
        f"{count(-row.credits, 'credit')} were deducted from {row.account} ({row.operation or row.kind})"
        for row in deductions_of(cell)
    ]
    return rows + [f"a usage log of {count(log.credits, 'credit')} was written ({log.operation})" for log in cell.usage]


def _what(refused: list[HttpExchange], cell: CellHistory) -> str:
    if refused:
        first = refused[0]
        more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
        return f"{first.method} {first.path} was refused with {first.status}{more}"
    return f"{len(cell.tasks)} task(s) asked no provider"
