"""Law 8: a refund gives back at most what was taken, and only once."""

from __future__ import annotations

from harness.core.counts import count
from harness.core.history import CellHistory, LedgerRow
from harness.core.ledger import REFUND, Amount
from harness.judge.context import Context
from harness.judge.laws.charges import deductions_of
from harness.judge.result import Result, judged


def refunded_once(cell: CellHistory, context: Context) -> Result:
    """Law 8. Each refund takes one deduction of its account and operation for itself. Unknown when the deduction is
    older than this cell: then the history does not hold it."""
    refunds = [row for row in cell.ledger if row.kind == REFUND]
    free = sorted(deductions_of(cell), key=lambda row: row.credits)
    problems: list[str] = []
    unclear: list[str] = []
    excess: Amount = 0
    for refund in sorted(refunds, key=lambda row: -row.credits):
        own = [row for row in free if _fits(refund, row)]
        if own:
            original = min(own, key=lambda row: (-row.credits < refund.credits, abs(-row.credits - refund.credits)))
            free.remove(original)
            if refund.credits > -original.credits:
                excess += refund.credits + original.credits
                problems.append(
                    f"{refund.account}: {count(refund.credits, 'credit')} refunded for {original.operation}, {-original.credits} were taken"
                )
        elif any(_fits(refund, row) for row in deductions_of(cell)):
            excess += refund.credits
            problems.append(
                f"{refund.account}: {count(refund.credits, 'credit')} refunded for {refund.operation or 'one deduction'} a second time"
            )
        else:
            unclear.append(
                f"{refund.account}: {count(refund.credits, 'credit')} refunded, the deduction is not in this history"
            )
    return judged(
        problems, unclear, f"{len(refunds)} refunds, each within its deduction", credits_delta=-excess or None
    )


def _fits(refund: LedgerRow, deduction: LedgerRow) -> bool:
    """What the refund itself says it gives back, else a deduction of its account and operation."""
    if refund.reverses is not None:
        return str(refund.reverses) == str(deduction.id)
    return refund.account == deduction.account and refund.operation in ("", deduction.operation)
