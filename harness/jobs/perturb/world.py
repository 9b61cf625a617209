"""What the events of a cell are read with: whose an id is, and what a column carries. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.core.config import Table
from harness.core.history import Event
from harness.core.ledger import Ledger
from harness.jobs.perturb.told import Path, spelled
from harness.jobs.perturb.values import IDENTITY, MONEY, STATE, Events

AMOUNTS = ("amount", "balance_after", "credits", "cost", "units", "tokens_in", "tokens_out", "column")
OWNERS = ("account", "usage", "movement", "reverses", "request")


@dataclass(slots=True)
class World:
    """What a cell's events are read with. `ids` maps the text of each id that a row of it has to its kind."""

    events: Events
    ledger: Ledger
    tables: Mapping[str, Table]
    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Account id -> what its balance is told as."""
    kinds: dict[str, str] = field(default_factory=dict)
    """Table -> kind."""

    def __post_init__(self) -> None:
        self.kinds = {table.table: kind for kind, table in self.tables.items()}
        for event in self.events:
            if event["kind"] == "seeded":
                self.ids |= {str(ref["id"]): ref["kind"] for ref in event["refs"].values() if distinct(ref["id"])}
                self.names = {str(one["id"]): name for name, one in event.get("accounts", {}).items()}
            elif event["kind"] == "row" and distinct(event["id"]):
                self.ids[str(event["id"])] = event["table_kind"]

    def others(self, value: Any) -> list[Any]:
        """Ids of the same kind, of the value's type, the next one first."""
        own = str(value)
        if own not in self.ids:
            return [type(value)(one) for one in self.names if one != own]
        return [type(value)(one) for one, of in self.ids.items() if of == self.ids[own] and one != own]

    def known(self, value: Any) -> bool:
        return isinstance(value, int | str) and not isinstance(value, bool) and str(value) in self.ids

    def kind_of(self, kind: str, path: Path) -> str:
        """The class of a column of a kind of row."""
        spelled_out, own = spelled(path), self.ledger
        for part in (own.movements, own.usage, own.balance):
            if part is not None and part.kind == kind:
                words = {word for word, column in part.columns.items() if column == spelled_out}
                if words & set(AMOUNTS) or any(word.startswith("tokens_") for word in words):
                    return MONEY
                if words & set(OWNERS):
                    return IDENTITY
        return STATE

    def tells(self, change: Mapping[str, Any], row: Event) -> bool:
        """Whether a change of the journal is of that row. What a query of [ledger] reads is told apart by its key alone."""
        kind, keys = row["table_kind"], change.get("key", ("id",))
        if kind in self.tables and self.kinds.get(change["table"]) != kind:
            return False
        if len(keys) < 2 or kind not in self.tables:
            return bool(change["id"] == str(row["id"]))
        # a row's id is PostgreSQL's record then, and the journal writes times otherwise
        values, parts = row.get("after") or row.get("before") or {}, change["id"].strip("()").split(",")
        return len(parts) == len(keys) and all(
            _same(values.get(key), part) for key, part in zip(keys, parts, strict=True)
        )

    def is_money(self, kind: str) -> bool:
        return self.is_posting(kind) or (self.ledger.balance is not None and kind == self.ledger.balance.kind)

    def is_posting(self, kind: str) -> bool:
        """Whether rows of a kind are movements or usage logs, or what a query of [ledger] reads as such."""
        table = self.tables[kind].table if kind in self.tables else ""
        return kind in self.ledger.kinds or (bool(table) and self.ledger.is_history(kind, table))


def distinct(value: Any) -> bool:
    """Whether an id is told from a number that stands anywhere: long enough, or of a kind that is none."""
    return value is not None and len(str(value)) > 5


def _same(value: Any, text: str) -> bool:
    if str(value) == text:
        return True
    try:
        return datetime.fromisoformat(str(value)) == datetime.fromisoformat(text)
    except ValueError:
        return False
