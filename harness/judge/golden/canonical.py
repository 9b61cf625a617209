"""The canonical form of a history: two runs that did the same have the same bytes, whatever ids, times and workers.

Left out, because they are not what the target did: the ids in an answer's head, `t`, seconds, versions, seed, tier, isolation, notes,
hosts that were only looked for, log lines below ERROR without a traceback; and the journal, which surfaces hold.
Named (harness.judge.golden.aliases): ids of rows, uuids (numbered, identity kept), whole times.
Ordered: cells by id; calls, tasks and rows by content. HTTP exchanges keep their order, the scenario's steps made it.
Balances of transactions follow the content order where the real chain is unbroken (harness.judge.golden.ordering). Where
several workers lost a deduction it is broken, and stays so: that run did something else (harness.judge.overlap).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.core.fold import folded
from harness.core.history import Event, RowChange
from harness.core.ledger import Ledger
from harness.judge.golden.aliases import content, name_rows, named, pointed, steady
from harness.judge.golden.ordering import ledger_in_order

DROPPED = ("t", "cell", "kind")
TRACEBACK = "Traceback (most recent call last)"
HEAD = ("format", "target", "phase")


def canonical_bytes(events: Iterable[Event], ledger: Ledger | None = None) -> bytes:
    """One JSON line an event, keys sorted. Without `ledger` the balances of transactions stay as they were written."""
    start, cells, ended = _sorted_out(events)
    lines = [_line("run", {**{key: start.get(key) for key in HEAD}, "cells": sorted(start.get("cells", ()))})]
    for name in sorted(cells):
        lines += _cell(name, cells[name], ledger)
    lines.append(_line("end", {"complete": ended}))
    # half a surrogate pair, which a target may send, stays the escape that JSON has for it
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def canonical_cells(events: Iterable[Event], ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """The lines of each cell, by its name: what two runs are compared by where their hashes differ."""
    _, cells, _ = _sorted_out(events)
    return {name: tuple(_cell(name, found, ledger)) for name, found in cells.items()}


def canonical_hash(events: Iterable[Event], ledger: Ledger | None = None) -> str:
    """sha256 of the canonical form, in hex."""
    return hashlib.sha256(canonical_bytes(events, ledger)).hexdigest()


def _sorted_out(events: Iterable[Event]) -> tuple[Event, dict[str, list[Event]], bool]:
    """run.start, the events of each cell, and whether there is a run.end."""
    start: Event = {}
    cells: dict[str, list[Event]] = {}
    ended = False
    for event in events:
        if event["kind"] == "run.start":
            start = event
        elif event["kind"] == "run.end":
            ended = True
        elif "cell" in event:
            cells.setdefault(event["cell"], []).append(event)
    return start, cells, ended


class _Uuids:
    """Numbers uuids in the order in which they are first met."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def number(self, uuid: str) -> str:
        return self.known.setdefault(uuid, f"<uuid:{len(self.known) + 1}>")

    def peek(self, uuid: str) -> str:
        return self.known.get(uuid, "<uuid>")


def _cell(name: str, events: Sequence[Event], ledger: Ledger | None) -> list[str]:
    of_kind: dict[str, list[Event]] = {}
    for event in events:
        of_kind.setdefault(event["kind"], []).append(event)
    seeded = next(iter(of_kind.get("seeded", ())), {})
    refs = seeded.get("refs", {})
    rows = _rows(of_kind.get("row", ()), events, refs, ledger)
    names = name_rows(rows, refs)
    uuids = _Uuids()
    lines = [_line("cell", {"cell": name, **_fields(next(iter(of_kind.get("cell.start", ())), {}))})]
    lines.append(
        _line(
            "seeded",
            {
                "refs": {ref: value["kind"] for ref, value in refs.items()},
                "accounts": {account: value["credits"] for account, value in seeded.get("accounts", {}).items()},
                "actors": sorted(seeded.get("actors", ())),
            },
        )
    )
    lines += [_line("http", named(_fields(event), names, uuids.number)) for event in of_kind.get("http", ())]
    lines += _sorted("task", [_fields(event) for event in of_kind.get("task", ())], names, uuids)
    lines += _sorted("call", [_fields(event, "n", "request_ids") for event in of_kind.get("call", ())], names, uuids)
    for event in of_kind.get("tape", ()):
        tape = _fields(event)
        tape["unplayed"] = sorted(tape.get("unplayed", ()), key=lambda item: json.dumps(item, sort_keys=True))
        lines.append(_line("tape", tape))
    lines += _sorted("row", [_row(change, names) for change in rows], names, uuids)
    lines += _sorted("log", [_log(event) for event in of_kind.get("log", ()) if locked(event)], names, uuids)
    lines += _sorted("side", [_fields(event) for event in of_kind.get("side", ())], names, uuids)
    lines += sorted(_line("balance", _fields(event)) for event in of_kind.get("balance", ()))
    lines += [
        _line("end", {"settled": event.get("settled"), "reason": event.get("reason")})
        for event in of_kind.get("cell.end", ())
    ]
    return lines


def _sorted(kind: str, items: list[dict[str, Any]], names: Mapping, uuids: _Uuids) -> list[str]:
    """Ordered by content, uuids that are new here without their number; then numbered in that order."""
    items.sort(key=lambda item: _natural(_line(kind, named(item, names, uuids.peek))))
    return [_line(kind, named(item, names, uuids.number)) for item in items]


def _rows(
    events: Iterable[Event], all_events: Iterable[Event], refs: Mapping[str, Any], ledger: Ledger | None
) -> list[RowChange]:
    """The changes, with balances that follow the content order: of two equal charges, the one for the row of the lower
    name came first, whichever it was."""
    changes = [
        RowChange(
            kind=e["table_kind"],
            op=e["op"],
            id=e["id"],
            before=e.get("before"),
            after=e.get("after"),
            key=e.get("key", "id"),
            links=e.get("links", {}),
        )
        for e in events
    ]
    if ledger is None:
        return changes
    start = next((e for e in all_events if e["kind"] == "cell.start"), None)
    if start is None:
        return changes
    part, column = ledger.movements, ledger.column("movements", "balance_after")
    if part is None or not column or "." in column:
        return changes  # no balance stands in a row, or none that could be written anew

    def balanced(balances: Mapping[Any, Any]) -> list[RowChange]:
        return [
            replace(change, after={**change.after, column: balances[change.id]})
            if change.kind == part.kind and change.after and change.id in balances and change.op == "insert"
            else change
            for change in changes
        ]

    cell = folded(start, all_events, ledger)
    without = balanced({row.id: None for row in cell.ledger})
    names = name_rows(without, refs)
    ties = {change.id: content(change, names) for change in without if change.kind == part.kind}
    ordered = ledger_in_order(cell, mixed=True, tie=lambda row: ties[row.id])
    return balanced({row.id: row.balance for row in ordered})


def _row(change: RowChange, names: Mapping) -> dict[str, Any]:
    """Inserts and deletes whole; of an update only the columns that changed, so that a changed time is seen."""
    before, after = pointed(change, change.before, names), pointed(change, change.after, names)
    if change.op == "update":
        same = [key for key in after if key in before and before[key] == after[key]]
        for key in same:
            del before[key], after[key]
    for row in (before, after):
        row.pop(change.key, None)
    name = names.get((change.kind, change.id), str(change.id))
    return {"table": change.kind, "op": change.op, "row": name, "before": before, "after": after}


def locked(log: Event) -> bool:
    """Whether a log line is one that may not come or go: an ERROR, or a traceback of whatever level."""
    return log["level"] in ("ERROR", "CRITICAL") or bool(log.get("exception"))


def _log(event: Event) -> dict[str, Any]:
    """Without the text of the traceback, which has line numbers; a traceback by itself is its exception and its place."""
    message = event["message"].partition(TRACEBACK)[0].rstrip()
    told = {name: event.get(name, "") for name in ("role", "level", "logger", "exception", "where")}
    return {**told, "message": steady(message)}


def _fields(event: Event, *also: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in DROPPED and key not in also}


def _natural(text: str) -> list[Any]:
    """Numbers in the text sort as numbers: <row:10> after <row:9>."""
    return [int(part) if n % 2 else part for n, part in enumerate(re.split(r"(\d{1,18})", text))]


def _line(kind: str, fields: Mapping[str, Any]) -> str:
    return json.dumps({"is": kind, **fields}, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
