"""The little TOML that golden files need: aligned assignments, inline tables, one line an item."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

BARE = re.compile(r"[A-Za-z0-9_-]+")
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def assignments(values: Mapping[str, str]) -> list[str]:
    """ "key = value" lines with aligned equals signs; values are rendered already."""
    width = max(map(len, values))
    return [f"{key:<{width}} = {value}" for key, value in values.items()]


def array(items: Sequence[Any]) -> str:
    """A list: on one line up to one item, else one line an item."""
    if len(items) == 0:
        return "[]"
    if len(items) == 1:
        return f"[ {inline(items[0])} ]"
    return "[\n" + "".join(f"    {inline(item)},\n" for item in items) + "]"


def inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Decimal):
        return _quoted(f"{value:f}")
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {inline(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    raise TypeError(f"no TOML for {type(value).__name__}")


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    out = []
    for character in text:
        if character in ESCAPES:
            out.append(ESCAPES[character])
        elif character < " " or character == "\x7f":
            out.append(f"\\u{ord(character):04x}")
        else:
            out.append(character)
    return '"' + "".join(out) + '"'
