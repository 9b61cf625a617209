"""What the rows of a cell are called, wherever their ids, uuids and tokens appear.

A seeded row is called as the scenario calls it: `<account>`. A new one is called after its table, by rank: `<orders+1>`.
Ids come from ranges of their own (stack/database/shadows.py), so an id is known in any text: JSON, a URL, a log line, a
composite token. What else tells a row apart, and cannot be told beforehand, is called by the column that keeps it:
`<orders+1.reference>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from harness.core.history import Change, Transaction

RANGED = re.compile(r"(?<![\d.])7\d{8}(?!\d)")
UUID = re.compile(
    r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[1-8][0-9a-fA-F]{3}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}(?![0-9a-fA-F])"
)


PLACES = re.compile(r"\{[^{}]* = [^{}]*\}")
PLACE = re.compile(r"(?P<kind>[^<#.{}]+)(?:<[^>]*>|(?P<key>#[^.]*))(?P<column>\..*)")


def of_this_world(text: str) -> str:
    """`text` in which a credential is not told by rows of others: where a row of the scenario keeps it in the same column, one
    that was there before (a database that was lived in has many) adds nothing."""
    return PLACES.sub(lambda found: "{" + " = ".join(_own(found[0][1:-1].split(" = "))) + "}", text)


def _own(places: list[str]) -> list[str]:
    read = [PLACE.fullmatch(place) for place in places]
    named = {(one["kind"], one["column"]) for one in read if one and not one["key"]}
    return [
        place
        for place, one in zip(places, read, strict=True)
        if not (one and one["key"] and (one["kind"], one["column"]) in named)
    ]


class Names:
    """Names of one cell, given as they are asked for: in the order of its lines."""

    def __init__(
        self,
        refs: Mapping[str, Mapping[str, Any]],
        transactions: Iterable[Transaction],
        called: Mapping[str, str] = {},
        *,
        numbered: bool = True,
    ) -> None:
        self._ids = {str(ref["id"]): f"<{name}>" for name, ref in refs.items() if ref.get("id") is not None}
        self._new: dict[str, str] = {}
        self._uuids = {_plain(uuid): name for uuid, name in called.items()}
        counted: dict[str, int] = {}
        self._numbered = numbered
        for transaction in transactions:
            for change in transaction.changes:
                self._learn(change, counted)

    def _learn(self, change: Change, counted: dict[str, int]) -> None:
        if change.op != "insert" or change.after is None:
            return
        counted[change.table] = counted.get(change.table, 0) + 1
        name = f"{change.table}+{counted[change.table] if self._numbered else ''}"
        if RANGED.fullmatch(change.id) or UUID.fullmatch(change.id):
            self._new[change.id] = f"<{name}>"
        self._new[f"{change.table} {change.id}"] = f"<{name}>"
        for column, value in change.after.items():
            if value is None or column in change.key:
                continue
            if UUID.fullmatch(value):
                self._uuids.setdefault(_plain(value), f"<{name}.{column}>")

    def row(self, change: Change) -> str:
        """How a changed row is called."""
        own = self._ids.get(change.id) if RANGED.fullmatch(change.id) else None
        return own or self._new.get(f"{change.table} {change.id}") or f"{change.table} {self.text(change.id)}"

    def text(self, text: str) -> str:
        """`text` with every id and uuid in it named."""
        text = UUID.sub(self._uuid, text)
        return RANGED.sub(lambda found: self._ids.get(found[0]) or self._new.get(found[0]) or found[0], text)

    def _uuid(self, found: re.Match[str]) -> str:
        known = _plain(found[0])
        if known in self._new or found[0] in self._new:
            return self._new.get(found[0]) or self._new[known]
        if found[0] in self._ids:
            return self._ids[found[0]]
        return self._uuids.setdefault(known, self._unknown())

    def _unknown(self) -> str:
        count = 1 + sum(name.startswith("<uuid ") for name in self._uuids.values())
        return f"<uuid {count if self._numbered else ''}>"


def _plain(uuid: str) -> str:
    return uuid.replace("-", "").lower()
