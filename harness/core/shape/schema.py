"""A shape as a JSON schema, in the words of draft 7, which editors of TOML read."""

from __future__ import annotations

import itertools
from typing import Any

from harness.core.shape.held import with_key
from harness.core.shape.kinds import (
    Anything,
    Between,
    By,
    Each,
    Either,
    Fixed,
    Flag,
    Keys,
    Kind,
    Named,
    Number,
    Of,
    Text,
    Whole,
)

DRAFT = "http://json-schema.org/draft-07/schema#"


def document(name: str, kind: Kind) -> dict[str, Any]:
    """The schema of the file that is called `name`."""
    return {"$schema": DRAFT, "title": name, **of(kind)}


def of(kind: Kind) -> dict[str, Any]:
    match kind:
        case Text():
            pattern = {"pattern": f"^(?:{kind.pattern})$"} if kind.pattern else {}
            return {"type": "string", **({"enum": list(kind.choices)} if kind.choices else {}), **pattern}
        case Whole():
            least = {} if kind.least is None else {"minimum": kind.least}
            return {"type": "integer", **least, **({} if kind.most is None else {"maximum": kind.most})}
        case Number():
            return {"type": "number", "exclusiveMinimum": kind.above}
        case Flag():
            return {"type": "boolean"}
        case Fixed():
            return {"const": kind.value}
        case Anything():
            return {}
        case Each():
            listed = {"type": "array", "items": of(kind.of), **({"minItems": kind.least} if kind.least else {})}
            return {"anyOf": [of(kind.of), listed]} if kind.or_one else listed
        case Either():
            return {"anyOf": [of(one) for one in kind.kinds]}
        case By():
            return {"oneOf": [_keys(with_key(kind, said)) for said in kind.of]}
        case Named():
            return _named(kind)
        case Keys():
            return _keys(kind)


def _named(kind: Named) -> dict[str, Any]:
    return {
        "type": "object",
        **({"properties": {name: of(one) for name, one in kind.also.items()}} if kind.also else {}),
        "additionalProperties": of(kind.of),
        **({"minProperties": kind.least} if kind.least else {}),
        **({"propertyNames": {"not": {"enum": list(kind.never)}}} if kind.never else {}),
    }


def _keys(kind: Keys) -> dict[str, Any]:
    needed = [key.name for key in kind.keys if key.needed]
    rules = [one for rule in kind.rules for one in _rule(rule)]
    return {
        "type": "object",
        "properties": {key.name: {"description": key.says, **of(key.of)} for key in kind.keys},
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
        **({"allOf": rules} if rules else {}),
    }


def _rule(rule: Between) -> list[dict[str, Any]]:
    each: list[dict[str, Any]] = [{"required": [name]} for name in rule.keys]
    match rule.how:
        case Of.ONE:
            return [{"oneOf": each}]
        case Of.SOME:
            return [{"anyOf": each}]
        case Of.FIRST_NEEDS_REST:
            return [{"dependencies": {rule.keys[0]: list(rule.keys[1:])}}]
        case Of.AT_MOST_ONE:
            return [{"not": {"required": [*pair]}} for pair in itertools.combinations(rule.keys, 2)]
