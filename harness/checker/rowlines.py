"""Changed domain rows as short lines: "cluster +3 status=new", "keyword status new->mapped x10".

Ids become aliases that keep identity ("<cluster:1>" is the same row wherever it is named), times become "<time>".
Only columns named in a table's `lock` are shown; equal lines are counted together.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from harness.checker.target import Target
from harness.core.config import Table
from harness.core.history import CellHistory, RowChange
from harness.core.scenario import Scenario

TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?")
UUID = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[1-8][0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}\b", re.IGNORECASE)


def row_lines(cell: CellHistory, scenario: Scenario, target: Target, *, several: bool) -> tuple[str, ...]:
    """Sorted lines of every locked table. With `several` accounts each line begins with the row's account."""
    tables, ledger = target.tables, target.ledger
    locked = {kind for kind, table in tables.items() if _locks(table, scenario)}
    locked -= {ledger.transaction, ledger.usage}
    names = aliases(cell.rows, cell.refs)
    accounts = {ref["id"]: name for name, ref in cell.refs.items() if ref.get("kind") == ledger.account}
    owner = ledger.transaction_columns["account"]
    counted: Counter[tuple[str, str]] = Counter()
    for change in cell.rows:
        if change.kind not in locked:
            continue
        row = change.after or change.before or {}
        who = f"{accounts.get(row.get(owner), '?')}: " if several and owner in row else ""
        for line in _lines(change, tables[change.kind], names):
            counted[(f"{who}{line[0]}", line[1])] += 1
    return tuple(sorted(_counted(line, extra, count) for (line, extra), count in counted.items()))


def aliases(changes: Iterable[RowChange], refs: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, int], str]:
    """(kind, id) -> "<name>" for seeded rows and "<kind:n>" for new ones, n counting by content, then by id."""
    names = {(ref["kind"], ref["id"]): f"<{name}>" for name, ref in refs.items()}
    new: dict[str, list[RowChange]] = {}
    for change in changes:
        if (change.kind, change.id) not in names:
            new.setdefault(change.kind, []).append(change)
    for kind, rows in new.items():
        rows.sort(key=lambda change: (_content(change), change.id))
        names.update({(kind, change.id): f"<{kind}:{n}>" for n, change in enumerate(rows, 1)})
    return names


def alias(column: str, value: Any, names: Mapping[tuple[str, int], str]) -> str:
    """How a value is shown: foreign keys by their row's alias, times and uuids without their digits."""
    if value is None:
        return "null"
    if column.endswith("_id") and isinstance(value, int):
        return names.get((column.removesuffix("_id"), value), str(value))
    if isinstance(value, str):
        return UUID.sub("<uuid>", TIME.sub("<time>", value))
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _locks(table: Table, scenario: Scenario) -> bool:
    return bool(table.lock) and (not table.paths or {str(path) for path in scenario.paths} <= set(table.paths))


def _lines(change: RowChange, table: Table, names: Mapping[tuple[str, int], str]) -> Iterable[tuple[str, str]]:
    before, after = change.before or {}, change.after or {}
    if change.op == "insert":
        values = " ".join(f"{column}={alias(column, after[column], names)}" for column in table.lock if column in after)
        yield f"{change.kind} +", values
    elif change.op == "delete":
        values = " ".join(
            f"{column}={alias(column, before[column], names)}" for column in table.lock if column in before
        )
        yield f"{change.kind} -", values
    else:
        for column in table.lock:
            if before.get(column) != after.get(column):
                old, new = alias(column, before.get(column), names), alias(column, after.get(column), names)
                yield f"{change.kind} {column} {old}->{new}", ""


def _counted(line: str, extra: str, count: int) -> str:
    if line.endswith((" +", " -")):
        return f"{line}{count} {extra}".rstrip()
    return f"{line} x{count}"


def _content(change: RowChange) -> str:
    row = dict(change.after or change.before or {})
    row = {k: v for k, v in row.items() if k != "id" and not (k.endswith("_id") and isinstance(v, int))}
    return UUID.sub("<uuid>", TIME.sub("<time>", json.dumps(row, sort_keys=True, ensure_ascii=False, default=str)))
