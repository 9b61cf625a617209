"""Request bodies made from one that is right: what the contract allows and what it forbids, each named. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

SIMPLE: tuple[Any, ...] = (None, True, 0, -1, 1.5, 2**63, "", "x", "\0", [], {})
"""What no id, list or name of a sane contract allows all of."""

RAW = (b"", b"{", b'{"ids": [NaN]}', b'"\xff"', b"[]", b"null", b"5", b'"x"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A body as sent, and what must come of it: `allowed` by the contract or not; `same` when it asks for just what the
    right body asks for, so that it must be accepted as that is. An allowed one that asks for something else may be
    refused for what it names."""

    what: str
    sent: bytes
    allowed: bool
    same: bool = False


def variants(schema: Mapping[str, Any], right: Mapping[str, Any]) -> list[Variant]:
    """Every variant of `right`, a body that `schema` allows and the backend accepts; no two are the same."""
    validator = jsonschema_rs.Draft202012Validator(schema)
    found: dict[bytes, Variant] = {}
    for what, body, same in _changed(schema, right):
        sent = json.dumps(body).encode()
        allowed = validator.is_valid(body)
        found.setdefault(sent, Variant(what=what, sent=sent, allowed=allowed, same=same and allowed))
    for raw in RAW:
        found.setdefault(raw, Variant(what=f"the body {raw.decode('utf-8', 'replace')}", sent=raw, allowed=False))
    found.pop(json.dumps(right).encode(), None)
    return list(found.values())


def _changed(schema: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[tuple[str, Any, bool]]:
    yield "a field that nobody declared", {**right, "undeclared": 1}, True
    for name in schema.get("properties", {}):
        optional = name not in schema.get("required", ())
        if name in right:
            yield f"no {name}", {key: value for key, value in right.items() if key != name}, optional
            value = right[name]
            yield f"{name} in a list", {**right, name: [value]}, False
            if isinstance(value, int):
                yield f"{name} as text", {**right, name: str(value)}, True
            if isinstance(value, list):
                yield from _in_list(name, right, value)
        for other in SIMPLE:
            yield f"{name} {json.dumps(other)}", {**right, name: other}, other is None and optional


def _in_list(name: str, right: Mapping[str, Any], value: list[Any]) -> Iterator[tuple[str, Any, bool]]:
    if all(isinstance(one, int) for one in value):
        yield f"{name} with numbers as text", {**right, name: list(map(str, value))}, True
    for other in (*SIMPLE, value):
        yield f"{name} with {json.dumps(other)} in it", {**right, name: [*value, other]}, False
