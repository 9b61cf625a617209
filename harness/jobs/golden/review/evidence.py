"""Beside a change: the row of each charge that is not as it was, the provider's call that it pays for, who wrote it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from harness.core.fold.postings import charges
from harness.core.golden import Outcome
from harness.core.history import Call, CellHistory, HttpExchange, LedgerRow, TaskRun, UsageRow
from harness.core.scenario import Scenario
from harness.jobs.golden.review.values import Charge
from harness.judge.facts import Target
from harness.judge.golden.ordering import ledger_in_order, together
from harness.judge.laws.provider import SNAPSHOT, ids_of, model_of

SAFE = ("GET", "HEAD", "OPTIONS")
STANDING = ("balance",)
"""What a row of an outcome says that follows from the rows before it: not of itself that it changed."""


def changed(
    cell: CellHistory, scenario: Scenario, target: Target, locked: Outcome | None, seen: Outcome
) -> tuple[Charge, ...]:
    """The movements of `cell` that `locked` does not have, in the order in which its outcome `seen` has them."""
    had = Counter(_told(row) for row in locked.ledger) if locked else Counter[tuple[Any, ...]]()
    rows = ledger_in_order(cell, mixed=together(scenario, cell.path))
    logs, calls = list(cell.usage), [call for call in cell.calls if call.success]
    found = []
    for row, told in zip(rows, map(_told, seen.ledger), strict=True):
        log = _log(row, logs) if charges(row) else None
        paid = _paid(log, calls) if log else ()
        if had[told]:
            had[told] -= 1
            continue
        role = _role(row, cell, target)
        found.append(
            Charge(
                row=row, log=log, calls=paid, role=role, tasks=_tasks(row, role, cell, target), requests=_requests(cell)
            )
        )
    return tuple(found)


def _told(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted((key, str(value)) for key, value in row.items() if key not in STANDING))


def _log(row: LedgerRow, logs: list[UsageRow]) -> UsageRow | None:
    """The usage log of a charge, taken out of `logs`: by a key, else by what both say, else by the operation alone."""
    ways = (
        lambda log: row.log is not None and str(row.log) == str(log.id),
        lambda log: log.movement is not None and str(log.movement) == str(row.id),
        lambda log: row.log is None and _same(row, log) and log.credits == -row.credits,
        lambda log: row.log is None and _same(row, log),
    )
    found = next((log for way in ways for log in logs if way(log)), None)
    if found is not None:
        logs.remove(found)
    return found


def _same(row: LedgerRow, log: UsageRow) -> bool:
    return (row.account, row.operation) == (log.account, log.operation)


def _paid(log: UsageRow, calls: list[Call]) -> tuple[Call, ...]:
    """The calls that a log is of, taken out of `calls`: by the request's id, else by model and tokens; of images as many calls as
    drew what it counts."""
    found = [call for call in calls if log.request and log.request in ids_of(call)][:1]
    if not found and log.token_total:
        used = (log.tokens_in or 0, log.tokens_out or 0)
        found = [call for call in _of_model(log, calls) if call.usage and used == _used(call)][:1]
    elif not found:
        drawn = 0
        for call in _of_model(log, calls):
            if call.images and drawn < log.units:
                drawn += call.images
                found.append(call)
    for call in found:
        calls.remove(call)
    return tuple(found)


def _of_model(log: UsageRow, calls: Sequence[Call]) -> list[Call]:
    wanted = SNAPSHOT.sub("", log.model)
    return [call for call in calls if not wanted or model_of(call) == wanted]


def _used(call: Call) -> tuple[int, int]:
    usage = call.usage or {}
    return usage.get("tokens_in", 0), usage.get("tokens_out", 0)


def _role(row: LedgerRow, cell: CellHistory, target: Target) -> str:
    """Who committed the transaction that wrote the movement, where the journal says it."""
    part = target.ledger.movements
    table = target.tables[part.kind].table if part is not None and part.kind in target.tables else ""
    name = table.rpartition(".")[2]
    for transaction in cell.transactions:
        for change in transaction.changes:
            if change.op == "insert" and change.table.rpartition(".")[2] == name and change.id == str(row.id):
                return transaction.role
    return ""


def _tasks(row: LedgerRow, role: str, cell: CellHistory, target: Target) -> tuple[TaskRun, ...]:
    """The tasks that can have written a movement: of those that ran the ones that report just these credits, else all."""
    if role and role not in target.takers:
        return ()
    ran = [task for task in cell.tasks if task.started]
    name = target.ledger.column("usage", "credits")
    own = [task for task in ran if isinstance(task.result, Mapping) and name and task.result.get(name) == -row.credits]
    return tuple(own or ran)


def _requests(cell: CellHistory) -> tuple[HttpExchange, ...]:
    return tuple(one for one in cell.http if one.method not in SAFE)
