"""Laws 7, 9 and 11: old money rows stay, other accounts stay, nothing stays in progress."""

from __future__ import annotations

from collections import Counter
from typing import Any

from harness.core.counts import signed
from harness.core.history import CellHistory, RowChange
from harness.core.ledger import UNNAMED
from harness.judge.actors import actors_of, askers
from harness.judge.context import Context
from harness.judge.result import Result, breaks, cannot_tell, judged


def old_rows_never_change(cell: CellHistory, context: Context) -> Result:
    """Law 7: transactions and usage logs are written once."""
    money = context.target.ledger.kinds
    names = {(ref.get("kind"), ref.get("id")): name for name, ref in cell.refs.items()}
    problems = []
    for change in cell.rows:
        if change.kind in money and change.op != "insert":
            what = "was deleted" if change.op == "delete" else f"changed: {_changes(change)}"
            problems.append(f"{change.kind} {names.get((change.kind, change.id), change.id)} {what}")
    return judged(problems, (), "no transaction or usage log was updated or deleted")


def others_untouched(cell: CellHistory, context: Context) -> Result:
    """Law 9. Unknown when nobody can be told to be the actor of several accounts; where nobody asked, no account may change. One that came in
    the cell is nobody else's."""
    actors = actors_of(cell, context.scenario, context.target)
    if not actors and askers(cell, context.scenario):
        return cannot_tell("no account is named by the scenario's token or steps")
    born = set(cell.born.values())
    others = set(cell.accounts) - actors - born
    problems = []
    for name, (opening, closing) in cell.accounts.items():
        if name in others and opening != closing:
            problems.append(
                f"{name}: balance {opening} -> {closing} ({signed(closing - opening)}), but it asked for nothing"
            )
    for row in cell.ledger:
        if row.account not in actors | born:
            problems.append(
                f"{row.account}: a transaction of {signed(row.credits)} credits ({row.operation or row.kind})"
            )
    for log in cell.usage:
        if log.account not in (*actors, *born, UNNAMED):
            problems.append(f"{log.account}: a usage log of {log.credits} credits ({log.operation})")
    problems += _touched(cell, context, actors)
    charged = sum(opening - closing for name, (opening, closing) in cell.accounts.items() if name in others)
    shown = f"{', '.join(sorted(others))} untouched" if others else f"{', '.join(sorted(actors))} is the only account"
    return judged(problems, (), shown, credits_delta=charged or None)


def nothing_stuck(cell: CellHistory, context: Context) -> Result:
    """Law 11: no row is left in an `active` status, be it new, changed, or seeded so and never moved on."""
    stuck: Counter[str] = Counter()
    moved = set()
    for change in cell.rows:
        moved.add((change.kind, change.id))
        table = context.target.tables.get(change.kind)
        if table and table.status and change.after and change.after.get(table.status) in table.active:
            stuck[f"{change.kind} left {change.after[table.status]}"] += 1
    for row in context.scenario.given.rows:
        table = context.target.tables.get(row.kind)
        key = (row.kind, cell.refs.get(row.name, {}).get("id"))
        if table and table.status and row.values.get(table.status) in table.active and key not in moved:
            stuck[f"{row.kind} left {row.values[table.status]} as it was seeded"] += 1
    problems = [f"{what} x{count}" for what, count in sorted(stuck.items())]
    if context.scenario.allowed_stuck and not any("law-11" in finding.laws for finding in context.findings):
        return breaks(
            [*problems, f"the scenario allows stuck rows ({context.scenario.allowed_stuck}) without a finding"],
            hint="declare a finding that lists law-11 in scenarios/findings.toml, or drop allowed_stuck",
        )
    watched = sum(1 for table in context.target.tables.values() if table.active)
    return judged(problems, (), f"no row of {watched} watched tables is in progress")


def _touched(cell: CellHistory, context: Context, actors: frozenset[str]) -> list[str]:
    ledger = context.target.ledger
    column = ledger.owner
    names = {str(ref["id"]): name for name, ref in cell.refs.items() if ref.get("kind") == ledger.accounts}
    actors |= set(cell.born.values())
    counted: Counter[str] = Counter()
    for change in cell.rows:
        if change.kind in ledger.kinds:
            continue
        if change.kind == ledger.accounts:
            owners = {change.id}
        else:
            owners = {row[column] for row in (change.before, change.after) if row and row.get(column) is not None}
        for owner in owners:
            name = names.get(str(owner)) or cell.born.get(str(owner), f"account#{owner}")
            if name not in actors:
                counted[f"{name}: {change.kind} {change.op}"] += 1
    return [f"{what} x{count}" for what, count in sorted(counted.items())]


def _changes(change: RowChange) -> str:
    before: Any = change.before or {}
    after: Any = change.after or {}
    return ", ".join(f"{k} {before.get(k)} -> {after[k]}" for k in after if before.get(k) != after[k])
