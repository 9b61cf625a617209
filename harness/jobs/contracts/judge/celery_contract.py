"""The target's tasks against contracts/celery.toml, and messages of one phase against the tasks of another. Pure.

A message is known by its form: how many positional arguments it has, and the names of the others. What a worker does
with it is decided by the signature of the task alone, so binding the form to the signature is what acceptance means.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from harness.judge.result import Result, breaks, cannot_tell, holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task as its app runs it. `parameters` read as Python writes them: "ids: list[int]", "note: str = None".

    Times are seconds; None means no limit, and for `max_retries` no end. `retries_on` are the exceptions that retry by
    themselves.
    """

    name: str
    parameters: tuple[str, ...]
    queue: str
    acks_late: bool
    reject_on_worker_lost: bool
    max_retries: int | None
    retry_delay_s: float
    retries_on: tuple[str, ...]
    time_limit_s: float | None
    soft_time_limit_s: float | None
    serializer: str
    ignore_result: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A message as it is sent: `args` positional arguments, and `kwargs` by name. `where` says who sends it."""

    task: str
    args: int
    kwargs: tuple[str, ...] = ()
    where: str = ""

    def __str__(self) -> str:
        inner = [*("…" for _ in range(self.args)), *(f"{name}=…" for name in self.kwargs)]
        return f"{self.task}({', '.join(inner)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """contracts/celery.toml at one phase. `schedule` maps each periodic task to when it is sent, as Celery writes it."""

    tasks: tuple[Task, ...]
    forms: tuple[Form, ...]
    schedule: Mapping[str, str]


SHAPE = tuple(field.name for field in fields(Task) if field.name != "name")


def check(contract: Contract, live: Mapping[str, Task], schedule: Mapping[str, str]) -> Result:
    """Every task is as contracted, none is missing, none is new; beat sends what it should; every form is accepted."""
    if not contract.tasks or not live:
        return cannot_tell("no task is contracted, or the target has none: nothing was compared")
    problems = [
        *_compared({task.name: task for task in contract.tasks}, live),
        *_scheduled(contract.schedule, schedule),
        *(f"the contract's own message {form}: {why}" for form, why in refused(contract.forms, live)),
    ]
    return (
        breaks(problems)
        if problems
        else holds(f"{len(live)} tasks, {len(contract.forms)} forms of messages, {len(schedule)} scheduled")
    )


def drift(
    older: Mapping[str, Task], newer: Mapping[str, Task], sent_by_older: Sequence[Form], sent_by_newer: Sequence[Form]
) -> Result:
    """A message that either phase sends is accepted by the other: by the new after a deployment, by the old after a rollback."""
    if not sent_by_older or not sent_by_newer:
        return cannot_tell("no message is declared for one of the phases: nothing was compared")
    problems = [
        *(f"sent before, refused after: {form}: {why}" for form, why in refused(sent_by_older, newer)),
        *(f"sent after, refused before (a rollback loses it): {form}: {why}" for form, why in refused(sent_by_newer, older)),
        *_settings_that_lose(older, newer),
    ]  # fmt: skip
    return (
        breaks(problems)
        if problems
        else holds(f"{len(sent_by_older)} forms forward, {len(sent_by_newer)} forms back, accepted")
    )


def refused(forms: Iterable[Form], live: Mapping[str, Task]) -> Iterator[tuple[Form, str]]:
    """Forms that no worker of `live` would run, with why."""
    for form in forms:
        task = live.get(form.task)
        if task is None:
            yield form, "there is no such task"
            continue
        try:
            signature(task.parameters).bind(*range(form.args), **dict.fromkeys(form.kwargs))
        except TypeError as error:
            yield form, f"{error}; it takes ({', '.join(task.parameters)})"


def undeclared(messages: Iterable[tuple[str, int, frozenset[str]]], contract: Contract) -> tuple[str, ...]:
    """Messages that were really sent (name, positional count, keyword names) and that the contract has no form for."""
    known = {(form.task, form.args, frozenset(form.kwargs)) for form in contract.forms}
    return tuple(
        sorted(
            f"sent, but not in the contract: {Form(task=name, args=args, kwargs=tuple(sorted(kwargs)))}"
            for name, args, kwargs in set(messages) - known
        )
    )


def signature(parameters: Sequence[str]) -> inspect.Signature:
    """A signature to bind to, from what `parameters` read; neither annotations nor defaults are evaluated.

    Raises ValueError for what is no list of parameters.
    """
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    found: list[inspect.Parameter] = []
    for text in parameters:
        name, default = (part.strip() for part in (text.partition("=")[0], text.partition("=")[1]))
        name = name.partition(":")[0].strip()
        if name == "/":
            found = [one.replace(kind=inspect.Parameter.POSITIONAL_ONLY) for one in found]
        elif name == "*":
            kind = inspect.Parameter.KEYWORD_ONLY
        elif not name.lstrip("*").isidentifier():
            raise ValueError(f"{text!r} is no parameter")
        elif name.startswith("**"):
            found.append(inspect.Parameter(name[2:], inspect.Parameter.VAR_KEYWORD))
        elif name.startswith("*"):
            found.append(inspect.Parameter(name[1:], inspect.Parameter.VAR_POSITIONAL))
            kind = inspect.Parameter.KEYWORD_ONLY
        else:
            found.append(inspect.Parameter(name, kind, default=None if default else inspect.Parameter.empty))
    return inspect.Signature(found)


def _compared(wanted: Mapping[str, Task], live: Mapping[str, Task]) -> Iterator[str]:
    for name in sorted(wanted.keys() | live.keys()):
        if name not in live:
            yield f"{name}: the target has no such task"
        elif name not in wanted:
            yield f"{name}: a task that the contract does not have"
        else:
            for field in SHAPE:
                old, new = getattr(wanted[name], field), getattr(live[name], field)
                if old != new:
                    yield f"{name}: {field} is {_shown(new)}, contracted {_shown(old)}"


def _scheduled(wanted: Mapping[str, str], live: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(wanted.keys() | live.keys()):
        if wanted.get(name) != live.get(name):
            yield f"beat sends {name} {_when(live.get(name))}, contracted {_when(wanted.get(name))}"


def _settings_that_lose(older: Mapping[str, Task], newer: Mapping[str, Task]) -> Iterator[str]:
    """Changes that leave messages where no worker of the other phase looks, or in a form that it cannot read."""
    for name in sorted(older.keys() & newer.keys()):
        for field in ("queue", "serializer"):
            old, new = getattr(older[name], field), getattr(newer[name], field)
            if old != new:
                yield f"{name}: {field} {_shown(old)} -> {_shown(new)}: what one phase queues, the other does not read"


def _when(text: str | None) -> str:
    return "never" if text is None else text


def _shown(value: object) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, tuple) else repr(value)
