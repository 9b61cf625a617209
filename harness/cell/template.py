"""`$name` placeholders of an action, filled from a step's arguments and the seeded rows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.core.action import PLACEHOLDER, Action
from harness.core.errors import HarnessError, did_you_mean
from harness.core.scenario import Ref

OPTIONAL = re.compile(r"\$([a-z_][a-z0-9_]*)\?")


def names(args: Mapping[str, Any], refs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What placeholders may name: every seeded row (its key), then the step's own arguments with refs resolved."""
    known: dict[str, Any] = {name.replace("-", "_"): ref["id"] for name, ref in refs.items()}
    known.update({name: resolve(value, refs) for name, value in args.items()})
    return known


def resolve(value: Any, refs: Mapping[str, Mapping[str, Any]]) -> Any:
    """Replace every `Ref` in a value, also inside lists and mappings, by the seeded key."""
    if isinstance(value, Ref):
        if value.name not in refs:
            raise HarnessError(
                f"a step refers to '{value.name}', which the given world does not hold",
                hint=did_you_mean(value.name, refs),
                code="scenario-ref",
            )
        return refs[value.name][value.column]
    if isinstance(value, list | tuple):
        return [resolve(item, refs) for item in value]
    if isinstance(value, Mapping):
        return {key: resolve(item, refs) for key, item in value.items()}
    return value


def resolved(action: Action, refs: Mapping[str, Mapping[str, Any]]) -> Action:
    """The action with each `Ref` that stands in it replaced by the seeded key."""
    return replace(action, request=resolve(action.request, refs), task=resolve(action.task, refs))


def fill(template: Any, known: Mapping[str, Any], where: str) -> Any:
    """Fill a JSON-like template. "$name" alone keeps the value's type; inside a text it is printed; a mapping entry
    whose value is "$name?" is left out when nothing is named so."""
    if isinstance(template, str):
        whole = PLACEHOLDER.fullmatch(template)
        if whole:
            return _lookup(whole.group(1), known, where)
        return PLACEHOLDER.sub(lambda match: str(_lookup(match.group(1), known, where)), template)
    if isinstance(template, list | tuple):
        return [fill(item, known, where) for item in template]
    if isinstance(template, Mapping):
        filled = {}
        for key, item in template.items():
            optional = OPTIONAL.fullmatch(item) if isinstance(item, str) else None
            if optional is None:
                filled[key] = fill(item, known, where)
            elif optional.group(1) in known:
                filled[key] = known[optional.group(1)]
        return filled
    return template


def fill_code(template: str, known: Mapping[str, Any], where: str) -> str:
    """Fill Python code: each value is written as a literal."""
    return PLACEHOLDER.sub(lambda match: repr(json.loads(json.dumps(_lookup(match.group(1), known, where)))), template)


def _lookup(name: str, known: Mapping[str, Any], where: str) -> Any:
    if name not in known:
        raise HarnessError(
            f"{where} uses ${name}, which nothing defines", hint=did_you_mean(name, known), code="scenario-placeholder"
        )
    return known[name]
