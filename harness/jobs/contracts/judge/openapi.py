"""Reading an OpenAPI document as a value: its references resolved, its operations listed, its gaps named. Pure.

A gap is where a strict contract would say nothing: an object that is not closed, a field that may be absent without a
reason, an operation that does not declare who may call it. Whatever falls into a gap would pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
JSON = "application/json"
Document = Mapping[str, Any]


def operations(document: Document, phase: int | None = None) -> dict[tuple[str, str], dict[str, Any]]:
    """(METHOD, path) -> the operation with every $ref replaced. With `phase`, only what is there at that phase."""
    found = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item and (phase is None or item[method].get("x-since-phase", 0) <= phase):
                found[method.upper(), path] = resolved(document, item[method])
    return found


def wanted(document: Document, phase: int) -> tuple[set[str], set[str]]:
    """The paths whose document the target is to generate at `phase`, and the serializers."""
    schemas = document.get("components", {}).get("schemas", {}).values()
    names = {one["x-serializer"] for one in schemas if "x-serializer" in one and one.get("x-since-phase", 0) <= phase}
    return {path for _, path in operations(document, phase)}, names


def resolved(document: Document, value: Any, seen: tuple[str, ...] = ()) -> Any:
    """`value` with every $ref replaced by what it names. Raises LookupError for one that names nothing, or itself."""
    if isinstance(value, list):
        return [resolved(document, one, seen) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        name = value["$ref"]
        if name in seen:
            raise LookupError(f"$ref {name} names itself")
        target: Any = document
        for step in str(name).removeprefix("#/").split("/"):
            try:
                target = target[step]
            except (KeyError, TypeError):
                raise LookupError(f"$ref {name} names nothing") from None
        beside = {key: resolved(document, one, seen) for key, one in value.items() if key != "$ref"}
        return {**resolved(document, target, (*seen, name)), **beside}
    return {key: resolved(document, one, seen) for key, one in value.items()}


def body(part: Mapping[str, Any]) -> Any:
    """The JSON schema of a request body or an answer; None when it declares none."""
    return part.get("content", {}).get(JSON, {}).get("schema")


def strict_problems(document: Any) -> list[str]:
    """What keeps `document` from being a strict contract, each "JSON path: what"; empty when nothing does."""
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3.1"):
        return ["$.openapi: not an OpenAPI 3.1 document"]
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        return ["$.paths: there is no path"]
    try:
        found = operations(document)
        whole = resolved(document, document)
    except (LookupError, AttributeError, TypeError) as error:
        return [f"$: {error}"]
    return [
        *(line for (method, path), one in found.items() for line in _operation(f"$.paths['{path}'].{method.lower()}", one)),
        *(line for name, one in whole.get("components", {}).get("schemas", {}).items() for line in _schema(f"$.components.schemas.{name}", one)),
        *_outside(document),
    ]  # fmt: skip


def _operation(where: str, operation: Mapping[str, Any]) -> Iterator[str]:
    responses = operation.get("responses")
    if not isinstance(responses, dict) or not any(str(status).startswith("2") for status in responses):
        yield f"{where}.responses: no answer is declared for success"
        return
    security = operation.get("security")
    if security is None:
        yield f"{where}.security: who may call is not declared; [] says everybody"
    for status in (["401", "403"] if security else []) + ["405"]:
        if status not in responses:
            yield f"{where}.responses: {status} is not declared"
    for status, answer in responses.items():
        if not isinstance(status, str):
            yield f"{where}.responses: {status!r} must be text"
        elif body(answer) is None:
            yield f"{where}.responses.{status}: no body is declared"
        else:
            yield from _schema(f"{where}.responses.{status}", body(answer))
    if "requestBody" in operation and body(operation["requestBody"]) is None:
        yield f"{where}.requestBody: no body is declared"


def _schema(where: str, schema: Any) -> Iterator[str]:
    if not isinstance(schema, dict):
        yield f"{where}: not a schema: {schema!r}"
        return
    if not jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}):
        yield f"{where}: not a JSON Schema"
        return
    if not schema.keys() & {"type", "enum", "const", "oneOf", "anyOf"}:
        yield f"{where}: says nothing about its value"
    if schema.get("type") == "object" and not schema.get("x-open"):
        names, required = schema.get("properties", {}).keys(), set(schema.get("required", ()))
        if schema.get("additionalProperties") is not False:
            yield f"{where}: the object is open: a field that nobody declared would pass"
        for name in sorted(names - required - schema.get("x-optional", {}).keys()):
            yield f"{where}.{name}: may be absent; make it required, or say why in x-optional"
        for name in sorted(required - names):
            yield f"{where}.{name}: required, but not described"
    for name, one in schema.get("properties", {}).items():
        yield from _schema(f"{where}.{name}", one)
    if schema.get("type") == "array":
        yield from _schema(f"{where}[]", schema.get("items"))


def _outside(document: Document) -> Iterator[str]:
    for n, entry in enumerate(document.get("x-outside", ())):
        if not isinstance(entry, dict) or entry.keys() != {"path", "why"} or not entry["why"]:
            yield f"$.x-outside[{n}]: needs a path, and why it is left out"
