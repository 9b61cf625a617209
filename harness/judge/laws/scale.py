"""Law 14: signs and scales are fixed, and every row of the ledger can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from harness.core.counts import signed
from harness.core.history import CellHistory
from harness.core.ledger import DEDUCTION, EXPIRY, IN, Ledger
from harness.judge.context import Context
from harness.judge.result import Result, judged

ARTICLE = {DEDUCTION: "a deduction", EXPIRY: "an expiry"}


def signs_and_scales(cell: CellHistory, context: Context) -> Result:
    """Law 14: deductions and expiries below 0, purchases, refunds and grants above, usage credits and tokens at least 0;
    amounts and costs of the scale that harness.toml declares, where it declares one."""
    ledger = context.target.ledger
    problems = [*cell.unread, *_movements(cell, ledger), *_logs(cell, ledger)]
    return judged(
        problems, (), f"{len(cell.ledger)} transactions and {len(cell.usage)} usage logs, signs and scales right"
    )


def _movements(cell: CellHistory, ledger: Ledger) -> Iterable[str]:
    for row in cell.ledger:
        name = f"{row.operation or row.kind} of {row.account}"
        if not _amounts(ledger, row.credits, row.balance) or not _whole(row.units):
            yield f"{name}: {row.credits!r}, {row.balance!r}, {row.units!r} are not all {_wanted(ledger)}"
            continue
        if row.kind in ARTICLE and row.credits >= 0:
            yield f"{name}: {ARTICLE[row.kind]} of {signed(row.credits)} credits"
        if row.kind in IN and row.credits <= 0:
            yield f"{name}: a {row.kind} of {signed(row.credits)} credits"
        if row.units < 1:
            yield f"{name}: {row.units} units"


def _logs(cell: CellHistory, ledger: Ledger) -> Iterable[str]:
    for log in cell.usage:
        name = f"usage log of {log.operation}"
        tokens = [n for n in (log.tokens_in, log.tokens_out, *log.tokens.values()) if n is not None]
        if not _amounts(ledger, log.credits) or not _whole(log.units, *tokens):
            wanted = _wanted(ledger)
            yield f"{name}: credits, tokens and units are not all {wanted}"
        elif log.credits < 0 or any(n < 0 for n in tokens) or log.units < 1:
            yield f"{name}: {log.credits} credits, {log.tokens_in}+{log.tokens_out} tokens, {log.units} units"
        elif any(n > log.token_total for n in log.tokens.values()):
            yield f"{name}: of {log.token_total} tokens it counts {dict(log.tokens)} apart"
        if log.cost_usd is not None and not _cost(str(log.cost_usd), ledger.cost_decimals):
            scale = "is no amount" if ledger.cost_decimals is None else f"does not have {ledger.cost_decimals} decimals"
            yield f"{name}: cost_usd {log.cost_usd!r} {scale}"


def _wanted(ledger: Ledger) -> str:
    if ledger.unit == "integer":
        return "whole numbers"
    return f"amounts of {ledger.unit}" + (f" with {ledger.decimals} decimals" if ledger.decimals is not None else "")


def _amounts(ledger: Ledger, *amounts: object) -> bool:
    """Whether each is an amount of the ledger's unit and scale; what is not said (None) is none."""
    said = [amount for amount in amounts if amount is not None]
    if ledger.unit == "integer":
        return _whole(*said)
    scale = 2 if ledger.unit == "cents" else ledger.decimals
    return all(isinstance(one, Decimal) and scale in (None, -int(one.as_tuple().exponent)) for one in said)


def _cost(text: str, decimals: int | None) -> bool:
    scale = r"(\.\d+)?" if decimals is None else rf"\.\d{{{decimals}}}" if decimals else ""
    return re.fullmatch(rf"\d+{scale}", text) is not None


def _whole(*numbers: object) -> bool:
    return all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
