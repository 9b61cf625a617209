"""A cell's events as lines: what its surface file holds, and what two runs are compared by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.core.history import CellHistory, Change, Transaction
from harness.judge.surface.names import Names
from harness.judge.surface.times import Clock

LONG = 100
"""Characters of a text that is written out; of a longer one its length and a digest are."""


def lines_of(
    cell: CellHistory, clock: Clock, *, mixed: bool = False, free: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The surface of a cell. `mixed`: what ran side by side has no order. `free`: "table.column"s that are not looked at."""
    return tuple(_Surface(cell, clock, mixed, free).lines())


class _Surface:
    def __init__(self, cell: CellHistory, clock: Clock, mixed: bool, free: frozenset[str]) -> None:
        self.cell, self.clock, self.mixed, self.free = cell, clock, mixed, free
        by_role: dict[str, list[Transaction]] = {}
        for one in cell.transactions:
            by_role.setdefault("" if mixed else one.role, []).append(one)
        if mixed:
            # in the order of what they hold, new rows without their numbers: those follow from it
            self.names = Names(cell.refs, cell.transactions, numbered=False)
            by_role = {role: sorted(ones, key=self._transaction) for role, ones in by_role.items()}
        self.by_role = dict(sorted(by_role.items()))
        self.names = Names(cell.refs, (one for ones in self.by_role.values() for one in ones))

    def lines(self) -> Iterator[str]:
        for exchange in self.cell.http:
            yield f"http {exchange.method} {self.text(exchange.path)} {self.value(exchange.request)} => {exchange.status} {self.value(exchange.response)}"
        yield from self._ordered(self._messages())
        yield from self._ordered(self._calls())
        for role, transactions in self.by_role.items():
            head = f"tx {role}".strip()
            for one in transactions:
                for n, line in enumerate(self._transaction(one)):
                    yield f"{head if n == 0 else ' ' * len(head)} {line}"
        yield from self._ordered(self._errors())

    def _errors(self) -> Iterator[str]:
        for log in self.cell.logs:
            if log.level in ("ERROR", "CRITICAL"):
                yield f"log {log.role} {log.level} {log.logger} {self.text(log.message)}"

    def _ordered(self, lines: Iterable[str]) -> Iterable[str]:
        return sorted(lines) if self.mixed else lines

    def _messages(self) -> Iterator[str]:
        for task in self.cell.tasks:
            given = f"{self.value(list(task.args))} {self.value(dict(task.kwargs))}"
            yield f"message {task.name} {given} => {task.state} {self.value(task.result)} {self.text(task.error)}".rstrip()

    def _calls(self) -> Iterator[str]:
        for call in self.cell.calls:
            yield (
                f"call {call.method} {call.host}{self.text(call.path)} {self.value(call.request)} => {call.status} "
                f"{call.disposition}{f' {call.fault}' if call.fault else ''}"
            )

    def _transaction(self, one: Transaction) -> tuple[str, ...]:
        return tuple(line for change in one.changes if (line := self._change(change)))

    def _change(self, change: Change) -> str:
        name = self.names.row(change)
        if change.op == "update":
            before, after = change.before or {}, change.after or {}
            columns = [
                f"{c}:{self.column(before.get(c))}->{self.column(after.get(c))}"
                for c in self._looked_at(change, {**before, **after})
            ]
            if not columns:
                return ""
            return f"~ {change.table} {name} {' '.join(columns)}"
        row = change.after if change.op == "insert" else change.before
        sign = "+" if change.op == "insert" else "-"
        own = change.key if name.startswith("<") else ()
        columns = [f"{c}={self.column((row or {})[c])}" for c in self._looked_at(change, row or {}) if c not in own]
        return f"{sign} {change.table} {name} {' '.join(columns)}"

    def _looked_at(self, change: Change, row: Mapping[str, Any]) -> list[str]:
        return sorted(c for c in row if f"{change.table}.{c}" not in self.free and f"*.{c}" not in self.free)

    def column(self, value: str | None) -> str:
        if value is None:
            return "null"
        if value[:1] in "[{":
            try:
                return self.value(json.loads(value, parse_float=Number, parse_int=Number))
            except ValueError:
                pass
        return self.short(value)

    def value(self, value: Any) -> str:
        """A JSON value on one line, as it was written; long texts in it by their digest."""
        match value:
            case Number():
                return self.text(value)
            case str():
                return json.dumps(self.short(value, quoted=False), ensure_ascii=False)
            case Mapping():
                return "{" + ",".join(f"{self.value(str(k))}:{self.value(v)}" for k, v in value.items()) + "}"
            case list() | tuple():
                return "[" + ",".join(map(self.value, value)) + "]"
            case _:
                return self.text(json.dumps(value, default=str))

    def short(self, text: str, quoted: bool = True) -> str:
        text = self.text(text)
        if len(text) > LONG:
            return f"({len(text)}c {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]})"
        plain = not quoted or (text and not any(c.isspace() or c in '"=' for c in text))
        return text if plain else json.dumps(text, ensure_ascii=False)

    def text(self, text: str) -> str:
        return self.clock.text(self.names.text(text))


class Number(str):
    """A number in JSON, as it was written: 1.50 is not 1.5."""

    __slots__ = ()
