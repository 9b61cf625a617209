"""What of a target's code ran: its functions, their branches and handlers; and what harness.toml says of them in [reach].

A branch is where one line is followed by one of several, as coverage.py has it; a handler is an `except` block, which for
coverage.py is none. What stands at the top of a module runs when it is imported, and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS = (BRANCHES, FUNCTIONS, HANDLERS) = ("branches", "functions", "handlers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One that nobody took: from `line`, of which `text` is the source, to the line `to`; 0: it leaves the function there.
    `then` is the source of that line."""

    line: int
    text: str
    to: int
    then: str = ""

    @property
    def told(self) -> str:
        """ "34 if x: -> 36 return y"."""
        return f"{self.line} {self.text} -> {f'{self.to} {self.then}' if self.to else 'its end'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the target: `at` is "path:Class.name", below its root; `line` where it begins. `ran`: some cell called it.

    `branches` and `handlers` are how many there are, `missed` and `unhandled` those that no cell took.
    """

    at: str
    line: int
    ran: bool
    branches: int = 0
    missed: tuple[Way, ...] = ()
    handlers: int = 0
    unhandled: tuple[Way, ...] = ()

    @property
    def module(self) -> str:
        return self.at.rpartition(":")[0]

    @property
    def whole(self) -> bool:
        """Whether nothing of it is left."""
        return self.ran and not self.missed and not self.unhandled


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """What need not be reached: in functions whose `at` fits the pattern; of them lines whose source fits `text`, "": all."""

    at: str
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """[reach] of harness.toml: `left_out` are patterns of paths that are not counted at all, each with why."""

    left_out: Mapping[str, str] = field(default_factory=dict)
    excused: tuple[Excuse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What a whole run reached when it was accepted, at `phase` and with the varied worlds of `vary`: module -> kind -> (reached, of)."""

    phase: int
    vary: str
    why: str
    modules: Mapping[str, Mapping[str, tuple[int, int]]]


def fields_of(functions: Iterable[Function]) -> list[dict[str, Any]]:
    """As an event holds them."""
    return [_fields(one) for one in functions]


def _fields(one: Function) -> dict[str, Any]:
    told: dict[str, Any] = {"at": one.at, "line": one.line, "ran": one.ran}
    for name, count, ways in (("branches", one.branches, one.missed), ("handlers", one.handlers, one.unhandled)):
        if count:
            told[name] = [count, *([way.line, way.text, way.to, way.then] for way in ways)]
    return told


def of_fields(told: Iterable[Mapping[str, Any]]) -> tuple[Function, ...]:
    """The inverse of `fields_of`."""
    made = []
    for one in told:
        branches, missed = _ways(one.get("branches", (0,)))
        handlers, unhandled = _ways(one.get("handlers", (0,)))
        made.append(
            Function(
                at=one["at"], line=one["line"], ran=one["ran"],
                branches=branches, missed=missed, handlers=handlers, unhandled=unhandled,
            )
        )  # fmt: skip
    return tuple(made)


def _ways(told: Sequence[Any]) -> tuple[int, tuple[Way, ...]]:
    count, *ways = told
    return count, tuple(Way(line=line, text=text, to=to, then=then) for line, text, to, then in ways)
