"""What a target declares, as lines: settings, models, routes, migrations, commands, queues, tasks, schedule.

One line a thing that has a name, with everything that looking found of it but what is as good as nothing. Of installed packages only their
routes are told, by path: what else they declare goes by their version. Where a server is, and in which folder, is what the harness gives.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from harness.core.golden.free import DECLARED, INSTEAD, Freed
from harness.core.look.celery import Celery
from harness.core.look.django import Django, Model, Route, Settings
from harness.core.look.values import Look

Told = Iterator[tuple[str, str, Any]]
"""Kind, name, and a value or a mapping of names to values."""
GIVEN = ("server", "servers", "location", "user", "said_by", "found_by", "module", "own")
"""What the harness gives, or what says how a thing was found."""
PARTS = (
    "fields",
    "foreign_keys",
    "unique",
    "parameters",
    "tasks",
    "queues",
    "beat",
    "broker",
    "results",
    "databases",
    "caches",
)
"""What has lines of its own."""  # fmt: skip
FOLDERS = ("media_root", "static_root")
SHAPES = frozenset(
    [
        "CreateModel",
        "DeleteModel",
        "RenameModel",
        "AlterModelTable",
        "AlterModelTableComment",
        "AlterUniqueTogether",
        "AlterIndexTogether",
        "AlterOrderWithRespectTo",
        "AlterModelOptions",
        "AlterModelManagers",
        "AddIndex",
        "RemoveIndex",
        "RenameIndex",
        "AddField",
        "RemoveField",
        "AlterField",
        "RenameField",
        "AddConstraint",
        "RemoveConstraint",
        "AlterConstraint",
    ]
)
"""What a migration does to models: they are told as they are then, and an index is nobody's promise. One that runs code is told itself."""


def lines(look: Look, root: Path, free: Iterable[str] = ()) -> tuple[str, ...]:
    """In the order of their kinds and names. `root` is the target's folder; `free` the entries of [free]."""
    freed = Freed(free)
    places = {os.fspath(root.resolve()): "{target}", **dict.fromkeys(look.runtime.paths, "{packages}")}
    found = [*_django(look.django), *(_celery(look.celery) if look.celery else ())]
    told = {
        f"{kind} {name} {INSTEAD if freed.hit(DECLARED, kind, name.split('.')) else _text(value, places)}".rstrip()
        for kind, name, value in found
    }
    return tuple(sorted(told))


def _django(django: Django) -> Told:
    yield from _settings(django.settings)
    for app in django.apps:
        yield "app", app.module, ""
    for model in django.models:
        if model.own:
            yield from _model(model)
    for route in django.routes:
        yield "route", route.template or "/", _route(route)
    for migration in django.migrations:
        if migration.own and (not migration.atomic or not migration.reversible or {*migration.operations} - SHAPES):
            yield "migration", f"{migration.app}.{migration.name}", _values(migration, "app", "name")
    for command in django.commands:
        yield "command", command.name, {"app": command.app}


def _settings(settings: Settings) -> Told:
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name == "databases":
            for alias, database in value.items():
                yield "database", alias, _values(database)
        elif field.name == "caches":
            for alias, cache in value.items():
                yield "cache", alias, _values(cache)
        elif field.name == "logging":
            for handler in value:
                yield "handler", handler.name, _values(handler, "name")
        elif field.name == "further":
            for name, text in value.items():
                yield "setting", name, text
        elif field.name not in FOLDERS and field.name.upper() not in settings.further:
            yield "setting", field.name, value


def _model(model: Model) -> Told:
    yield "model", model.label, _values(model, "label")
    for field in model.fields:
        yield "field", f"{model.label}.{field.name}", _values(field, "name")
    for key in model.foreign_keys:
        yield "reference", f"{model.label}.{'+'.join(key.columns)}", _values(key, "columns")
    for unique in model.unique:
        yield "unique", f"{model.label}.{'+'.join(unique.columns)}", _values(unique, "columns", "name")


def _route(route: Route) -> Any:
    if not route.own:
        return {"methods": route.methods}
    # what a view is called is no promise to anybody
    known = "regex" if route.regex == route.template.lstrip("/") else ""
    return _values(route, "template", "view", known)


def _celery(celery: Celery) -> Told:
    for name, value in _values(celery).items():
        if value:
            yield "celery", name, value
    yield "celery", "broker", _values(celery.broker)
    yield "celery", "results", _values(celery.results)
    for queue in celery.queues:
        yield "queue", queue.name, _values(queue, "name")
    for task in celery.tasks:
        if task.own:
            yield "task", task.name, _values(task, "name")
    yield "beat", "scheduler", celery.beat.scheduler
    for entry in celery.beat.entries:
        yield "beat", entry.name, _values(entry, "name")


def _values(thing: Any, *without: str) -> dict[str, Any]:
    return {
        field.name: getattr(thing, field.name)
        for field in fields(thing)
        if field.name not in (*GIVEN, *PARTS, *without)
    }


def _text(value: Any, places: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        told = ((name, _text(one, places)) for name, one in value.items())
        # a value is one word, so that a difference shows the whole of it
        return " ".join(f"{name}={text.replace(' ', '_')}" for name, text in told if text)
    if is_dataclass(value):
        return _text(_values(value), places)
    if value is None or value is False or value == ():
        return ""
    if isinstance(value, tuple):
        return ",".join(_text(one, places) for one in value)
    text = value if isinstance(value, str) else json.dumps(value)
    for place, name in places.items():
        text = text.replace(place, name)
    return text
