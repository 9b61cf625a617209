"""A cell's events as lines: what its surface file holds, and what two runs are compared by."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from harness.core.golden.free import ANSWER, CALL, COLUMN, HEADER, MESSAGE, SIDE, Freed
from harness.core.history import CellHistory, Change, TaskRun, Transaction
from harness.core.variation import NOBODY, STRANGER
from harness.judge.surface.logged import record
from harness.judge.surface.names import RANGED, UUID, Names
from harness.judge.surface.times import Clock
from harness.judge.surface.told import Place, Told, Trace

ERRORS = ("ERROR", "CRITICAL")
HTTPS = 443
USUAL_QUEUE = "celery"
"""Celery's own name of the queue of those that name none."""
_KEYS = re.compile(rf"{RANGED.pattern}|{UUID.pattern}|(?<=/)\d+(?=/|$)")
LOOKED_FOR = ("asked",)
"""How [free] lets a host be looked for: "side host HOST:asked"."""
DIGEST_CHARACTERS = 12
SHOWN, SHOWN_TO_OTHERS = 300, 2000
"""Characters of an answer that was read back which are written out, to who may read it and to who may not; of a longer one its length and a
digest are."""


def each_line(
    cell: CellHistory,
    clock: Clock,
    *,
    mixed: bool = False,
    free: Freed | None = None,
    given: Callable[[str], bool] = lambda _: False,
    made: frozenset[str] = frozenset(),
    trace: Trace | None = None,
) -> Iterator[str]:
    """The surface of a cell, line after line. `mixed`: what ran side by side has no order. `free` is what is not looked at; `given` says of a
    token that the target did not make it; `made` are columns that are known to hold what it makes (harness.judge.surface.names)."""
    return _Surface(cell, clock, mixed, free or Freed(), given, made, trace).lines()


def lines_of(cell: CellHistory, clock: Clock, **how: Any) -> tuple[str, ...]:
    """All of them at once."""
    return tuple(each_line(cell, clock, **how))


class _Surface:
    def __init__(
        self,
        cell: CellHistory,
        clock: Clock,
        mixed: bool,
        free: Freed,
        given: Callable[[str], bool],
        made: frozenset[str],
        trace: Trace | None,
    ) -> None:
        self.cell, self.mixed = cell, mixed
        by_role: dict[str, list[Transaction]] = {}
        for one in cell.transactions:
            by_role.setdefault("" if mixed else one.role, []).append(one)
        called = {
            task.id: f"<message {task.name}>" if mixed else f"<message {n}>" for n, task in enumerate(cell.tasks, 1)
        }
        known: dict[str, Any] = {"given": given, "timed": clock.text, "made": made}
        if mixed:
            # in the order of what they hold, new rows without their numbers: those follow from it
            bare = Names(cell.refs, cell.transactions, called, numbered=False, **known)
            self.told = Told(bare, clock, free)
            by_role = {role: sorted(ones, key=self._transaction) for role, ones in by_role.items()}
        self.by_role = dict(sorted(by_role.items()))
        ordered = (one for ones in self.by_role.values() for one in ones)
        self.told = Told(Names(cell.refs, ordered, called, **known), clock, free, trace)

    def lines(self) -> Iterator[str]:
        yield from self._http()
        self.told.names.alone = not self.mixed
        yield from self._reads()
        yield from self._ordered(self._messages())
        yield from self._ordered(self._calls())
        for role, transactions in self.by_role.items():
            head = f"tx {role}".strip()
            for one in transactions:
                for n, line in enumerate(self._transaction(one)):
                    yield f"{head if n == 0 else ' ' * len(head)} {line}"
        yield from self._ordered(self._errors())
        yield from map(self._side, self.cell.sides)
        for host in sorted(set(self.cell.undeclared)):
            if not self.told.free.hit(SIDE, f"host {host}", LOOKED_FOR):
                yield f"side host {host} was looked for: no provider of harness.toml speaks there"

    def _http(self) -> Iterator[str]:
        say = self.told
        for exchange in self.cell.http:
            place = Place(scope=ANSWER, of=_KEYS.sub("*", exchange.path.partition("?")[0]))
            asked = f"{exchange.method} {say.plain(exchange.path)} {f'{exchange.form} ' if exchange.form else ''}{say.value(Place(scope=''), exchange.request)}"
            way = "".join(f" => {say.plain(one)}" for one in exchange.redirects)
            body = say.value(place, exchange.response)
            yield f"http {asked}{way} => {exchange.status} {body}{self._headers(Place(scope=HEADER, of=place.of), exchange.headers)}"

    def _reads(self) -> Iterator[str]:
        for read in self.cell.reads:
            place = Place(scope=ANSWER, of=_KEYS.sub("*", read.path.partition("?")[0]))
            said = self.told.value(place, read.response)
            if len(said) > (SHOWN_TO_OTHERS if read.caller in (STRANGER, NOBODY) else SHOWN):
                said = f"({len(said)}c {hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:DIGEST_CHARACTERS]})"
            came = f" => {read.status} {said}" if read.caller else ""
            yield f"read {read.caller or 'not asked'} GET {self.told.plain(read.path)}{came}"

    def _headers(self, place: Place, headers: Mapping[str, str]) -> str:
        """Behind what they come with, each as a word of its own."""
        return "".join(
            f" {name}={self.told.header(place.within(name), value)}" for name, value in sorted(headers.items())
        )

    def _errors(self) -> Iterator[str]:
        for log in self.cell.logs:
            if log.level in ERRORS or log.exception:
                head, said = record(self.told.free.log(log.logger, log.message))
                broke = ""
                if log.exception:
                    why = f": {self.told.log(log.logger, said)}" if said else ""
                    broke = f" {log.exception}{why} in {log.where or 'no code of the target'}"
                role = "" if self.mixed else f" {log.role}"
                yield f"log{role} {log.level or 'traceback'} {self._logger(log.logger)} {self.told.log(log.logger, head)}{broke}"

    def _logger(self, logger: str) -> str:
        """A logger's name, a process's without its number; nothing where it is but the number of one."""
        return "" if logger.isdecimal() else self.told.text(logger)

    def _ordered(self, lines: Iterable[str]) -> Iterable[str]:
        """As they come, or in the order of what they say; what is traced of each goes with it."""
        if not self.mixed:
            return lines
        trace = self.told.trace if self.told.trace is not None else []
        begun, told = len(trace), list[tuple[str, Trace]]()
        for line in lines:
            told.append((line, trace[begun:]))
            del trace[begun:]
        told.sort(key=lambda pair: pair[0])
        trace += [one for _, traced in told for one in traced]
        return [line for line, _ in told]

    def _messages(self) -> Iterator[str]:
        number = {task.id: n for n, task in enumerate(self.cell.tasks, 1)}
        names = {task.id: task.name for task in self.cell.tasks}
        say = self.told
        for task in self.cell.tasks:
            place = Place(scope=MESSAGE, of=task.name)
            parent = names.get(task.parent, "") if self.mixed else number.get(task.parent, "")
            head = "message" if self.mixed else f"message {number[task.id]}"
            came = f" <{parent}" if parent else ""
            args, kwargs = (
                say.value(place.within("args"), list(task.args)),
                say.value(place.within("kwargs"), dict(task.kwargs)),
            )
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
            result = say.value(place.within("result"), task.result)
            yield f"{head}{came} {task.name} {args} {kwargs}{said} => {end} {result}{self._broke(task)}"

    def _broke(self, task: TaskRun) -> str:
        if task.exception:
            return f" {task.exception['type']}: {self.told.plain(task.exception.get('message', ''))}"
        return f" {self.told.plain(task.error)}" if task.error else ""

    def _calls(self) -> Iterator[str]:
        say = self.told
        for n, call in enumerate(self.cell.calls, 1):
            port = f":{call.port}" if call.port != HTTPS else ""
            sni = f" sni={call.sni or 'none'}" if call.sni != call.host else ""
            query = f"?{say.plain(call.query)}" if call.query else ""
            head = "call" if self.mixed else f"call {n}"
            played = f"{call.disposition}{f' {call.fault}' if call.fault else ''}"
            where = f"{call.scheme}://{call.host}{port}{say.plain(call.path)}{query}{sni}"
            place = Place(scope=CALL, of=call.host)
            body = say.value(place, call.request)
            yield f"{head} {call.method} {where} {body}{self._headers(place.within('headers'), call.headers)} => {call.status} {played}"

    def _transaction(self, one: Transaction) -> tuple[str, ...]:
        return tuple(line for change in one.changes if (line := self._change(change)))

    def _change(self, change: Change) -> str:
        name = self.told.names.row(change)
        if change.op == "update":
            before, after = change.before or {}, change.after or {}
            columns = [
                f"{c}:{self._value(change, c, before)}->{self._value(change, c, after, name)}"
                for c in self._looked_at(change, {**before, **after})
            ]
            return f"~ {change.table} {name} {' '.join(columns)}" if columns else ""
        row = (change.after if change.op == "insert" else change.before) or {}
        sign = "+" if change.op == "insert" else "-"
        own = change.key if name.startswith("<") else ()
        columns = [f"{c}={self._value(change, c, row, name)}" for c in self._looked_at(change, row) if c not in own]
        return f"{sign} {change.table} {name} {' '.join(columns)}"

    def _value(self, change: Change, column: str, row: Mapping[str, str | None], name: str = "") -> str:
        value = row.get(column)
        shape = self.told.names.kept(name, column, value) if name and value else None
        place = Place(scope=COLUMN, of=change.table, path=(column,))
        return shape if shape is not None else self.told.column(place, value)

    def _looked_at(self, change: Change, row: Mapping[str, Any]) -> list[str]:
        return sorted(c for c in row if not self.told.free_column(change.table, c))

    def _side(self, side: Mapping[str, Any]) -> str:
        """What came, went or changed: of a file its size and a digest, of all else the value."""
        place = Place(scope=SIDE, of=f"{side['store']} {side['key']}")
        before, after = (
            None if side.get(when) is None else self._left(place, side[when]) for when in ("before", "after")
        )
        what = "came" if before is None else "went" if after is None else "changed"
        held = " -> ".join(one for one in (before, after) if one is not None)
        return f"side {side['store']} {self.told.plain(str(side['key']))} {what}: {held}"

    def _left(self, place: Place, value: Any) -> str:
        if isinstance(value, Mapping) and "sha256" in value:
            if self.told.free.hit(place.scope, place.of, ("sha256",)):
                return f"{value['size']} bytes"
            return f"{value['size']} bytes {value['sha256'][:DIGEST_CHARACTERS]}"
        return self.told.value(place, value)
