"""Changed domain rows as short lines: "cluster +3 status=new", "keyword status new->mapped x10".

Ids become aliases that keep identity ("<cluster:1>" is the same row wherever it is named), times become "<time>".
Only columns named in a table's `lock` are shown with their values. A row of a locked table whose other columns alone
changed is shown by the names of those columns ("page changed body"), so that paid work that left no trace
is seen. Equal lines are counted together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from harness.core.config import Table
from harness.core.history import CellHistory, RowChange
from harness.core.scenario import Scenario
from harness.judge.facts import Target
from harness.judge.golden.aliases import TIME, Names, name_rows, pointed, shown


def row_lines(cell: CellHistory, scenario: Scenario, target: Target, *, several: bool) -> tuple[str, ...]:
    """Sorted lines of every locked table. With `several` accounts each line begins with the row's account."""
    tables, ledger = target.tables, target.ledger
    locked = {kind for kind, table in tables.items() if _locks(table, scenario)}
    locked -= ledger.kinds
    names = name_rows(cell.rows, cell.refs)
    accounts = {str(ref["id"]): name for name, ref in cell.refs.items() if ref.get("kind") == ledger.accounts}
    owner = ledger.owner
    counted: Counter[tuple[str, str]] = Counter()
    for change in cell.rows:
        if change.kind not in locked:
            continue
        row = change.after or change.before or {}
        who = f"{accounts.get(str(row.get(owner)), '?')}: " if several and owner and owner in row else ""
        for line in _lines(change, tables[change.kind], names):
            counted[(f"{who}{line[0]}", line[1])] += 1
    return tuple(sorted(_counted(line, extra, count) for (line, extra), count in counted.items()))


def _locks(table: Table, scenario: Scenario) -> bool:
    return bool(table.lock) and (not table.paths or {str(path) for path in scenario.paths} <= set(table.paths))


def _lines(change: RowChange, table: Table, names: Names) -> Iterable[tuple[str, str]]:
    before, after = pointed(change, change.before, names), pointed(change, change.after, names)
    if change.op == "insert":
        values = " ".join(f"{column}={shown(column, after[column], names)}" for column in table.lock if column in after)
        yield f"{change.kind} +", values
    elif change.op == "delete":
        values = " ".join(
            f"{column}={shown(column, before[column], names)}" for column in table.lock if column in before
        )
        yield f"{change.kind} -", values
    else:
        changed = [column for column in after if before.get(column) != after.get(column)]
        locked = [column for column in table.lock if column in changed]
        for column in locked:
            old, new = shown(column, before.get(column), names), shown(column, after.get(column), names)
            yield f"{change.kind} {column} {old}->{new}", ""
        if not locked:
            yield f"{change.kind} changed {', '.join(sorted(c for c in changed if not _time(after[c])))}".rstrip(), ""


def _time(value: Any) -> bool:
    return isinstance(value, str) and TIME.fullmatch(value) is not None


def _counted(line: str, extra: str, count: int) -> str:
    if line.endswith((" +", " -")):
        return f"{line}{count} {extra}".rstrip()
    return f"{line} x{count}"
