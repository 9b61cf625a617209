"""What a JSON schema lets a value be, as far as two documents of different hands can be compared. Pure.

Compared are kinds, enumerations, formats, lengths, fields, which of them are required, and whether others may come.
Bounds and patterns are left out: a generator writes the column's, a contract the meaning's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`says` is False for a schema that lets anything be. `values` are JSON texts; None: any of the kind."""

    says: bool = True
    types: frozenset[str] = frozenset()
    values: frozenset[str] | None = None
    format: str = ""
    max_length: int | None = None
    fields: Mapping[str, Shape] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    closed: bool = False
    items: Shape | None = None


def shape_of(schema: Mapping[str, Any]) -> Shape:
    """The shape of a schema without references."""
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices:
        return _either([shape_of(one) for one in choices])
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    given = schema.get("type", [])
    types = frozenset([given] if isinstance(given, str) else given)
    if values is not None and not types:
        types = frozenset(_kind(value) for value in values)
    if not types and values is None:
        return Shape(says=False)
    return Shape(
        types=types,
        values=None if values is None else frozenset(json.dumps(value) for value in values),
        format=schema.get("format", ""),
        max_length=schema.get("maxLength"),
        fields={name: shape_of(one) for name, one in schema.get("properties", {}).items()},
        required=frozenset(schema.get("required", ())),
        closed=schema.get("additionalProperties") is False,
        items=shape_of(schema["items"]) if "items" in schema else None,
    )


def differences(contract: Shape, generated: Shape, where: str = "") -> Iterator[str]:
    """What the two do not have in common, each "JSON path: what". Where either says nothing there is nothing to compare."""
    if not contract.says or not generated.says:
        return
    if contract.types != generated.types:
        yield f"{where}: the backend says {_kinds(generated)}, the contract {_kinds(contract)}"
        return
    if contract.values != generated.values:
        yield f"{where}: the backend's values are {_values(generated)}, the contract's {_values(contract)}"
    if contract.format != generated.format:
        yield f"{where}: the backend's format is {generated.format or 'none'}, the contract's {contract.format or 'none'}"
    if contract.max_length != generated.max_length:
        yield f"{where}: the backend's maxLength is {generated.max_length}, the contract's {contract.max_length}"
    for name in sorted(contract.fields.keys() | generated.fields.keys()):
        if name not in generated.fields:
            yield f"{where}.{name}: contracted, and the backend does not have it"
        elif name not in contract.fields:
            yield f"{where}.{name}: the backend answers it, and the contract does not have it"
        else:
            if (name in contract.required) != (name in generated.required):
                yield f"{where}.{name}: required by {'the contract' if name in contract.required else 'the backend'} only"
            yield from differences(contract.fields[name], generated.fields[name], f"{where}.{name}")
    if contract.fields and contract.closed != generated.closed:
        yield f"{where}: closed in {'the contract' if contract.closed else 'the backend'} only"
    if contract.items is not None and generated.items is not None:
        yield from differences(contract.items, generated.items, f"{where}[]")


def _either(shapes: list[Shape]) -> Shape:
    """Any of several: enumerations and null join; of two objects the first is kept."""
    types = frozenset[str]().union(*(one.types for one in shapes))
    first = next((one for one in shapes if one.types != {"null"}), shapes[0])
    values = None
    if all(one.values is not None or one.types == {"null"} for one in shapes):
        values = frozenset[str]().union(*(one.values if one.values is not None else {"null"} for one in shapes))
    return Shape(
        says=all(one.says for one in shapes),
        types=types,
        values=values,
        format=first.format,
        max_length=first.max_length,
        fields=first.fields,
        required=first.required,
        closed=first.closed,
        items=first.items,
    )


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def _kinds(shape: Shape) -> str:
    return " or ".join(sorted(shape.types))


def _values(shape: Shape) -> str:
    return "any" if shape.values is None else ", ".join(sorted(shape.values))
