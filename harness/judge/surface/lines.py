"""A cell's events as lines: what its surface file holds, and what two runs are compared by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.core.history import CellHistory, Change, TaskRun, Transaction
from harness.judge.surface.names import Names, of_this_world
from harness.judge.surface.times import Clock

ERRORS = ("ERROR", "CRITICAL")
HTTPS = 443
USUAL_QUEUE = "celery"
"""Celery's own name of the queue of those that name none."""
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
        called = {
            task.id: f"<message {task.name}>" if mixed else f"<message {n}>" for n, task in enumerate(cell.tasks, 1)
        }
        if mixed:
            # in the order of what they hold, new rows without their numbers: those follow from it
            self.names = Names(cell.refs, cell.transactions, called, numbered=False)
            by_role = {role: sorted(ones, key=self._transaction) for role, ones in by_role.items()}
        self.by_role = dict(sorted(by_role.items()))
        self.names = Names(cell.refs, (one for ones in self.by_role.values() for one in ones), called)

    def lines(self) -> Iterator[str]:
        for exchange in self.cell.http:
            asked = f"{exchange.method} {self.text(exchange.path)} {self.value(exchange.request)}"
            way = "".join(f" => {self.text(one)}" for one in exchange.redirects)
            yield f"http {asked}{way} => {exchange.status} {self.value(exchange.response)}{self._headers(exchange.headers)}"
        yield from self._ordered(self._messages())
        yield from self._ordered(self._calls())
        for role, transactions in self.by_role.items():
            head = f"tx {role}".strip()
            for one in transactions:
                for n, line in enumerate(self._transaction(one)):
                    yield f"{head if n == 0 else ' ' * len(head)} {line}"
        yield from self._ordered(self._errors())
        for side in self.cell.sides:
            there = [
                self.value(side.get(when)) if side.get(when) is not None else "nothing" for when in ("before", "after")
            ]
            yield f"side {side['store']} {self.text(str(side['key']))}: {there[0]} -> {there[1]}"

    def _headers(self, headers: Mapping[str, str]) -> str:
        """Behind what they come with, each as a word of its own."""
        return "".join(f" {name}={self.short(value)}" for name, value in sorted(headers.items()))

    def _errors(self) -> Iterator[str]:
        for log in self.cell.logs:
            if log.level in ERRORS or log.exception:
                broke = f" {log.exception} in {log.where or 'no code of the target'}" if log.exception else ""
                role = "" if self.mixed else f" {log.role}"
                yield f"log{role} {log.level or 'traceback'} {log.logger} {self.text(log.message)}{broke}"

    def _ordered(self, lines: Iterable[str]) -> Iterable[str]:
        return sorted(lines) if self.mixed else lines

    def _messages(self) -> Iterator[str]:
        number = {task.id: n for n, task in enumerate(self.cell.tasks, 1)}
        names = {task.id: task.name for task in self.cell.tasks}
        for task in self.cell.tasks:
            parent = names.get(task.parent, "") if self.mixed else number.get(task.parent, "")
            head = "message" if self.mixed else f"message {number[task.id]}"
            came = f" <{parent}" if parent else ""
            given = f"{self.value(list(task.args))} {self.value(dict(task.kwargs))}"
            odd = {
                "queue": task.queue if task.queue != USUAL_QUEUE else "",
                "due": ",".join(task.due),
                "expires": task.expires,
                "retries": task.retries,
                "priority": task.priority,
                "redelivered": task.redelivered,
            }
            said = "".join(f" {name}={value}" for name, value in odd.items() if value)
            end = task.state if task.started else f"{task.state} never begun"
            yield f"{head}{came} {task.name} {given}{said} => {end} {self.value(task.result)}{self._broke(task)}"

    def _broke(self, task: TaskRun) -> str:
        if task.exception:
            return f" {task.exception['type']}: {self.text(task.exception.get('message', ''))}"
        return f" {self.text(task.error)}" if task.error else ""

    def _calls(self) -> Iterator[str]:
        for n, call in enumerate(self.cell.calls, 1):
            port = f":{call.port}" if call.port != HTTPS else ""
            sni = f" sni={call.sni or 'none'}" if call.sni != call.host else ""
            query = f"?{self.text(call.query)}" if call.query else ""
            head = "call" if self.mixed else f"call {n}"
            played = f"{call.disposition}{f' {call.fault}' if call.fault else ''}"
            where = f"{call.scheme}://{call.host}{port}{self.text(call.path)}{query}{sni}"
            yield f"{head} {call.method} {where} {self.value(call.request)}{self._headers(call.headers)} => {call.status} {played}"

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
        text = self.text(of_this_world(text))
        if len(text) > LONG:
            return f"({len(text)}c {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]})"
        plain = not quoted or (text and not any(c.isspace() or c in '"=' for c in text))
        return text if plain else json.dumps(text, ensure_ascii=False)

    def text(self, text: str) -> str:
        return self.clock.text(self.names.text(text))


class Number(str):
    """A number in JSON, as it was written: 1.50 is not 1.5."""

    __slots__ = ()
