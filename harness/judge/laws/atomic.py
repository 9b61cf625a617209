"""Law 15: a charge (movement, usage log, balance) is one transaction: nobody ever sees the one without the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.core.counts import count
from harness.core.history import CellHistory, Change, Transaction
from harness.judge.asked import not_asked
from harness.judge.context import Context
from harness.judge.facts import Target
from harness.judge.result import Result, cannot_tell, judged


def charge_is_one_transaction(cell: CellHistory, context: Context) -> Result:
    """Each transaction that writes a movement, a usage log or a balance writes the others too, where the target has them.
    A log of nothing (no credits) needs no movement."""
    if not _table("movements", context.target):
        return not_asked("law-15", "movements that are no table", None)
    if not cell.transactions and (cell.ledger or cell.usage):
        if not cell.spans:
            return not_asked("law-15", "the stack is not ours, and keeps no journal", None)
        return cannot_tell("rows of the ledger came, and no journal says in which transaction")
    target = context.target
    logs = {str(row.id): row for row in cell.usage}
    problems: list[str] = []
    charges = 0
    for one in cell.transactions:
        moved = list(_new(one, "movements", target))
        changed = list(_balances(one, target))
        billed = [logs[c.id] for c in _new(one, "usage", target) if c.id in logs and logs[c.id].credits]
        charges += len(moved)
        if moved and _table("balance", target) and not _touched(one, target):
            problems.append(f"{_named(moved, cell)} in a transaction that changes no balance")
        if changed and not moved:
            problems.append(f"a balance is changed in a transaction that writes no movement: {_moves(changed, target)}")
        if billed and not moved:
            credits = count(billed[0].credits, "credit")
            problems.append(f"{billed[0].operation}: a usage log of {credits} in a transaction that writes no movement")
    return judged(
        problems, (), f"{count(charges, 'movement')}, each in one transaction with its balance and its usage log"
    )


def _table(part: str, target: Target) -> str:
    """Where a part of the ledger stands; "" where it is no table of its own."""
    kind = getattr(target.ledger, part).kind if target.ledger.has(part) else ""
    return target.tables[kind].table.removeprefix("public.") if kind in target.tables else ""


def _new(one: Transaction, part: str, target: Target) -> Iterator[Change]:
    table = _table(part, target)
    return (c for c in one.changes if table and c.table == table and c.op == "insert")


def _touched(one: Transaction, target: Target) -> bool:
    """Whether a row that holds a balance is written at all: of two writers at a time one may leave it as the other did."""
    return any(c.table == _table("balance", target) for c in one.changes)


def _balances(one: Transaction, target: Target) -> Iterator[Change]:
    """Rows that hold a balance, where it changes."""
    table, column = _table("balance", target), _column(target)
    return (c for c in one.changes if table and c.table == table and c.op == "update" and column in (c.after or {}))


def _column(target: Target) -> str:
    return target.ledger.column("balance", "column").partition(".")[0]


def _moves(changed: Sequence[Change], target: Target) -> str:
    column = _column(target)
    return ", ".join(f"{(c.before or {}).get(column)} -> {(c.after or {}).get(column)}" for c in changed)


def _named(moved: Sequence[Change], cell: CellHistory) -> str:
    rows = {str(row.id): row for row in cell.ledger}
    known = [rows[change.id] for change in moved if change.id in rows]
    if not known:
        return f"{count(len(moved), 'movement')} written"
    return f"{known[0].operation or known[0].kind}: {count(abs(sum(row.credits for row in known)), 'credit')} moved"
