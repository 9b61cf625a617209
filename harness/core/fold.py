"""Folding the events of one cell into a CellHistory: ledger and usage rows are read out of the row changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from harness.core.config import Ledger
from harness.core.history import (
    Call,
    CellHistory,
    Event,
    HttpExchange,
    LedgerRow,
    LogLine,
    RowChange,
    TaskRun,
    UsageRow,
)

CUT_OFF = "the run was cut off in this cell"


def folded(start: Event, events: Iterable[Event], ledger: Ledger) -> CellHistory:
    """The cell that `start` (a cell.start) begins, from its events."""
    builder = Builder(start, ledger)
    for event in events:
        builder.add(event)
    return builder.build()


class Builder:
    """Collects one cell's events."""

    def __init__(self, start: Event, ledger: Ledger) -> None:
        self.cell = f"{start['scenario']}@{start['path']}"
        self._ledger = ledger
        self._values: dict[str, Any] = {"scenario": start["scenario"], "path": start["path"]}
        self._lists: dict[str, list[Any]] = {
            name: [] for name in ("calls", "rows", "tasks", "http", "logs", "unplayed")
        }
        self._accounts: dict[str, tuple[int, int]] = {}
        self._names: dict[Any, str] = {}
        self._end: Event | None = None
        self._seen: Counter[str] = Counter()

    def add(self, event: Event) -> None:
        kind = event["kind"]
        self._seen[kind] += 1
        if kind == "row":
            self._lists["rows"].append(_make(RowChange, {**event, "kind": event["table_kind"]}))
        elif kind == "call":
            self._lists["calls"].append(_make(Call, event, tuples=("problems",)))
        elif kind == "task":
            self._lists["tasks"].append(_make(TaskRun, event, tuples=("args",)))
        elif kind == "http":
            self._lists["http"].append(_make(HttpExchange, event))
        elif kind == "log":
            self._lists["logs"].append(_make(LogLine, event))
        elif kind == "tape":
            self._lists["unplayed"] += event.get("unplayed", ())
            self._values["late_calls"] = event.get("late", 0)
        elif kind == "balance":
            self._accounts[event["account"]] = (event["opening"], event["closing"])
        elif kind == "seeded":
            self._values["refs"] = event.get("refs", {})
            self._values["actors"] = tuple(event.get("actors", ()))
            self._names = {account["id"]: name for name, account in event.get("accounts", {}).items()}
        elif kind == "cell.end":
            self._end = event

    def build(self) -> CellHistory:
        end = self._end or {"settled": False, "reason": CUT_OFF}
        unseen = sorted(set(self._names.values()) - set(self._accounts))
        if self._end is not None and unseen:
            # an account that is missing here would be one that no law looks at
            end = {**end, "settled": False, "reason": f"the closing balance was not observed: {', '.join(unseen)}"}
        lost = {kind: n for kind, n in end.get("events", {}).items() if self._seen[kind] != n}
        if lost:
            what = ", ".join(f"{kind} {self._seen[kind]} of {n}" for kind, n in sorted(lost.items()))
            end = {**end, "settled": False, "reason": f"the history does not hold what was observed: {what}"}
        new = [change for change in self._lists["rows"] if change.op == "insert" and change.after is not None]
        return CellHistory(
            cell=self.cell,
            accounts=self._accounts,
            ledger=tuple(
                sorted(
                    (self._transaction(row) for row in new if row.kind == self._ledger.transaction), key=lambda r: r.id
                )
            ),
            usage=tuple(
                sorted((self._usage(row) for row in new if row.kind == self._ledger.usage), key=lambda r: r.id)
            ),
            settled=bool(end.get("settled")),
            settle_reason=str(end.get("reason") or ""),
            seconds=end.get("seconds", {}),
            **{name: tuple(items) for name, items in self._lists.items()},
            **self._values,
        )

    def _transaction(self, change: RowChange) -> LedgerRow:
        row, columns = change.after or {}, self._ledger.transaction_columns
        return LedgerRow(
            id=change.id,
            account=self._account(column(row, columns["account"])),
            kind=str(column(row, columns["type"])),
            operation=str(column(row, columns["operation"]) or ""),
            credits=column(row, columns["amount"]),
            balance=column(row, columns["balance_after"]),
            units=_units(column(row, columns["units"])),
        )

    def _usage(self, change: RowChange) -> UsageRow:
        row, columns = change.after or {}, self._ledger.usage_columns
        cost = column(row, columns["cost_usd"])
        return UsageRow(
            id=change.id,
            account=self._account(column(row, columns["account"])),
            operation=str(column(row, columns["operation"]) or ""),
            credits=column(row, columns["credits"]),
            model=str(column(row, columns["model"]) or ""),
            tokens_in=column(row, columns["tokens_in"]) or 0,
            tokens_out=column(row, columns["tokens_out"]) or 0,
            cost_usd=None if cost is None else str(cost),
            units=_units(column(row, columns["units"])),
        )

    def _account(self, key: Any) -> str:
        return self._names.get(key, f"account#{key}")


def column(row: Mapping[str, Any], path: str) -> Any:
    """The value of a column; "metadata.units" reaches into a JSON column. None when anything on the way is missing."""
    value: Any = row
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _units(value: Any) -> int:
    return 1 if value is None else value


def _make(shape: type, event: Event, tuples: tuple[str, ...] = ()) -> Any:
    known = {field.name: event[field.name] for field in fields(shape) if field.name in event}
    return shape(**{name: tuple(value) if name in tuples else value for name, value in known.items()})
