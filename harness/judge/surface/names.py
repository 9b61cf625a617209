"""What the rows of a cell are called, wherever their ids, uuids and tokens appear.

A seeded row is called as the scenario calls it: `<account>`. A new one is called after its table, by rank: `<orders+1>`.
Ids come from ranges of their own (stack/database/shadows.py), so an id is known in any text: JSON, a URL, a log line, a
composite token. What else tells a row apart, and cannot be told beforehand, is called by the column that keeps it:
`<orders+1.reference>`, wherever it stands; where the column itself tells it, its shape is told, `run_<now>_<token>`. What no
column keeps is numbered in the order of the lines: `<token 1>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.core.history import Change, Transaction
from harness.judge.surface import tokens

RANGED = re.compile(r"(?<![\d.])7\d{8}(?!\d)")
UUID = re.compile(
    r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})(?![0-9a-fA-F])"
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


KEPT = re.compile(r"<([\w.]+?)\+\d*\.(\w+)>")
"""How a value is named that a column of a new row keeps."""


class Names:
    """Names of one cell, given as they are asked for: in the order of its lines.

    `called` are names of ids that are known beforehand. `given` says of a token that somebody else made it, `timed` names
    times, and `made` are "table.column"s that are known to hold what a target makes up. Not `numbered`: new rows are not told
    apart. Once `alone` is False what no column keeps is not told apart either: lines that come in no order give it no number.
    """

    def __init__(
        self,
        refs: Mapping[str, Mapping[str, Any]],
        transactions: Iterable[Transaction],
        called: Mapping[str, str] = {},
        *,
        numbered: bool = True,
        given: Callable[[str], bool] = lambda _: False,
        timed: Callable[[str], str] = lambda text: text,
        made: frozenset[str] = frozenset(),
    ) -> None:
        self._ids = {str(ref["id"]): f"<{name}>" for name, ref in refs.items() if ref.get("id") is not None}
        self._new: dict[str, str] = {}
        self._uuids = {_plain(uuid): name for uuid, name in called.items()}
        self._kept: dict[str, str] = {}
        self._whole: re.Pattern[str] | None = None
        self._tokens: dict[str, str] = {}
        self.alone = numbered
        self._numbered, self._given, self._timed, self._known = numbered, given, timed, made
        counted: dict[str, int] = {}
        for transaction in transactions:
            for change in transaction.changes:
                self._learn(change, counted)
        whole = sorted(self._kept, key=lambda value: (-len(value), value))
        self._whole = re.compile("|".join(map(_bounded, whole))) if whole else None

    def _learn(self, change: Change, counted: dict[str, int]) -> None:
        if change.after is None:
            return
        if change.op == "insert":
            counted[change.table] = counted.get(change.table, 0) + 1
            name = f"{change.table}+{counted[change.table] if self._numbered else ''}"
            if RANGED.fullmatch(change.id) or UUID.fullmatch(change.id):
                self._new[change.id] = f"<{name}>"
            elif tokens.made_up(change.id, self._given, self._timed):
                self._kept.setdefault(change.id, f"<{name}>")
            self._new[f"{change.table} {change.id}"] = f"<{name}>"
        else:
            name = self.row(change).strip("<>")
        for column, value in change.after.items():
            if value is None or column in change.key:
                continue
            if UUID.fullmatch(value):
                self._uuids.setdefault(_plain(value), f"<{name}.{column}>")
            elif self._makes(f"{change.table}.{column}", value):
                self._kept.setdefault(value, f"<{name}.{column}>")

    def _makes(self, column: str, value: str) -> bool:
        if value in self._kept or not value or value in self._ids or RANGED.fullmatch(value):
            return False
        return (column in self._known and len(value) >= tokens.SHORTEST_HEX) or tokens.made_up(
            value, self._given, self._timed
        )

    def row(self, change: Change) -> str:
        """How a changed row is called."""
        own = self._ids.get(change.id) if RANGED.fullmatch(change.id) else None
        return own or self._new.get(f"{change.table} {change.id}") or f"{change.table} {self.text(change.id)}"

    def kept(self, name: str, column: str, value: str) -> str | None:
        """The shape of a made-up value where the column that names it tells it; None of any other."""
        if self._kept.get(value) != f"<{name.strip('<>')}.{column}>":
            return None
        return tokens.shape(self._timed(RANGED.sub(self._ranged, UUID.sub(self._uuid, value))))

    def text(self, text: str) -> str:
        """`text` with every id, uuid and token in it named."""
        if self._whole is not None:
            text = self._whole.sub(lambda found: self._kept[found[0]], text)
        text = UUID.sub(self._uuid, text)
        text = tokens.RUN.sub(self._encoded, RANGED.sub(self._ranged, text))
        return tokens.FREE_STANDING.sub(self._token, text)

    def _ranged(self, found: re.Match[str]) -> str:
        return self._ids.get(found[0]) or self._new.get(found[0]) or found[0]

    def _uuid(self, found: re.Match[str]) -> str:
        known = _plain(found[0])
        if known in self._new or found[0] in self._new:
            return self._new.get(found[0]) or self._new[known]
        if found[0] in self._ids:
            return self._ids[found[0]]
        if known in self._uuids:
            return self._uuids[known]
        if "-" not in found[0]:
            return self._token(found)
        return self._uuids.setdefault(known, self._unknown("uuid", self._uuids))

    def _token(self, found: re.Match[str]) -> str:
        return self._named(found[0]) if tokens.chance(found[0]) else found[0]

    def _encoded(self, found: re.Match[str]) -> str:
        return self._named(found[0]) if tokens.encoded(found[0]) else found[0]

    def _named(self, token: str) -> str:
        if self._given(token):
            return token
        return self._tokens.setdefault(token, self._unknown("token", self._tokens))

    def _unknown(self, kind: str, known: Mapping[str, str]) -> str:
        if not self.alone:
            return f"<{kind}>"
        return f"<{kind} {1 + sum(name.startswith(f'<{kind} ') for name in known.values())}>"


def _bounded(value: str) -> str:
    """A long value is itself wherever it stands; a short one only where no letter goes on."""
    escaped = re.escape(value)
    return escaped if len(value) >= tokens.WHOLE else rf"(?<![0-9A-Za-z]){escaped}(?![0-9A-Za-z])"


def _plain(uuid: str) -> str:
    return uuid.replace("-", "").lower()
