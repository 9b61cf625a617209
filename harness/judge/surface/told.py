"""Values as a surface tells them: named, in relation to the clock, without what is free; each with the place where it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core.golden.free import COLUMN, INSTEAD, LOG, Freed
from harness.judge.surface.logged import unnumbered, without_tracebacks
from harness.judge.surface.names import Names, of_this_world
from harness.judge.surface.times import Clock

LONG = 100
"""Characters of a text that is written out; of a longer one its length and a digest are."""

BEGUN = {"pid", "hostname"}
"""What Celery keeps of a task that has begun (task_track_started), where its result goes later."""
PID = "<pid>"
"""Which number a process has is decided by how many the machine began before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands, in the words of harness.core.golden.free: `scope` and `of` say which event's, `path` leads to it."""

    scope: str
    of: str = ""
    path: tuple[str, ...] = ()

    def within(self, step: str) -> Place:
        return Place(scope=self.scope, of=self.of, path=(*self.path, step))


Trace = list[tuple[Place | None, str]]
"""What was told, in order: each value with its place, None where no entry of [free] could speak of it."""


class Told:
    """Says values. `trace` is written along where one is given."""

    def __init__(self, names: Names, clock: Clock, free: Freed, trace: Trace | None = None) -> None:
        self.names, self.clock, self.free, self.trace = names, clock, free, trace

    def text(self, text: str) -> str:
        return self.clock.text(self.names.text(unnumbered(without_tracebacks(text))))

    def plain(self, text: str) -> str:
        """A part of a line that nothing of [free] can speak of."""
        return self._traced(None, self.text(text))

    def log(self, logger: str, text: str) -> str:
        """What an ERROR says, what is free in it already cut out."""
        return self._traced(Place(scope=LOG, of=logger), self.text(text))

    def column(self, place: Place, value: str | None) -> str:
        """What a column holds, as PostgreSQL writes it; JSON in whatever type of column is read."""
        if value is None:
            return self._traced(place, "null")
        return self._inner(place, value) or self._traced(place, self.short(value))

    def value(self, place: Place, value: Any) -> str:
        """A JSON value on one line, as it was written; long texts in it by their digest."""
        if place.path and self.free.hit(place.scope, place.of, place.path):
            return INSTEAD
        match value:
            case Number():
                return self._traced(place, self.text(value))
            case str():
                inner = self._inner(place, value)
                return (
                    f"'{inner}'"
                    if inner
                    else self._traced(place, json.dumps(self.short(value, quoted=False), ensure_ascii=False))
                )
            case Mapping():
                if value.keys() == BEGUN and isinstance(value["pid"], Number | int):
                    value = {**value, "pid": PID}
                items = (
                    (self.text(str(name)), self.value(place.within(str(name)), item)) for name, item in value.items()
                )
                return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{told}" for name, told in items) + "}"
            case list() | tuple():
                return "[" + ",".join(self.value(place.within(str(n)), item) for n, item in enumerate(value)) + "]"
            case _:
                return self._traced(place, self.text(json.dumps(value, default=str)))

    def header(self, place: Place, value: str) -> str:
        return INSTEAD if self.free.hit(place.scope, place.of, place.path) else self._traced(place, self.short(value))

    def short(self, text: str, quoted: bool = True) -> str:
        text = self.text(of_this_world(text))
        if len(text) > LONG:
            return f"({len(text)}c {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]})"
        plain = not quoted or (text and not any(c.isspace() or c in '"=' for c in text))
        return text if plain else json.dumps(text, ensure_ascii=False)

    def free_column(self, table: str, column: str) -> bool:
        return self.free.hit(COLUMN, table, (column,))

    def _inner(self, place: Place, text: str) -> str:
        """JSON in a text, read; "" of any other text."""
        if text[:1] in ("[", "{") and text[-1:] in ("]", "}"):
            try:
                return self.value(place, json.loads(text, parse_float=Number, parse_int=Number))
            except (ValueError, RecursionError):
                pass
        return ""

    def _traced(self, place: Place | None, told: str) -> str:
        if self.trace is not None:
            self.trace.append((place, told))
        return told


class Number(str):
    """A number in JSON, as it was written: 1.50 is not 1.5."""

    __slots__ = ()


def entry(place: Place) -> str:
    """How [free] would speak of a place; places in a list are any."""
    steps: Sequence[str] = ["*" if step.isdecimal() else step for step in place.path]
    if place.scope == COLUMN:
        column, *inner = steps
        return f"{place.of}.{column}" + (f":{'.'.join(inner)}" if inner else "")
    return f"{place.scope}{f' {place.of}' if place.of else ''}:{'.'.join(steps)}"
