"""What is called in the target's own shell: management commands with what they must be given, and service functions that charge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.backend.guess.money import words
from harness.backend.guess.words import KINDS
from harness.core.ledger import DEDUCTION
from harness.core.look.django import Command, Field
from harness.core.look.values import Look
from harness.jobs.adopt.init.press.ways import COUNTS, NOT_PRESSED, plain
from harness.jobs.adopt.init.values import COMMAND, SERVICE, Way
from harness.jobs.adopt.init.world import World

SETS_UP = {"seed", "demo", "load", "fixtures", "issue", "create"}
CHARGING = sorted({*KINDS[DEDUCTION], "bill", "pay"} - {"use", "used", "out", "usage"})
"""Words with which a call begins that takes credits."""
SPOKEN = ("slug", "email", "username", "code", "name", "key", "number")
"""Columns by which people name a row, the likeliest first."""
TEXTS = {"text", "prompt", "title", "message", "words", "topic", "reason", "note"}
MOST = 12
"""Service functions that are pressed."""


def commands(look: Look) -> list[Command]:
    return [one for one in look.django.commands if not set(one.name.split("_")) & (NOT_PRESSED | SETS_UP)]


def question(look: Look) -> dict[str, Any]:
    """What handy.py is asked."""
    roots = sorted({app.module for app in look.django.apps if app.own})
    return {"commands": [[one.app, one.name] for one in commands(look)], "roots": roots, "charging": CHARGING}


def of_commands(look: Look, told: Sequence[Sequence[Mapping[str, Any]] | None], world: World) -> Iterator[Way]:
    for command, needed in zip(commands(look), told, strict=True):
        rows: list[str] = []
        said = [_said(one, world, rows) for one in needed or ()]
        if None in said:
            continue
        given = "".join(f", {one}" for one in said)
        name = re.sub(r"[^a-z0-9_]", "_", command.app.lower())
        yield Way(
            id=f"{name}/{command.name.lower()}_by_hand", title=f"manage.py {command.name}", path="direct", kind=COMMAND, what=command.name,
            body=f"from django.apps import apps\nfrom django.core.management import call_command\ncall_command({_text(command.name)}{given})" if given else None,
            rows=tuple(rows),
        )  # fmt: skip


def of_services(told: Sequence[Mapping[str, Any]], world: World) -> Iterator[Way]:
    """Functions of which every parameter that must be given is a row, the key of one, a number or a text. Those that others call with the words
    of a charge itself (spend, deduct) take credits for nothing: they are pressed by what calls them."""
    pressed = 0
    for one in told:
        rows: list[str] = []
        said = words(one["name"])
        if set(said) & NOT_PRESSED or said[0] in CHARGING or pressed >= MOST:
            continue
        given = [_passed(parameter, world, rows) for parameter in one["parameters"] if parameter["needed"] or parameter["odd"]]  # fmt: skip
        if None in given or not rows:
            continue
        pressed += 1
        module = one["module"].split(".")
        code = f"from django.apps import apps\nfrom {one['module']} import {one['name']}\n{one['name']}({', '.join(filter(None, given))})"
        yield Way(id=f"{re.sub(r'[^a-z0-9_]', '_', module[0].lower())}/{one['name'].lower()}_called", title=f"{one['module']}.{one['name']}", path="direct", kind=SERVICE, what=one["name"], body=code, rows=tuple(rows))  # fmt: skip


def _said(argument: Mapping[str, Any], world: World, rows: list[str]) -> str | None:
    """How a command's argument is given, as code; None where nobody knows."""
    name = argument["dest"]
    value = _text(argument["choices"][0]) if argument["choices"] else _value(name, argument["whole"], argument["help"], world, rows)  # fmt: skip
    if value is None:
        return None
    value = f"[{value}]" if argument["many"] else value
    return f"{name}={value}" if argument["flag"] else f"*{value}" if argument["many"] else value


def _passed(parameter: Mapping[str, Any], world: World, rows: list[str]) -> str | None:
    """How a function's parameter is given, by its name; None where nobody knows."""
    name = parameter["name"]
    value: str | None
    if parameter["odd"]:
        return None
    if parameter["model"] in world.models:
        rows.append(parameter["model"])
        value = _row(parameter["model"], world)
    else:
        value = _value(name, parameter["whole"], "", world, rows, keyed=True)
    return None if value is None else f"{name}={value}"


def _value(name: str, whole: bool, help: str, world: World, rows: list[str], *, keyed: bool = False) -> str | None:
    """A row's key, or what people call it by; a number, or a text. `keyed`: a name without `_id` means the row itself, for all that is said."""
    said, label = words(name), world.label(name)
    if label:
        rows.append(label)
        if keyed and said[-1:] not in (["id"], ["pk"], ["uuid"]):
            return _row(label, world)
        spoken = None if whole or said[-1:] in (["id"], ["pk"], ["uuid"]) else _spoken(label, help, world)
        return f"${world.kinds[label]}" if spoken is None else f"{_row(label, world)}.{spoken.name}"
    if (user := world.models.get(world.user)) is not None and not whole:
        called = next((one for one in user.fields if one.name == name and one.unique), None)
        if called is not None:
            rows.append(world.user)
            return f"{_row(world.user, world)}.{called.name}"
    if whole or set(said) & COUNTS:
        return "1"
    return _text(plain(name, said)) if set(said) & TEXTS else None


def _row(label: str, world: World) -> str:
    return f"apps.get_model({_text(label)}).objects.get(pk=${world.kinds[label]})"


def _spoken(label: str, help: str, world: World) -> Field | None:
    """The column that a person would name a row by: one that the help speaks of, else a unique text; None: its key."""
    texts = {one.name: one for one in world.models[label].fields if one.internal_type in ("CharField", "SlugField", "EmailField", "TextField")}  # fmt: skip
    of_help = [name for name in texts if name in words(help)]
    unique = [name for name in SPOKEN if name in texts and texts[name].unique]
    return next((texts[name] for name in (*of_help, *unique)), None)


def _text(value: Any) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"' if isinstance(value, str) else repr(value)  # fmt: skip
