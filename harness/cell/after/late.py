"""What came of a cell once it was observed: rows, messages and calls of whoever went on, or came later.

They are looked for before anything is put back, so they are the last cell's, and are told of that one. A thread that a cell
began and that ended only during another may have done its work in that one: both are told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from harness.core.history import Late

HINT = "what a request or a task begins ends before it does, or is a task message of its own, which is waited for"
_NOTED = """
SELECT coalesce(t.name, 'a table that is gone'), j.role, count(*)
FROM harness.journal j LEFT JOIN harness.tables t ON t.oid = coalesce(pg_partition_root(j.oid), j.oid)
WHERE j.n > %s AND j.role <> 'harness' GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How much of `cell` there was when it was observed: the last line of each journal, messages, calls of providers."""

    cell: str
    rows: tuple[int, ...]
    messages: int
    calls: int


def look(live: Any) -> list[dict[str, Any]]:
    """The fields of each `late` event that there is by now; () where no cell was observed yet."""
    before: Seen | None = live.seen
    if before is None:
        return []
    found = []
    lines = list(_since(live, before))
    if lines:
        found.append(_late(before.cell, *lines))
    for role, began in live.resting.ended():
        during = "" if began == before.cell else f" during {before.cell}"
        found.append(_late(began, f"a thread of {role} that it began ended only when it was over{during}"))
        if during:
            found.append(
                _late(before.cell, f"a thread of {role} that {began} began ended in it: what it did may stand here")
            )
    live.seen = None
    return found


def _since(live: Any, before: Seen) -> Iterator[str]:
    for db, last in zip(_dbs(live), before.rows, strict=True):
        for table, role, count in _noted(db, last):
            yield f"{count} row(s) of {table} were written by {role or 'somebody'} after it was observed"
    if more := live.broker.sent() - before.messages:
        yield f"{more} task message(s) were sent after it was observed"
    if more := live.fake.called() - before.calls:
        yield f"{more} provider call(s) were made after it was observed"


def _late(cell: str, *lines: str) -> dict[str, Any]:
    return {"of": cell, **asdict(Late(code="late-work", lines=lines, hint=HINT))}


def _dbs(live: Any) -> tuple[psycopg.Connection, ...]:
    return (live.db, *live.beside)


def _noted(db: psycopg.Connection, last: int) -> list[tuple[str, str, int]]:
    try:
        return db.execute(_NOTED, [last]).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return []  # no snapshot, no journal
