"""Laws 1 to 3: the balance is the sum of its movements, at every step, and never below zero."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core.counts import signed
from harness.core.history import CellHistory, LedgerRow
from harness.core.ledger import Amount
from harness.judge.context import Context
from harness.judge.result import Result, cannot_tell, judged


def balance_is_the_sum(cell: CellHistory, context: Context) -> Result:
    """Law 1. Unknown when no balance was observed; a transaction of an unobserved account is a failure."""
    if not cell.accounts:
        return cannot_tell("no account balance was observed")
    problems: list[str] = []
    delta: Amount = 0
    for name, (opening, closing) in cell.accounts.items():
        total = sum(row.credits for row in _rows(cell, name))
        gap = closing - (opening + total)
        if gap:
            delta -= gap
            problems.append(
                f"{name}: the balance is {closing}, its {_count(cell, name)} {opening + total} ({signed(gap)} credits unexplained)"
            )
    problems += [
        f"transaction of {signed(row.credits)} credits on {row.account}, whose balance was not observed"
        for row in cell.ledger
        if row.account not in cell.accounts
    ]
    shown = ", ".join(
        f"{name} {opening} {signed(sum(r.credits for r in _rows(cell, name)))} = {closing}"
        for name, (opening, closing) in cell.accounts.items()
    )
    return judged(problems, (), shown, credits_delta=delta or None)


def balance_chains(cell: CellHistory, context: Context) -> Result:
    """Law 2. Within each account, in order: each balance_after is the one before plus the amount; the last is the balance.
    A ledger without balances chains from its own first row."""
    observed = context.target.ledger.balance is not None
    if observed and not cell.accounts:
        return cannot_tell("no account balance was observed")
    problems = []
    for name in cell.accounts if observed else dict.fromkeys(row.account for row in cell.ledger):
        opening, closing = cell.accounts.get(name, (None, None))
        balance = opening
        for n, row in enumerate(_rows(cell, name), 1):
            if row.balance is not None and balance is not None and row.balance != balance + row.credits:
                problems.append(
                    f"{name}: transaction {n} ({row.operation or row.kind} {signed(row.credits)}) leaves {row.balance}, "
                    f"but {balance} {signed(row.credits)} = {balance + row.credits}"
                )
            balance = row.balance
        if observed and balance != closing:
            problems.append(f"{name}: the last transaction leaves {balance}, the account holds {closing}")
    return judged(problems, (), f"{len(cell.ledger)} transactions chain")


def never_negative(cell: CellHistory, context: Context) -> Result:
    """Law 3, of every balance that is seen: an account's own, and those that movements say they left."""
    if context.target.ledger.balance is not None and not cell.accounts:
        return cannot_tell("no account balance was observed")
    problems = [f"{name}: the balance is {closing}" for name, (_, closing) in cell.accounts.items() if closing < 0]
    left = [(row, row.balance) for row in cell.ledger if row.balance is not None]
    problems += [
        f"{row.account}: {row.operation or row.kind} {signed(row.credits)} left a balance of {balance}"
        for row, balance in left
        if balance < 0
    ]
    lowest = min([*(c for _, c in cell.accounts.values()), *(balance for _, balance in left)], default=None)
    return judged(problems, (), "no balance was left" if lowest is None else f"lowest balance {lowest}")


def unlike_their_rows(cell: CellHistory, context: Context) -> Iterator[str]:
    """Balances that are a column of rows that are watched, where the row holds another: a line each. For `journal`, which holds readings of one
    thing against each other."""
    ledger = context.target.ledger
    part, owner = ledger.balance, ledger.column("balance", "account")
    if part is None or part.apart or not owner or part.kind not in context.target.tables:
        return
    column = part.columns["column"]
    rows = {str((row.after or row.before or {}).get(owner)): row for row in cell.rows if row.kind == part.kind}
    for name, (opening, closing) in cell.accounts.items():
        ref = cell.refs.get(name, {})
        if ref.get("kind") != ledger.accounts:
            continue
        row = rows.get(str(ref.get("id")))
        if row is None and opening != closing:
            yield f"{name}: its balance {opening} became {closing}, and no row says so"
        elif row is not None and column in (row.after or {}):
            held = ledger.amount((row.after or {})[column])
            if held != closing:
                yield f"{name}: its balance is {closing}, and {held} by its row"


def _rows(cell: CellHistory, account: str) -> list[LedgerRow]:
    return [row for row in cell.ledger if row.account == account]


def _count(cell: CellHistory, account: str) -> str:
    n = len(_rows(cell, account))
    return "1 transaction says" if n == 1 else f"{n} transactions say"
