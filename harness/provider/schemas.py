"""Compiled JSON Schemas, and what they say about a body in one line a problem."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

from harness.core.errors import HarnessError

WARNING = "warning: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A compiled schema, and its closed twin whose only use is to find fields that the schema does not know."""

    strict: jsonschema_rs.Draft202012Validator
    closed: jsonschema_rs.Draft202012Validator


def compiled(text: str, path: Path) -> Schema:
    """Errors: contracts-syntax, naming `path`."""
    try:
        schema = json.loads(text)
        return Schema(
            strict=jsonschema_rs.Draft202012Validator(schema),
            closed=jsonschema_rs.Draft202012Validator(_closed(schema)),
        )
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise HarnessError(
            f"schema {path.name} is broken: {str(error).splitlines()[0]}", hint=f"mend {path}", code="contracts-syntax"
        ) from error


def _closed(schema: Any) -> Any:
    """The same schema in which each object takes only the properties it lists; conditions stay open."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        key: value if key in ("if", "allOf", "oneOf", "anyOf", "not") else _closed(value)
        for key, value in schema.items()
    }
    if "properties" in made and "additionalProperties" not in made and "object" in str(made.get("type", "")):
        made["additionalProperties"] = False
    return made


def breaches(validator: jsonschema_rs.Draft202012Validator, body: Any) -> Iterator[str]:
    for error in validator.iter_errors(body):
        yield f"{json_path(error.instance_path)}: {_short(error)}"


def unknown_fields(validator: jsonschema_rs.Draft202012Validator, body: Any) -> Iterator[str]:
    for error in validator.iter_errors(body):
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
            for name in error.kind.unexpected:
                yield f"{WARNING}{json_path(error.instance_path)}: unknown field '{name}'"


def json_path(parts: list[str | int]) -> str:
    """$.choices[0].message for ["choices", 0, "message"]."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _short(error: jsonschema_rs.ValidationError) -> str:
    """The message without the whole instance: a body may be long, and a problem is one line."""
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.FalseSchema):
        return "is not allowed with this model"
    if isinstance(
        error.kind, jsonschema_rs.ValidationErrorKind.AnyOf | jsonschema_rs.ValidationErrorKind.OneOfNotValid
    ):
        seen = error.instance if isinstance(error.instance, dict) else {}
        shown = ", ".join(f"{name} {seen[name]}" for name in ("width", "height", "resolution") if name in seen)
        return "fits none of the allowed combinations" + (f": {shown}" if shown else "")
    text = " ".join(error.message.split())
    return text if len(text) <= 200 else f"{text[:80]} ... {text[-110:]}"
