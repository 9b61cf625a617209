"""What of a target's history varies by itself, learned from two runs of the same, and a third held against them without it.

A target may say how many milliseconds it took, or make names of its clock: then no two runs have one canonical form. `learned`
looks which fields differ between two runs that should not: by the kind of line and the path in it, never by a value. Numbers of
names (`<image:3>`) follow the order of content; in a cell where content varies they are left out.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Cells = Mapping[str, Sequence[str]]
Field = tuple[str, str]
"""The kind of a line, and the path of a value in it; items of a list have one path."""

_KIND = ("is", "table", "op", "task", "name", "method", "path", "provider", "action")
_NUMBER = re.compile(r"<([a-z_]+):\d+>")
VARIES = "<varies>"


def learned(one: Cells, other: Cells) -> frozenset[Field]:
    """The fields that differ between two runs of the same cells."""
    found: set[Field] = set()
    for cell in one.keys() & other.keys():
        ours, theirs = Counter(one[cell]), Counter(other[cell])
        left = [json.loads(line) for line in (theirs - ours).elements()]
        for line in (ours - theirs).elements():
            value = json.loads(line)
            same = [candidate for candidate in left if kind(candidate) == kind(value)]
            if same:  # the one that is most alike is the same event
                pair = min(same, key=lambda candidate: len(_unlike(value, candidate)))
                left.remove(pair)
                found |= _unlike(value, pair)
    return frozenset(found)


def without(cells: Cells, fields: frozenset[Field]) -> dict[str, list[str]]:
    """The lines of each cell, in one order, where what is in `fields` has no value."""
    made = {}
    for cell, lines in cells.items():
        values = [json.loads(line) for line in lines]
        varies = any((kind(value), path) in fields for value in values for path, _ in leaves(value))
        plain = [json.dumps(_masked(value, kind(value), "", fields), sort_keys=True) for value in values]
        made[cell] = sorted(_NUMBER.sub(r"<\1>", line) for line in plain) if varies else plain
    return made


def kind(value: Mapping[str, Any]) -> str:
    return " ".join([str(value[key]) for key in _KIND if isinstance(value.get(key), str)] or sorted(value))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each path and what stands there, ends alone."""
    if isinstance(value, dict) and value:
        for key in sorted(value):
            yield from leaves(value[key], f"{path}.{key}")
    elif isinstance(value, list) and value:
        for item in value:
            yield from leaves(item, f"{path}.*")
    else:
        yield path, value


def _unlike(one: Any, other: Any) -> set[Field]:
    ours, theirs = (Counter((path, json.dumps(end)) for path, end in leaves(value)) for value in (one, other))
    return {(kind(one), path) for path, _ in (ours - theirs) + (theirs - ours)}


def _masked(value: Any, of: str, path: str, fields: frozenset[Field]) -> Any:
    if (of, path) in fields:
        return VARIES
    if isinstance(value, dict):
        return {key: _masked(item, of, f"{path}.{key}", fields) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, of, f"{path}.*", fields) for item in value]
    return value
