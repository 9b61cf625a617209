"""What init passes on: rows of a first world, ways to press, what came of each."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.core.action import Action, Files, Path, call, request, step, task
from harness.core.scenario import Given, Ref, Row, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A row of the given world. In `values` {"ref": NAME} is another row's key."""

    name: str
    model: str
    values: Mapping[str, Any]

    @property
    def row(self) -> Row:
        return Row(name=self.name, model=self.model, values={key: _ref(one) for key, one in self.values.items()})


def _ref(value: Any) -> Any:
    return Ref(value["ref"]) if isinstance(value, Mapping) and set(value) == {"ref"} else value


KINDS = (REQUEST, TASK, COMMAND, SERVICE) = ("request", "task", "command", "service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One thing that can be asked of the target. `kind` is one of KINDS; `what` is the URL, the task, the command or the function;
    `body` the JSON of a request, the arguments of a task, or the code that calls, where a command takes arguments. `data` are the fields of a
    form, `files` what is uploaded with it, as Action has them. `rows` are the kinds that it names."""

    id: str
    title: str
    path: str
    kind: str
    what: str
    method: str = ""
    body: Any = None
    data: Mapping[str, Any] | None = None
    files: Mapping[str, Sequence[Mapping[str, str]]] | None = None
    rows: tuple[str, ...] = ()
    many: tuple[str, ...] = ()
    """Kinds of which it names several."""

    @property
    def action(self) -> Action:
        if self.kind == REQUEST:
            return request(self.method, self.what, self.body, data=self.data, files=None if self.files is None else _files(self.files))  # fmt: skip
        if self.kind == TASK:
            return task(self.what, kwargs=dict(self.body or {}))
        return call(self.code)

    @property
    def code(self) -> str:
        """What is said to the target's shell, of a command or a function."""
        return self.body or f'from django.core.management import call_command\ncall_command("{self.what}")'


def _files(told: Mapping[str, Sequence[Mapping[str, str]]]) -> Files:
    return {name: [(one["name"], content(one), one["type"]) for one in many] for name, many in told.items()}


def content(file: Mapping[str, str]) -> str | bytes:
    return file["text"] if "text" in file else base64.b64decode(file["base64"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of a way. `charged` is how much the balance fell, as text; `why` says what was missing where it did not."""

    way: Way
    planted: tuple[Planted, ...]
    status: int = 0
    expect: int = 0
    """The status that it must get, where that is no 2xx."""
    charged: str = ""
    moved: bool = False
    """Whether the movements of the ledger add up to the charge."""
    used: bool = False
    calls: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """What the simulator had no answer to: the beginning of each prompt."""
    shown: bool = False
    """Whether a prompt shows the example that `says` gives back."""
    fell: tuple[tuple[str, str, str], ...] = ()
    """Numbers of rows that were less afterwards, as harness.backend.guess.seen has them."""
    wrote: tuple[tuple[str, str, str], ...] = ()
    why: str = ""
    by_hand: bool = False
    """Somebody pressed it: what came of it is told, whatever it is."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """How requests show who makes them: lines of [auth], what the scenario gives, and the row that acts."""

    name: str
    auth: Mapping[str, Any] = field(default_factory=dict)
    actor: str = ""
    token: str = ""
    planted: tuple[Planted, ...] = ()


def scenario(tried: Tried, caller: Caller, tape: tuple[str, ...] = ()) -> Scenario:
    actor = caller.actor if tried.way.kind == REQUEST else ""
    tokens = {actor: caller.token} if actor and caller.token else {}
    return Scenario(
        id=tried.way.id,
        title=tried.way.title,
        given=Given(rows=tuple(one.row for one in tried.planted), actor=actor, tokens=tokens),
        when=(step(tried.way.action, expect=tried.expect) if tried.expect else tried.way.action,),
        paths=(Path(tried.way.path),),
        tape=tape,
    )


@dataclass(slots=True, kw_only=True)
class Outcome:
    """`written` and `kept` are names of files; `green` are scenarios whose golden is accepted and that passed, `red` those of which a law or
    the run said otherwise, each with its first line. `look` counts the marked lines, `seconds` are by part."""

    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    differences: str = ""
    found: list[Tried] = field(default_factory=list)
    others: list[Tried] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    candidates: Mapping[str, Sequence[str]] | None = None
    """Where none was found: what may hold a balance -> the lines of [ledger] that say so."""
    green: list[str] = field(default_factory=list)
    red: dict[str, str] = field(default_factory=dict)
    lines: int = 0
    look: int = 0
    caller: str = ""
    cut: str = ""
    doctor: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What was answered to the questions, or is by default."""

    isolation: str = "auto"
    workflows: bool = True
    accept: bool = True
    balance: str = ""
    """TABLE.COLUMN of the balance, where somebody knows better than the guess."""
    env: Mapping[str, str] = field(default_factory=dict)
    """What settings are given, said by whoever runs it."""


def named_once(found: Sequence[Tried]) -> list[Tried]:
    """With an id each: what has one that is taken gets a number."""
    taken: dict[str, int] = {}
    named = []
    for one in found:
        taken[one.way.id] = taken.get(one.way.id, 0) + 1
        n = taken[one.way.id]
        named.append(one if n == 1 else replace(one, way=replace(one.way, id=f"{one.way.id}_{n}")))
    return named
