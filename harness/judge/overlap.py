"""Deductions that can have been lost because workers took them at the same moment: counted, or not excused at all.

The finding that allows it says so in scenarios/findings.toml (`with_workers`). Where a run had that many workers, a cell
whose balances lost deductions of different tasks can explain is judged as if the deductions had been taken one after the
other: amounts, operations, units, usage logs and rows stay as they were seen, only balances are chained again. Then every
check must hold. What was lost is a verdict of its own, known wrong. That the tasks did overlap no history says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness.core.counts import count, signed
from harness.core.finding import Finding
from harness.core.history import CellHistory, LedgerRow
from harness.core.ledger import DEDUCTION, Amount, Ledger
from harness.core.verdict import Status, Verdict
from harness.judge.golden.ordering import chained
from harness.judge.result import Result, breaks
from harness.judge.takers import too_few

CHECKER = "overlap"
READINGS = "journal"
CLAIM = "deductions that overlap lose nothing"
BREAKS = ("law-1", "law-2")
"""The laws that a lost deduction breaks: only where one of them fails is there anything to explain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Of one account: `deductions` of `taken` are not in its balance, which is `credits` too high because of it."""

    account: str
    credits: Amount
    deductions: int
    taken: int

    def __str__(self) -> str:
        return f"{self.account}: {count(self.credits, 'credit')} lost, {self.deductions} of {self.taken} deductions"


@dataclass(frozen=True, slots=True, kw_only=True)
class InTurn:
    """A cell as if its deductions had been taken one after the other, and what was lost because they were not."""

    cell: CellHistory
    lost: tuple[Lost, ...]


def shows(findings: Iterable[Finding], workers: int, phase: int) -> Finding | None:
    """The finding that lets deductions be lost with so many workers at this phase."""
    return next((one for one in findings if one.shows_with(workers, phase)), None)


def in_turn(cell: CellHistory, columns: Ledger) -> InTurn | str:
    """The cell with its deductions in turn, or one line that says why lost deductions do not explain its balances.

    They do when each deduction started from the opening balance or from what an earlier one left, when the account holds
    what the last one left, and when those that started from the same balance can be of different tasks
    (harness.judge.takers). Earlier is by order: a deduction writes the account's row first, which keeps the next one
    waiting until it has committed.
    """
    if strangers := sorted({row.account for row in cell.ledger} - set(cell.accounts)):
        return f"{strangers[0]}: a transaction on an account whose balance was not observed"
    accounts, ledger, lost = dict(cell.accounts), [], []
    for name, (opening, closing) in cell.accounts.items():
        rows = [row for row in cell.ledger if row.account == name]
        if chained(rows, opening) and closing == (rows[-1].balance if rows else opening):
            ledger += rows
            continue
        why = _unexplained(rows, opening, closing) or too_few(cell, rows, opening, columns)
        if why:
            return f"{name}: {why}"
        kept = _kept(rows, opening)
        missing = [row for n, row in enumerate(rows) if n not in kept]
        lost.append(
            Lost(
                account=name,
                credits=-sum(row.credits for row in missing),
                deductions=len(missing),
                taken=len(rows),
            )
        )
        balance = opening
        for row in rows:
            balance += row.credits
            ledger.append(replace(row, balance=balance))
        accounts[name] = (opening, balance)
    return InTurn(cell=replace(cell, accounts=accounts, ledger=tuple(ledger)), lost=tuple(lost))


def as_read(own: Sequence[Verdict], again: Sequence[Verdict]) -> list[Verdict]:
    """`again`, of the cell in turn, but for what was read of one thing twice: that is held as it was read, since no row of that cell is another."""
    return [was if one.checker == READINGS else one for was, one in zip(own, again, strict=True)]


def known_wrong(finding: Finding, lost: Sequence[Lost]) -> Result:
    """What was lost in a cell that is explained by it. `credits_delta` is what was not paid, below zero."""
    return Result(
        status=Status.PASS,
        evidence=(f"known wrong: {finding.id}", *map(str, lost)),
        credits_delta=-sum(one.credits for one in lost),
        finding=finding.id,
    )


def not_excused(finding: Finding, why: str) -> Result:
    """Balances are broken, and `finding` does not explain it."""
    return breaks(
        [f"this is not (only) {finding.id}: {why}"],
        code="overlap-unexplained",
        hint=f"repeat it with one worker: then {finding.id} cannot show, and what is left is something else",
    )


def as_judged(cells: Iterable[CellHistory], verdicts: Iterable[Verdict], columns: Ledger) -> list[CellHistory]:
    """The cells as their verdicts looked at them: in turn where a deduction was lost and nothing else was wrong."""
    told = {verdict.cell for verdict in verdicts if verdict.checker == CHECKER and verdict.finding}
    return [
        one.cell if cell.cell in told and isinstance(one := in_turn(cell, columns), InTurn) else cell for cell in cells
    ]


def _unexplained(rows: Sequence[LedgerRow], opening: Amount, closing: Amount) -> str:
    if not rows:
        return f"the balance went from {opening} to {closing} without a transaction"
    left = {opening}
    for n, row in enumerate(rows, 1):
        if row.balance is None:
            return f"transaction {n} does not say what it left"
        if row.kind != DEDUCTION or row.credits >= 0:
            return f"transaction {n} is no deduction ({row.kind} {signed(row.credits)})"
        if row.balance - row.credits not in left:
            return (
                f"transaction {n} ({row.operation} {signed(row.credits)}) leaves {row.balance}, "
                f"but no balance before it was {row.balance - row.credits}"
            )
        left.add(row.balance)
    if closing != rows[-1].balance:
        return f"the last transaction leaves {rows[-1].balance}, the account holds {closing}"
    if (due := opening + sum(row.credits for row in rows)) < 0:
        return f"one after the other they leave {due}: the last would have been refused"
    return ""


def _kept(rows: Sequence[LedgerRow], opening: Amount) -> set[int]:
    """Indexes of the deductions that the last balance holds: from the last one back, each to the one it started from."""
    kept, n = set(), len(rows) - 1
    while n >= 0:
        kept.add(n)
        began = rows[n].balance - rows[n].credits
        n = next((m for m in range(n - 1, -1, -1) if rows[m].balance == began), -1)
    return kept
