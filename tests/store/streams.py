"""The events that a run would have told, for cells that the checker tests know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from harness.core.history import CellHistory, Event, RowChange
from harness.store.history import HistoryWriter, row_fields
from tests.judge.ledgers import lawful_text


def money_rows(cell: CellHistory) -> tuple[RowChange, ...]:
    """Inserts of transaction and usage_log, as capture sees them."""
    ids = {name: ref["id"] for name, ref in cell.refs.items() if ref["kind"] == "account"}
    transactions = [
        RowChange(
            kind="transaction",
            op="insert",
            id=row.id,
            before=None,
            after={
                "id": row.id,
                "account_id": ids[row.account],
                "type": row.kind,
                "amount": row.credits,
                "balance_after": row.balance,
                "metadata": {"operation_type": row.operation, "units": row.units, "usage_log_id": row.id},
                "created_at": f"2026-11-22T12:00:{row.id:02}.123456+00:00",
            },
        )
        for row in cell.ledger
    ]
    logs = [
        RowChange(
            kind="usage_log",
            op="insert",
            id=log.id,
            before=None,
            after={
                "id": log.id,
                "account_id": ids[log.account],
                "operation": log.operation,
                "credits_used": log.credits,
                "model": log.model,
                "tokens_in": log.tokens_in,
                "tokens_out": log.tokens_out,
                "cost_usd": log.cost_usd,
                "metadata": {"units": log.units},
                "created_at": f"2026-11-22T12:00:{log.id:02}.123456+00:00",
            },
        )
        for log in cell.usage
    ]
    return (*transactions, *logs)


def told(cell: CellHistory) -> CellHistory:
    """The cell with its money rows among its rows, as it is after reading."""
    return replace(cell, rows=(*cell.rows, *money_rows(cell)), seconds={"drive": 0.5})


def tell_cell(writer: HistoryWriter, cell: CellHistory) -> None:
    writer.tell("cell.start", {"scenario": cell.scenario, "path": cell.path, "title": "One article"})
    accounts = {name: {"id": cell.refs[name]["id"], "credits": opening} for name, (opening, _) in cell.accounts.items()}
    writer.tell("seeded", {"refs": cell.refs, "accounts": accounts})
    for exchange in cell.http:
        writer.tell("http", asdict(exchange))
    for task in cell.tasks:
        writer.tell("task", asdict(task))
    for call in cell.calls:
        writer.tell("call", asdict(call))
    for transaction in cell.transactions:
        writer.tell("tx", asdict(transaction))
    writer.tell("tape", {"unplayed": list(cell.unplayed)})
    for change in cell.rows:
        writer.tell("row", row_fields(change))
    for name, (opening, closing) in cell.accounts.items():
        writer.tell("balance", {"account": name, "opening": opening, "closing": closing})
    for line in cell.logs:
        writer.tell("log", asdict(line))
    writer.tell("cell.end", {"settled": cell.settled, "reason": cell.settle_reason, "seconds": dict(cell.seconds)})


def write_run(
    path: Path, cells: Iterable[CellHistory] = (), *, planned: Iterable[str] = (), end: bool = True, **start: Any
) -> Path:
    cells = list(cells) or [told(lawful_text())]
    with HistoryWriter(path) as writer:
        planned = list(planned) or [cell.cell for cell in cells]
        writer.tell("run.start", {"target": "t", "phase": 0, "tier": "processes", "seed": 0, "cells": planned, **start})
        for cell in cells:
            tell_cell(writer, cell)
        if end:
            writer.tell("run.end", {"seconds": {"total": 1.0}, "cells": len(cells)})
    return path


def events_of(*cells: CellHistory, tmp: Path) -> list[Event]:
    from harness.store.history import events

    return list(events(write_run(tmp, cells)))
