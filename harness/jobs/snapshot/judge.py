"""How two snapshots differ: named rows by their name, a single one with itself, all others as the sequence that they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from harness.jobs.snapshot.values import Document, Sections


def differences(before: Document, after: Document, sections: Sections) -> list[str]:
    """How `after` differs from `before`, a line each, in the order of `sections`; empty when they are equal."""
    lines: list[str] = []
    for old, new, one in zip(before["sections"], after["sections"], sections, strict=True):
        title = one.name
        gone = [field for field in one.fields if (field in old["absent"]) != (field in new["absent"])]
        for field in gone:
            side, where = (
                (new, "absent before, there after") if field in old["absent"] else (old, "there before, absent after")
            )
            values = dict.fromkeys(json.dumps(row[field], ensure_ascii=False) for row in side["rows"])
            lines.append(f"{title}.{field}: {where}: {', '.join(values) or 'no row'}")
        left, right = ([{k: v for k, v in row.items() if k not in gone} for row in side["rows"]] for side in (old, new))
        if one.single and len(left) == len(right) == 1:
            lines += _changed(title, left[0], right[0])
        elif one.row and one.row not in (*old["absent"], *new["absent"]):
            lines += _by_key(title, one.row, left, right)
        else:
            lines += _in_order(title, left, right)
    return lines


def _by_key(title: str, key: str, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> Iterable[str]:
    old, new = {row[key]: row for row in left}, {row[key]: row for row in right}
    if len(old) != len(left) or len(new) != len(right):
        return list(_in_order(title, left, right))
    lines = [f"- {title} {name}: {_row(old[name], key)}" for name in old if name not in new]
    lines += [f"+ {title} {name}: {_row(new[name], key)}" for name in new if name not in old]
    for name in (name for name in old if name in new):
        lines += _changed(f"{title} {name}", old[name], new[name])
    if [name for name in old if name in new] != [name for name in new if name in old]:
        lines.append(f"{title}: the rows are in another order: {', '.join(map(str, new))}")
    return lines


def _in_order(title: str, left: list[dict[str, Any]], right: list[dict[str, Any]]) -> Iterable[str]:
    old, new = [_row(row) for row in left], [_row(row) for row in right]
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            yield from (f"- {title}: {text}" for text in old[a:b])
            yield from (f"+ {title}: {text}" for text in new[c:d])


def _changed(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    shown = json.dumps
    return [
        f"{where}.{field}: {shown(old.get(field))} -> {shown(new.get(field))}"
        for field in sorted({*old, *new})
        if shown(old.get(field)) != shown(new.get(field))
    ]


def _row(row: Mapping[str, Any], but: str = "") -> str:
    return ", ".join(f"{field}={json.dumps(value, ensure_ascii=False)}" for field, value in sorted(row.items()) if field != but)  # fmt: skip
