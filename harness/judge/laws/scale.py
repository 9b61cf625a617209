"""Law 14: signs and scales are fixed."""

from __future__ import annotations

import re

from harness.core.history import CellHistory
from harness.judge.context import Context
from harness.judge.laws.charges import DEDUCTION
from harness.judge.result import Result, judged

GRANTS = ("purchase", "subscription", "refund", "grant", "bonus")
COST = re.compile(r"\d+\.\d{6}")


def signs_and_scales(cell: CellHistory, context: Context) -> Result:
    """Law 14: deductions below 0, grants above, usage credits and tokens at least 0, cost_usd with 6 decimals or none."""
    problems = []
    for row in cell.ledger:
        name = f"{row.operation or row.kind} of {row.account}"
        if not _whole(row.credits, row.balance, row.units):
            problems.append(f"{name}: {row.credits!r}, {row.balance!r}, {row.units!r} are not all whole numbers")
            continue
        if row.kind == DEDUCTION and row.credits >= 0:
            problems.append(f"{name}: a deduction of {row.credits:+d} credits")
        if row.kind in GRANTS and row.credits <= 0:
            problems.append(f"{name}: a {row.kind} of {row.credits:+d} credits")
        if row.units < 1:
            problems.append(f"{name}: {row.units} units")
    for log in cell.usage:
        name = f"usage log of {log.operation}"
        if not _whole(log.credits, log.tokens_in, log.tokens_out, log.units):
            problems.append(f"{name}: credits, tokens and units are not all whole numbers")
        elif log.credits < 0 or log.tokens_in < 0 or log.tokens_out < 0 or log.units < 1:
            problems.append(
                f"{name}: {log.credits} credits, {log.tokens_in}+{log.tokens_out} tokens, {log.units} units"
            )
        if log.cost_usd is not None and not COST.fullmatch(str(log.cost_usd)):
            problems.append(f"{name}: cost_usd {log.cost_usd!r} does not have 6 decimals")
    return judged(
        problems, (), f"{len(cell.ledger)} transactions and {len(cell.usage)} usage logs, signs and scales right"
    )


def _whole(*numbers: object) -> bool:
    return all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
