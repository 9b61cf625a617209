"""The world as it stands before a request, as rows of a scenario: what was planted, what has changed since, what came."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from harness.backend.guess.money import words
from harness.backend.guess.settings import named
from harness.core.look.django import Field, Model
from harness.jobs.adopt.init.press.asked import TOKEN
from harness.jobs.adopt.init.values import Planted
from harness.jobs.adopt.init.world import World

Rows = dict[str, dict[str, dict[str, Any]]]
"""label -> key as text -> columns, as JSON has them; decimals are text."""
SECRET = {"password", "token", "secret", "key", "credential", "credentials", "apikey"}
TOLD_TO_NOBODY = {"password", "passwd", "pwd", "pw", "passphrase", "passcode", "pin", "otp", "secret", "token", "credential", "credentials", "apikey"}  # fmt: skip
"""Words of names in a body under which nobody writes what may stand in a file."""
RANGE = 700_000_000
"""Where keys begin that are known wherever they stand ([target] id_ranges)."""
_KEY = re.compile(r"(?<![\w-])(?:\d{9,10}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?![\w-])", re.IGNORECASE)


def read(db: psycopg.Connection, models: Iterable[Model]) -> Rows:
    """All rows of these models that have a key of one column, in the order of their keys."""
    found: Rows = {}
    for model in models:
        if len(model.primary_key) != 1 or model.database not in ("", "default"):
            continue
        schema, _, table = named(model).rpartition(".")
        place = f'"{schema}"."{table}"' if schema else f'"{table}"'
        told = db.execute(f'SELECT to_jsonb(t)::text FROM {place} t ORDER BY "{model.primary_key[0]}"'.encode())
        ones = [json.loads(text, parse_float=str) for (text,) in told.fetchall()]
        found[model.label] = {str(one[model.primary_key[0]]): one for one in ones}
    return found


@dataclass(slots=True)
class Kept:
    """`migrated` is what was there before anything was planted, `planted` the world as it was seeded with `seeded` as the database had it;
    `named` maps (label, key) to the name of a row."""

    world: World
    migrated: Rows
    planted: Sequence[Planted]
    seeded: Rows
    named: dict[tuple[str, str], str] = field(default_factory=dict)

    def begin(self, refs: Mapping[str, Mapping[str, Any]]) -> None:
        for one in self.planted:
            self.named[one.model, str(refs[one.name]["id"])] = one.name

    def names(self, now: Rows) -> dict[str, str]:
        """Key as text -> the row's name, of keys that mean one row wherever they stand."""
        return {key: name for (label, key), name in self.named.items() if key in now.get(label, {}) and _telling(key)}

    def rows(self, now: Rows) -> tuple[Planted, ...]:
        """What a scenario must be given so that it begins like this; a new row gets a name."""
        taken = set(self.named.values())
        labels = [label for label in self.world.ordered(list(now)) if label in now]
        for label in labels:
            for key in now[label]:
                if key not in self.migrated.get(label, {}) and (label, key) not in self.named:
                    name, n = self.world.kinds[label], 1
                    while (called := name if n == 1 else f"{name}_{n}") in taken:
                        n += 1
                    taken.add(called)
                    self.named[label, key] = called
        planted = {one.name: one for one in self.planted}
        made: list[Planted] = []
        for label in labels:
            for key, row in now[label].items():
                name = self.named.get((label, key))
                if name is not None:
                    made.append(self._row(self.world.models[label], name, row, self.seeded.get(label, {}).get(key), planted.get(name)))  # fmt: skip
        return tuple(made)

    def _row(self, model: Model, name: str, row: Mapping[str, Any], before: Mapping[str, Any] | None, planted: Planted | None) -> Planted:  # fmt: skip
        values = dict(planted.values) if planted is not None else {}
        for one in model.fields:
            if one.column not in row or _by_itself(one) or (before is not None and row[one.column] == before.get(one.column)):  # fmt: skip
                continue
            if before is None and row[one.column] is None:
                continue
            values[one.name] = self._value(model, one, row[one.column])
        return Planted(name=name, model=model.label, values=values)

    def _value(self, model: Model, one: Field, value: Any) -> Any:
        key = next((key for key in model.foreign_keys if key.columns == (one.column,)), None)
        to = self.world.by_table.get(key.to_table) if key is not None else None
        if to is not None and (to.label, str(value)) in self.named:
            return {"ref": self.named[to.label, str(value)]}
        if isinstance(value, str) and set(words(one.column)) & SECRET:
            return "!" if "password" in words(one.column) else TOKEN
        return value


def _by_itself(one: Field) -> bool:
    """Whether a row gets it by itself, each its own."""
    return one.auto_now or one.auto_now_add or one.generated or (one.primary_key and ("Auto" in one.internal_type or bool(one.default)))  # fmt: skip


def _telling(key: str) -> bool:
    return int(key) >= RANGE if key.isdigit() else _KEY.fullmatch(key) is not None


def literal(path: str) -> str:
    """A key in a path that is no row's by its name; "" where there is none."""
    found = re.search(rf"(?<=/)(\d+|{_KEY.pattern})(?=/|$)", path, re.IGNORECASE)
    return found[0] if found else ""


def named_secret(value: Any) -> bool:
    """Whether a text stands under a name that tells a secret, at any depth."""
    if isinstance(value, Mapping):
        return any(_told_to_nobody(str(name), one) or named_secret(one) for name, one in value.items())
    return isinstance(value, list) and any(map(named_secret, value))


def _told_to_nobody(name: str, value: Any) -> bool:
    texts = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
    return bool(texts) and bool(set(words(name)) & TOLD_TO_NOBODY)


def referred(value: Any, names: Mapping[str, str]) -> Any:
    """The same with `$name` for each key that is a row's, in texts too."""
    if isinstance(value, Mapping):
        return {key: referred(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [referred(one, names) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return f"${names[str(value)]}" if str(value) in names else value
    if isinstance(value, str):
        return _KEY.sub(lambda found: f"${names[found[0].lower()]}" if found[0].lower() in names else found[0], value)
    return value
