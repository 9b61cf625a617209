"""Laws 1 to 3: the balance is the sum of its transactions, at every step, and never below zero."""

from __future__ import annotations

from harness.core.history import CellHistory, LedgerRow
from harness.judge.context import Context
from harness.judge.result import Result, cannot_tell, judged


def balance_is_the_sum(cell: CellHistory, context: Context) -> Result:
    """Law 1. Unknown when no balance was observed; a transaction of an unobserved account is a failure."""
    if not cell.accounts:
        return cannot_tell("no account balance was observed")
    problems, delta = [], 0
    for name, (opening, closing) in cell.accounts.items():
        total = sum(row.credits for row in cell.ledger if row.account == name)
        gap = closing - (opening + total)
        if gap:
            delta -= gap
            problems.append(
                f"{name}: the balance is {closing}, its {_count(cell, name)} {opening + total} ({gap:+d} credits unexplained)"
            )
    problems += [
        f"transaction of {row.credits:+d} credits on {row.account}, whose balance was not observed"
        for row in cell.ledger
        if row.account not in cell.accounts
    ]
    shown = ", ".join(
        f"{name} {opening} {sum(r.credits for r in cell.ledger if r.account == name):+d} = {closing}"
        for name, (opening, closing) in cell.accounts.items()
    )
    return judged(problems, (), shown, credits_delta=delta or None)


def balance_chains(cell: CellHistory, context: Context) -> Result:
    """Law 2. By id within each account: each balance_after is the one before plus the amount; the last is the balance."""
    if not cell.accounts:
        return cannot_tell("no account balance was observed")
    problems = []
    for name, (opening, closing) in cell.accounts.items():
        balance = opening
        for n, row in enumerate(_rows(cell, name), 1):
            if row.balance != balance + row.credits:
                problems.append(
                    f"{name}: transaction {n} ({row.operation or row.kind} {row.credits:+d}) leaves {row.balance}, "
                    f"but {balance} {row.credits:+d} = {balance + row.credits}"
                )
            balance = row.balance
        if balance != closing:
            problems.append(f"{name}: the last transaction leaves {balance}, the account holds {closing}")
    return judged(problems, (), f"{len(cell.ledger)} transactions chain")


def never_negative(cell: CellHistory, context: Context) -> Result:
    """Law 3."""
    if not cell.accounts:
        return cannot_tell("no account balance was observed")
    problems = [f"{name}: the balance is {closing}" for name, (_, closing) in cell.accounts.items() if closing < 0]
    problems += [
        f"{row.account}: {row.operation or row.kind} {row.credits:+d} left a balance of {row.balance}"
        for row in cell.ledger
        if row.balance < 0
    ]
    lowest = min([*(c for _, c in cell.accounts.values()), *(row.balance for row in cell.ledger)])
    return judged(problems, (), f"lowest balance {lowest}")


def _rows(cell: CellHistory, account: str) -> list[LedgerRow]:
    return sorted((row for row in cell.ledger if row.account == account), key=lambda row: row.id)


def _count(cell: CellHistory, account: str) -> str:
    n = len(_rows(cell, account))
    return "1 transaction says" if n == 1 else f"{n} transactions say"
