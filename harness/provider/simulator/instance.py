"""An instance of a JSON Schema: valid, not empty, the same for the same chance. What it cannot make, it says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema_rs

from harness.provider.schemas import breaches
from harness.provider.simulator import pattern, plain
from harness.provider.simulator.chance import Chance

ATTEMPTS = 8
DEEPEST = 8
"""Below this a schema that holds itself is ended where it can be."""
FORMATS = {
    "date": lambda chance: f"2025-{chance.between(1, 12):02}-{chance.between(1, 28):02}",
    "time": lambda chance: f"{chance.between(0, 23):02}:{chance.between(0, 59):02}:00Z",
    "date-time": lambda chance: (
        f"2025-{chance.between(1, 12):02}-{chance.between(1, 28):02}T{chance.between(0, 23):02}:00:00Z"
    ),
    "duration": lambda chance: f"PT{chance.between(1, 90)}M",
    "email": lambda chance: f"{chance.pick(plain.NOUNS)}@mail.example",
    "hostname": lambda chance: f"{chance.pick(plain.NOUNS)}.example",
    "uri": lambda chance: f"https://{chance.pick(plain.NOUNS)}.example/{chance.pick(plain.NOUNS)}",
    "uuid": lambda chance: chance.uuid(),
    "ipv4": lambda chance: f"192.0.2.{chance.between(1, 254)}",
    "ipv6": lambda chance: f"2001:db8::{chance.between(1, 9999)}",
}


class Unfit(Exception):
    """No instance was found; the text says what is in the way."""


def instance(schema: Any, chance: Chance) -> Any:
    """A valid instance. Raises Unfit."""
    try:
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    except (ValueError, TypeError) as error:
        raise Unfit(f"its JSON schema is broken: {str(error).splitlines()[0]}") from None
    problem = ""
    for attempt in range(ATTEMPTS):
        made = _made(schema, schema, chance.fork(str(attempt)), 0)
        problem = next(breaches(validator, made), "")
        if not problem:
            return made
    raise Unfit(f"no instance of its JSON schema was found ({problem})")


def fault_of(schema: Any, value: Any) -> str:
    """How `value` breaks the schema, or ""; a schema that is broken itself forbids nothing."""
    try:
        return next(breaches(jsonschema_rs.Draft202012Validator(schema), value), "")
    except (ValueError, TypeError):
        return ""


def _made(schema: Any, root: Any, chance: Chance, depth: int) -> Any:
    if not isinstance(schema, dict):
        return plain.phrase(chance)
    schema = _resolved(schema, root)
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            rest = {name: value for name, value in schema.items() if name != key}
            return _made(_merged([rest, _branch(schema[key], root, chance, depth)], root), root, chance, depth)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return chance.pick(schema["enum"])
    kind = _kind(schema)
    if kind == "object":
        return _object(schema, root, chance, depth)
    if kind == "array":
        return _array(schema, root, chance, depth)
    if kind == "string":
        return _text(schema, chance)
    if kind in ("integer", "number"):
        return _number(schema, chance, whole=kind == "integer")
    return chance.below(2) == 0 if kind == "boolean" else None


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else "string"


def _object(schema: Mapping[str, Any], root: Any, chance: Chance, depth: int) -> dict[str, Any]:
    needed = set(schema.get("required", ()))
    properties = {
        name: value for name, value in schema.get("properties", {}).items() if name in needed or depth < DEEPEST
    }
    made = {name: _made(value, root, chance.fork(name), depth + 1) for name, value in properties.items()}
    free = schema.get("additionalProperties", True)
    for name in sorted(needed - made.keys()):
        made[name] = _made(free, root, chance.fork(name), depth + 1)
    wanted = max(schema.get("minProperties", 0), 2 if isinstance(free, dict) and not made else 0)
    for noun in chance.fork("names").some(plain.NOUNS, len(plain.NOUNS)):
        if len(made) >= wanted or free is False:
            break
        made.setdefault(noun, _made(free, root, chance.fork(noun), depth + 1))
    return made


def _array(schema: Mapping[str, Any], root: Any, chance: Chance, depth: int) -> list[Any]:
    first = [
        _made(one, root, chance.fork(f"at {at}"), depth + 1) for at, one in enumerate(schema.get("prefixItems", ()))
    ]
    items = schema.get("items", False if first else {})
    least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
    count = least if depth >= DEEPEST else min(most, max(least, chance.fork("count").between(2, 3)))
    made = first[: min(len(first), most)]
    at = 0
    while items is not False and len(made) < count and at < 20 * (int(count) + 1):
        one = _made(items, root, chance.fork(f"item {at}"), depth + 1)
        at += 1
        if not schema.get("uniqueItems") or one not in made:
            made.append(one)
    return made


def _text(schema: Mapping[str, Any], chance: Chance) -> str:
    if "pattern" in schema:
        try:
            return pattern.text(schema["pattern"], chance)
        except pattern.Unknown as error:
            raise Unfit(f"its JSON schema has the pattern {schema['pattern']!r}: {error}") from None
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]](chance)
    made = plain.phrase(chance)
    while len(made) < schema.get("minLength", 0):
        made += f", {plain.phrase(chance)}"
    return made[: schema["maxLength"]] if "maxLength" in schema else made


def _number(schema: Mapping[str, Any], chance: Chance, *, whole: bool) -> int | float:
    step = schema.get("multipleOf", 1 if whole else 0.01)
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    low = schema.get("minimum", above)
    high = schema.get("maximum", below)
    if low is None:
        low = min(1, high - 99 * step) if high is not None else 1
    first = math.ceil(round(low / step, 9))
    first += above is not None and first * step <= above
    last = math.floor(round(high / step, 9)) if high is not None else first + 99
    last -= below is not None and last * step >= below
    value = chance.between(first, max(first, last)) * step
    return int(value) if whole else round(value, 6)


def _branch(branches: Sequence[Any], root: Any, chance: Chance, depth: int) -> Any:
    """One of several schemas: not the one for null, but where a schema that holds itself has to end."""
    resolved = [_resolved(one, root) if isinstance(one, dict) else one for one in branches]
    full = [one for one in resolved if not (isinstance(one, dict) and one.get("type") == "null")]
    null = [one for one in resolved if one not in full]
    if depth >= DEEPEST and null:
        return null[0]
    return chance.fork("branch").pick(full or resolved)


def _resolved(schema: dict[str, Any], root: Any) -> dict[str, Any]:
    """Without $ref and allOf at its top."""
    seen = 0
    while "$ref" in schema:
        seen += 1
        target = _at(root, schema["$ref"])
        if not isinstance(target, dict) or seen > 20:
            raise Unfit(f"its JSON schema refers to {schema['$ref']!r}, which is not in it")
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    if schema.get("allOf"):
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        return _merged([rest, *schema["allOf"]], root)
    return schema


def _merged(parts: Sequence[Any], root: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in parts:
        part = _resolved(part, root) if isinstance(part, dict) else {}
        both = {
            "properties": {**made.get("properties", {}), **part.get("properties", {})},
            "required": [*made.get("required", ()), *part.get("required", ())],
        }
        made = {**made, **part, **{key: value for key, value in both.items() if value}}
    return made


def _at(root: Any, pointer: str) -> Any:
    if not pointer.startswith("#"):
        return None
    for step in [part for part in pointer[1:].split("/") if part]:
        name = step.replace("~1", "/").replace("~0", "~")
        root = root.get(name) if isinstance(root, dict) else None
    return root
