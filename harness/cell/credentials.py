"""Which credential a target used, told by name: every place of the world that holds it, and never the text itself.

Places are the environment of the roles and every text in every row of every table: as boot left them (read once), as the
cell found them (the seeded tables), and as it changed them ("(changed)"). Nothing is listed: a mark of the fake is compared with the
marks of all texts. A text that only a place with a secret's name holds is told by name wherever else a target sent it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from harness.core.config import Table
from harness.core.history import RowChange
from harness.provider.marks import MARK, MOST_CHARACTERS, SECRET, UNKNOWN, mark

LEAST_CHARACTERS = 8
"""A shorter text stands in too many places by chance to be looked for inside others."""

Refs = Mapping[str, Mapping[str, Any]]
Held = dict[str, list[str]]
"""Text -> the places that hold it."""


@dataclass(slots=True)
class Kept:
    """What is known of a stack between cells. `snapshot` is of the databases as boot left them, by table."""

    environments: Mapping[str, Mapping[str, str]]
    key: bytes
    tables: Mapping[str, str] = field(default_factory=dict)
    """Table -> its kind."""
    snapshots: dict[int, tuple[Any, dict[int, Held]]] = field(default_factory=dict)
    """Number of the database -> (which snapshot it is, what its tables hold, by oid)."""


def kept(environments: Mapping[str, Mapping[str, str]], key: bytes, tables: Mapping[str, Table]) -> Kept:
    """`key` is what the fake marks credentials by."""
    kinds = {one.table.removeprefix("public."): one.kind for one in tables.values()}
    return Kept(environments=environments, key=key, tables=kinds)


def named(calls: Sequence[Mapping[str, Any]], held: Held, key: bytes) -> list[Any]:
    """The fields of calls, each credential in them by name."""
    texts = [json.dumps(call, ensure_ascii=False, default=str) for call in calls]
    names = {mark(key, text): _name(places) for text, places in held.items()} if texts else {}
    secrets = [(json.dumps(text, ensure_ascii=False)[1:-1], name) for text, name in _secrets(held)]
    return [json.loads(_told(text, names, secrets)) for text in texts]


def leaks(told: Iterable[tuple[str, Any]], held: Held) -> list[dict[str, str]]:
    """Secrets in what was `told` (where, a text or JSON): {"where", "secret"} of each, once. What stands under a secret's name is kept
    there (a login's answer gives a token), and addresses are none."""
    secrets = [(text, name) for text, name in _secrets(held) if "://" not in text]
    inside = [_inside(text) for text, _ in secrets]
    found: dict[tuple[str, str], None] = {}
    for where, value in told:
        whole = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        if not any(secret in whole for secret in inside) and not any(secret in whole for secret, _ in secrets):
            continue  # where is only asked of what holds one at all
        for path, text in [("", value)] if isinstance(value, str) else _leaves(value):
            if not SECRET.search(path):
                found |= {(f"{where}{path}", name): None for secret, name in secrets if secret in text}
    return [{"where": where, "secret": name} for where, name in found]


def _secrets(held: Held) -> list[tuple[str, str]]:
    """(text, name) of what a place with a secret's name holds, the longest first: one may be a part of another."""
    found = [
        (text, _name(places))
        for text, places in held.items()
        if len(text) >= LEAST_CHARACTERS and any(SECRET.search(place) for place in places)
    ]
    return sorted(found, key=lambda pair: -len(pair[0]))


def _name(places: Sequence[str]) -> str:
    return "{" + " = ".join(places) + "}"


def _told(text: str, names: Mapping[str, str], secrets: Sequence[tuple[str, str]]) -> str:
    text = MARK.sub(lambda found: _inside(names.get(found[0], UNKNOWN)), text)
    for secret, name in secrets:
        if secret in text:
            text = text.replace(secret, _inside(name))
    return text


def _inside(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)[1:-1]


def held(world: Kept, dbs: Iterable[psycopg.Connection], refs: Refs, changes: Iterable[RowChange]) -> Held:
    """Every text that a place of the world holds, with the places."""
    names = {(ref.get("kind"), str(ref.get("id"))): f"<{name}>" for name, ref in refs.items()}
    held: Held = {}
    for text, place in _of_environments(world.environments):
        _put(held, text, place)
    for number, db in enumerate(dbs):
        for found in _of_database(world, number, db, names):
            for text, places in found.items():
                held.setdefault(text, []).extend(places)
    for change in changes:
        before = dict(_leaves(change.before or {}))
        for path, text in _leaves(change.after or {}):
            if before.get(path) != text:
                row = names.get((change.kind, str(change.id)), "+" if change.op == "insert" else f"#{change.id}")
                _put(held, text, f"{change.kind}{row}{path} (changed)")
    return {text: sorted(set(places)) for text, places in held.items()}


def _of_environments(environments: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """A variable that is not alike in all roles is told with its role."""
    for name in sorted({name for env in environments.values() for name in env}):
        values = {role: env[name] for role, env in environments.items() if name in env}
        if len(set(values.values())) == 1:
            yield next(iter(values.values())), f"env.{name}"
        else:
            yield from ((value, f"env.{name} of {role}") for role, value in values.items())


def _of_database(
    world: Kept, number: int, db: psycopg.Connection, names: Mapping[tuple[Any, str], str]
) -> Iterator[Held]:
    state = db.execute(
        """SELECT 'harness.tables'::regclass::oid, t.oid, t.name, t.key, t.oid IN (SELECT oid FROM harness.seeded)
           FROM harness.tables t ORDER BY t.name"""
    ).fetchall()
    which = state[0][0] if state else None
    known, tables = world.snapshots.get(number, (None, {}))
    if known != which:
        tables = _read(world, db, "harness_snapshot", [(oid, name, key) for _, oid, name, key, _ in state], {})
        world.snapshots[number] = which, tables
    seeded = [(oid, name, key) for _, oid, name, key, told in state if told]
    now = _read(world, db, "harness_baseline", seeded, names)
    yield from (now[oid] if oid in now else tables[oid] for _, oid, *_ in state)


def _read(
    world: Kept, db: psycopg.Connection, schema: str, tables: Sequence[tuple[int, str, Sequence[str]]], names: Mapping[tuple[Any, str], str],
) -> dict[int, Held]:  # fmt: skip
    """What the shadows of `tables` in `schema` hold, in one query."""
    found: dict[int, Held] = {oid: {} for oid, *_ in tables}
    if not tables:
        return found
    of = {oid: (world.tables.get(name, name), key) for oid, name, key in tables}
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}::bigint, to_jsonb(x) FROM {} x").format(sql.Literal(oid), sql.Identifier(schema, f"t{oid}"))
        for oid, *_ in tables
    )
    for oid, row in db.execute(query):
        kind, key = of[oid]
        for path, text in _leaves(row):
            _put(found[oid], text, f"{kind}{_row(kind, key, row, names)}{path}")
    return found


def _row(kind: str, key: Sequence[str], row: Mapping[str, Any], names: Mapping[tuple[Any, str], str]) -> str:
    """How a row is told: by its name in the scenario, else by its key."""
    values = [str(row.get(column)) for column in key]
    identity = values[0] if len(values) == 1 else f"({','.join(values)})"
    return names.get((kind, identity), f"#{identity}" if values else "")


def _put(held: Held, text: str, place: str) -> None:
    if text and len(text) <= MOST_CHARACTERS:
        held.setdefault(text, []).append(place)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, text) of every text in a row, also inside JSON, and inside JSON that is kept as text."""
    match value:
        case str():
            yield path, value
            if value[:1] in ("{", "["):
                try:
                    inner = json.loads(value)
                except ValueError:
                    return
                if not isinstance(inner, str):
                    yield from _leaves(inner, path)
        case Mapping():
            for name, item in value.items():
                yield from _leaves(item, f"{path}.{name}")
        case list():
            for n, item in enumerate(value):
                yield from _leaves(item, f"{path}[{n}]")
