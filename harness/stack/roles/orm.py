"""Rows that the target itself makes: through its models or its factories, in its own shell; and what its models fill in.

A model's row is built with the model's defaults and saved without validators, signals and a `save` of its own. A factory
(`app.tests.factories:AccountFactory`) does whatever it does, signals too. Values are JSON; a reference to another row is
its key, and where the field is a relation, the row itself. A given time holds, also where saving stamps its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from harness.core.errors import HarnessError
from harness.core.scenario import Row


class Shell(Protocol):
    def call(self, code: str, timeout_s: float = 60) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A row that is there now. `table` is "schema.name" where it is not in public; `key` are the columns of its key."""

    table: str
    key: tuple[str, ...]
    columns: Mapping[str, Any]


class Orm:
    """The target's models, asked in its shell, which starts when it is first needed. What never changes is asked once."""

    def __init__(self, shell: Callable[[], Shell]) -> None:
        self._shell = shell
        self._defaults: dict[str, Mapping[str, Any]] = {}

    def make(self, what: str, row: Row, values: Mapping[str, Any]) -> Made:
        """`values` hold JSON, and {"$row": [table, key]} for a reference. Raises HarnessError seed-orm, seed-rejected."""
        given = {"model": row.model, "factory": row.factory, "signals": row.signals, "values": values}
        answer = self._ask(what, "made", given)
        return Made(table=answer["table"], key=tuple(answer["key"]), columns=answer["columns"])

    def defaults(self, table: str) -> Mapping[str, Any]:
        """Column -> what the model of `table` gives it, as far as it gives one. {} for a table without a model.

        A default that is a function is asked again for each row: what it makes (a UUID, the time) is each row's own.
        """
        if table not in self._defaults:
            self._defaults[table] = self._ask(f"the table {table}", "defaults", {"table": table})
        known = self._defaults[table]
        fresh = [column for column, value in known.items() if value == _FUNCTION]
        if fresh:
            known = {**known, **self._ask(f"the table {table}", "called", {"table": table, "columns": fresh})}
        return known

    def _ask(self, what: str, function: str, given: Mapping[str, Any]) -> Any:
        answer = self._shell().call(f"{_KEPT}\nresult = kept.{function}(**json.loads({json.dumps(given)!r}))")
        if answer["ok"]:
            return answer["value"]
        if answer["error"] in (
            "LookupError",
            "ImportError",
            "ModuleNotFoundError",
            "AttributeError",
            "FieldDoesNotExist",
            "TypeError",
        ):
            raise HarnessError(
                f"{what} cannot be made by the target: {answer['error']}: {answer['message']}",
                hint='model = "app_label.Model" with its field names, or factory = "module:Factory" with its own',
                code="seed-orm",
            )
        raise HarnessError(
            f"{what} was refused by the target: {answer['error']}: {answer['message']}".replace("\n", " "),
            hint="the target's own model or factory says so; nothing of this row is there",
            code="seed-rejected",
        )


_FUNCTION = {"$function": True}

# Runs in the target's interpreter: the standard library and Django, syntax of Python 3.8.
_CODE = """
import contextlib, datetime, json
from importlib import import_module
from django.apps import apps
from django.db import models, transaction
from django.db.models import signals

def placed(model):
    return model._meta.db_table.replace('"', "")

def of_table(table):
    found = [model for model in apps.get_models(include_auto_created=True) if placed(model) == table and not model._meta.proxy]
    return found[0] if found else None

@contextlib.contextmanager
def silent():
    every = (signals.pre_init, signals.post_init, signals.pre_save, signals.post_save, signals.m2m_changed)
    kept = [(one, one.receivers) for one in every]
    try:
        for one in every:
            one.receivers = []
            one.sender_receivers_cache.clear()
        yield
    finally:
        for one, receivers in kept:
            one.receivers = receivers
            one.sender_receivers_cache.clear()

def row_of(given):
    table, key = given["$row"]
    model = of_table(table)
    return key if model is None else model._base_manager.get(pk=key)

def is_row(value):
    return isinstance(value, dict) and list(value) == ["$row"]

def plain(value):
    if is_row(value):
        return value["$row"][1]
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value

def valued(model, name, value):
    field = model._meta.get_field(name)
    if is_row(value):
        return (name, row_of(value)) if field.is_relation and name == field.name else (name, plain(value))
    value = plain(value)
    if field.is_relation and name == field.name and not field.many_to_many:
        return field.attname, value
    return name, value if value is None or not field.concrete or isinstance(value, (dict, list)) else field.to_python(value)

def made(model, factory, signals, values):
    with transaction.atomic():
        if factory:
            where, _, name = factory.partition(":")
            make = getattr(import_module(where), name)
            of = getattr(getattr(make, "_meta", None), "model", None)
            plainly = set() if of is None else {field.attname for field in of._meta.concrete_fields if field.attname != field.name}
            row = make(**{key: row_of(one) if is_row(one) and key not in plainly else plain(one) for key, one in values.items()})
        else:
            kind = apps.get_model(model)
            many = {field.name for field in kind._meta.many_to_many}
            with contextlib.nullcontext() if signals else silent():
                row = kind(**dict(valued(kind, key, one) for key, one in values.items() if key not in many))
                kept = {field.name: getattr(row, field.name) for field in kind._meta.concrete_fields if stamped(field) and field.name in values}
                row.save(force_insert=True) if signals else row.save_base(force_insert=True)
                if kept:  # saving stamps now over what was given
                    kind._base_manager.filter(pk=row.pk).update(**kept)
                for key in many & set(values):
                    getattr(row, key).set(plain(values[key]))
    row.refresh_from_db()
    meta = row._meta
    key = [field.column for field in getattr(meta, "pk_fields", [meta.pk])]
    return {"table": placed(type(row)), "key": key, "columns": {field.column: told(field.value_from_object(row)) for field in meta.concrete_fields}}

def told(value):
    if isinstance(value, (str, int, float, bool, type(None), list, dict)):
        return value
    if isinstance(value, (bytes, memoryview)):
        return "\\\\x" + bytes(value).hex()
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else str(value)

def stamped(field):
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)

def defaults(table):
    model, found = of_table(table), {}
    for field in [] if model is None else model._meta.local_concrete_fields:
        if stamped(field) or field.default is not models.NOT_PROVIDED and callable(field.default):
            found[field.column] = {"$function": True}
        elif field.get_default() is not None:
            found[field.column] = told(field.get_default())
    return found

def called(table, columns):
    model = of_table(table)
    return {field.column: told(field.pre_save(model(), True) if stamped(field) else field.get_default())
            for field in model._meta.local_concrete_fields if field.column in columns}
"""

# A call compiles all of its text: what is defined stays in the shell, and each row costs a line.
_KEPT = f"""
import json, sys, types
kept = sys.modules.get("harness_orm")
if kept is None:
    kept = types.ModuleType("harness_orm")
    exec({_CODE!r}, kept.__dict__)
    sys.modules["harness_orm"] = kept
"""
