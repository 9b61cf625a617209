"""Folding the events of one cell into a CellHistory: ledger and usage rows are read out of the row changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from harness.core.errors import HarnessError
from harness.core.fold.postings import posted
from harness.core.history import (
    Call,
    CellHistory,
    Change,
    Event,
    HttpExchange,
    Late,
    LogLine,
    Read,
    RowChange,
    TaskRun,
    Transaction,
)
from harness.core.ledger import Amount, Ledger
from harness.core.scenario import cell_id

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
        variation = start.get("variation", "")
        self.cell = cell_id(start["scenario"], start["path"], variation)
        self._ledger = ledger
        self._values: dict[str, Any] = {"scenario": start["scenario"], "path": start["path"], "variation": variation}
        self._lists: dict[str, list[Any]] = {
            name: []
            for name in (
                "calls",
                "rows",
                "transactions",
                "tasks",
                "http",
                "reads",
                "logs",
                "leaks",
                "sides",
                "unplayed",
            )
        }
        self._accounts: dict[str, tuple[Amount, Amount]] = {}
        self._names: dict[str, str] = {}
        self._born: dict[str, str] = {}
        self._late: list[Late] = []
        self._end: Event | None = None
        self._seen: Counter[str] = Counter()

    def add(self, event: Event) -> None:
        kind = event["kind"]
        self._seen[kind] += 1
        if kind == "row":
            self._lists["rows"].append(_make(RowChange, {**event, "kind": event["table_kind"]}))
        elif kind == "tx":
            changes = tuple(_make(Change, change, tuples=("key",)) for change in event["changes"])
            self._lists["transactions"].append(_make(Transaction, {**event, "changes": changes}))
        elif kind == "call":
            self._lists["calls"].append(_make(Call, event, tuples=("problems", "request_ids")))
        elif kind == "task":
            self._lists["tasks"].append(_make(TaskRun, event, tuples=("args", "due")))
        elif kind == "http":
            self._lists["http"].append(_make(HttpExchange, event, tuples=("redirects",)))
        elif kind == "read":
            self._lists["reads"].append(_make(Read, event))
        elif kind == "side":
            self._lists["sides"].append({key: event.get(key) for key in ("store", "key", "before", "after")})
        elif kind == "leak":
            self._lists["leaks"].append({key: event[key] for key in ("where", "secret")})
        elif kind == "log":
            self._lists["logs"].append(_make(LogLine, event))
        elif kind == "tape":
            self._lists["unplayed"] += event.get("unplayed", ())
            self._values["late_calls"] = event.get("late", 0)
        elif kind == "undeclared":
            self._values["undeclared"] = tuple(event["hosts"])
        elif kind == "balance":
            self._accounts[event["account"]] = self._held(event)
            if "born" in event:
                self._born[event["born"]] = event["account"]
        elif kind == "varied":
            self._values["varied"] = event["changed"]
        elif kind == "seeded":
            self._values["refs"] = event.get("refs", {})
            self._values["actors"] = tuple(event.get("actors", ()))
            self._names = {str(account["id"]): name for name, account in event.get("accounts", {}).items()}
        elif kind == "cell.end":
            self._end = event

    def _held(self, event: Event) -> tuple[Amount, Amount]:
        try:
            return self._ledger.amount(event["opening"]), self._ledger.amount(event["closing"])
        except ValueError as error:
            raise HarnessError(
                f"the balance of {event['account']} in {self.cell} cannot be read: {error}",
                hint="the history was changed after the run, or unit in [ledger] is another than it was driven with",
                code="history-syntax",
            ) from None

    def came_late(self, event: Event) -> None:
        """A `late` event that is of this cell, wherever it was told."""
        self._late.append(_make(Late, event, tuples=("lines",)))

    def build(self) -> CellHistory:
        end = self._end or {"settled": False, "reason": CUT_OFF}
        unseen = sorted(set(self._names.values()) - set(self._accounts))
        broken = bool(end.get("broken"))
        if self._end is not None and unseen and not broken:
            # an account that is missing here would be one that no law looks at
            end = {**end, "settled": False, "reason": f"the closing balance was not observed: {', '.join(unseen)}"}
        lost = {kind: n for kind, n in end.get("events", {}).items() if self._seen[kind] != n}
        if lost:
            what = ", ".join(f"{kind} {self._seen[kind]} of {n}" for kind, n in sorted(lost.items()))
            end = {**end, "settled": False, "reason": f"the history does not hold what was observed: {what}"}
        new = [change for change in self._lists["rows"] if change.op == "insert" and change.after is not None]
        movements, logs, unread = posted(new, self._ledger, self._named)
        return CellHistory(
            cell=self.cell,
            accounts=self._accounts,
            born=self._born,
            ledger=movements,
            usage=logs,
            unread=unread,
            settled=bool(end.get("settled")),
            settle_reason=str(end.get("reason") or ""),
            settle_code=str(end.get("code") or ""),
            settle_hint=str(end.get("hint") or ""),
            broken=broken,
            late=tuple(self._late),
            seconds=end.get("seconds", {}),
            spans=tuple((begun, ended) for begun, ended in end.get("clock", ())),
            prepared=tuple((begun, ended) for begun, ended in end.get("prepared", ())),
            **{name: tuple(items) for name, items in self._lists.items()},
            **self._values,
        )

    def _named(self, key: Any) -> str:
        return self._names.get(str(key)) or self._born.get(str(key), f"account#{key}")


def _make(shape: type, event: Event, tuples: tuple[str, ...] = ()) -> Any:
    known = {field.name: event[field.name] for field in fields(shape) if field.name in event}
    return shape(**{name: tuple(value) if name in tuples else value for name, value in known.items()})
