"""What a variation lays over a recorded answer (harness.core.variation): never over its file, and only where it is JSON.

An answer that stands in for another names the model that was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from harness.core.variation import UNUSABLE, USAGE
from harness.provider.fake.tape.answer import Answer, replaced
from harness.provider.profiles import Profile, asked_model, parse

REFUSAL = "I can only help with that once you tell me more."
"""A complete answer that is not what was asked for."""
FIRST = 3
"""The first count in the place of a zero; each further one is larger by as much."""


def answer(found: Answer, profile: Profile, sent: bytes, laid: Collection[str]) -> Answer:
    """`found` as it is sent in a varied world."""
    if found.status >= 400 or found.streamed or not found.body:
        return found
    value = parse(found.body)
    if not isinstance(value, dict):
        return found
    before = json.dumps(value, sort_keys=True)
    asked = asked_model(parse(sent))
    if asked and isinstance(value.get("model"), str) and not value["model"].startswith(asked):
        value["model"] = asked
    if USAGE in laid:
        for holder in _usages(value):
            _counted(holder, [FIRST])
    if UNUSABLE in laid:
        _unusable(value)
    if json.dumps(value, sort_keys=True) == before:
        return found
    return replaced(
        found, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    )


def _usages(value: Any) -> list[dict[str, Any]]:
    match value:
        case Mapping():
            own = [item for name, item in value.items() if name == "usage" and isinstance(item, dict)]
            return own + [one for name, item in value.items() if name != "usage" for one in _usages(item)]
        case list():
            return [one for item in value for one in _usages(item)]
    return []


def _counted(holder: dict[str, Any], count: list[int]) -> None:
    """Every zero is another number; what is nothing, and what is counted, stays."""
    for name, item in holder.items():
        if isinstance(item, dict):
            _counted(item, count)
        elif item == 0 and not isinstance(item, bool):
            holder[name] = count[0]
            count[0] += FIRST


def _unusable(value: dict[str, Any]) -> None:
    """Texts of an answer, wherever its provider has them: a message's content, a part's text."""
    for name, item in value.items():
        if name in ("content", "text", "output_text") and isinstance(item, str):
            value[name] = REFUSAL
        elif isinstance(item, dict):
            _unusable(item)
        elif isinstance(item, list):
            for one in item:
                if isinstance(one, dict):
                    _unusable(one)
