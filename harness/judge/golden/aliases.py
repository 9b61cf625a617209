"""Names instead of ids, times and uuids, so that two runs can be compared while identity survives.

A seeded row is called by its name in the scenario ("<kw1>"), a new row by its kind and rank ("<cluster:2>"): the rank
counts by content first, so parallel workers that swap ids do not swap names. The same row has the same name wherever
its id stands. A time becomes "<time>"; a uuid becomes "<uuid>", or "<uuid:n>" where the caller numbers them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.core.history import RowChange

TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?")
UUID = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE
)

_CHANCE = (
    (TIME, "<time>"),
    (re.compile(r"\b\d+\.\d+ ?(s|ms|sec|seconds|secs)\b"), r"<n> \1"),
    (re.compile(r"\b0x[0-9a-f]{6,}\b"), "<address>"),
    (re.compile(r"\b(pid[:= ]*)\d+", re.IGNORECASE), r"\1<pid>"),
)

Names = Mapping[tuple[str, Any], str]
"""(table kind, id) -> "<name>"."""


def name_rows(changes: Iterable[RowChange], refs: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, Any], str]:
    """Names of every seeded and every new row of a cell; of equal rows in the order in which they were written."""
    names = {(ref["kind"], ref["id"]): f"<{name}>" for name, ref in refs.items()}
    new: dict[str, list[RowChange]] = {}
    for change in changes:
        if (change.kind, change.id) not in names:
            new.setdefault(change.kind, []).append(change)
    fresh = {(kind, row.id): f"<{kind}>" for kind, rows in new.items() for row in rows}
    for kind, rows in new.items():
        rows.sort(key=lambda change: content(change, {**fresh, **names}))
        names.update({(kind, change.id): f"<{kind}:{n}>" for n, change in enumerate(rows, 1)})
    return names


def named(value: Any, names: Names, uuid: Callable[[str], str] = lambda _: "<uuid>", key: str = "") -> Any:
    """`value` with ids under "<kind>_id" and "<kind>_ids" named, whole times masked, and uuids passed through `uuid`."""
    if isinstance(value, Mapping):
        return {inner: named(item, names, uuid, _typed(inner, value)) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [named(item, names, uuid, key.removesuffix("s") if key.endswith("_ids") else "") for item in value]
    if key.endswith("_id") and isinstance(value, str) and (key.removesuffix("_id"), value) in names:
        return names[key.removesuffix("_id"), value]
    if isinstance(value, str):
        return "<time>" if TIME.fullmatch(value) else UUID.sub(lambda match: uuid(match[0].lower()), value)
    if key.endswith("_id") and isinstance(value, int) and not isinstance(value, bool):
        return names.get((key.removesuffix("_id"), value), value)
    return value


def pointed(change: RowChange, row: Mapping[str, Any] | None, names: Names) -> dict[str, Any]:
    """A row in which ids are names where the database says what the column points at, whatever it is called."""
    row = dict(row or {})
    for column, kind in change.links.items():
        if column in row:
            row[column] = names.get((kind, row[column]), row[column])
    return row


def shown(column: str, value: Any, names: Names) -> str:
    """One column's value as text."""
    if value is None:
        return "null"
    value = named({column: value}, names)[column]
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def steady(text: str) -> str:
    """A line of a log without what differs by chance: times in it, durations, places in memory, numbers of processes."""
    for pattern, instead in _CHANCE:
        text = pattern.sub(instead, text)
    return text


def _typed(key: str, row: Mapping[str, Any]) -> str:
    """The key that says what an id points at: "about_id" beside "about_type" = "note" is "note_id"."""
    kind = row.get(f"{key.removesuffix('_id')}_type") if key.endswith("_id") else None
    return f"{kind.lower()}_id" if isinstance(kind, str) and kind else key


def content(change: RowChange, names: Names) -> str:
    """A row as text in which ids are names, to compare or to sort by."""
    row = {
        key: value for key, value in pointed(change, change.after or change.before, names).items() if key != change.key
    }
    return json.dumps(named(row, names), sort_keys=True, ensure_ascii=False, default=str)
