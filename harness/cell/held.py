"""A row that is held, so that those who want to change it meet: a step of a scenario that shows a race."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from harness.core.config import Table
from harness.stack.database import reset
from harness.stack.database.keys import text_of
from harness.stack.database.shapes import held_in, shapes_of

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


class Held:
    """At most one row at a time."""

    def __init__(self) -> None:
        self._holder: Any = None

    def hold(self, dbs: Sequence[psycopg.Connection], tables: Mapping[str, Table], kind: str, key: Any) -> None:
        """Lock the row against updates; reads and foreign keys to it go on. Raises reset-blocked."""
        ((db, _),) = (one for one in held_in(tuple(dbs), {kind: tables[kind]}) if one[1])
        self._holder = psycopg.connect(db.info.dsn)
        shape = shapes_of(db, tables, [kind])[kind]
        query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s FOR NO KEY UPDATE")
        with reset.holder_named(db, f"{kind} {key} cannot be held"):
            self._holder.execute(query.format(shape.place, text_of("", shape.key)), [str(key)])

    def let_go(self) -> None:
        """Quiet when there is none."""
        if self._holder is not None:
            self._holder.rollback()
            self._holder.close()
            self._holder = None


def await_blocked(db: psycopg.Connection, count: int, timeout_s: float) -> bool:
    """Wait until `count` backends wait for a lock, as pg_stat_activity says."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        row = db.execute(_WAITING).fetchone()
        if row and row[0] >= count:
            return True
        db.execute("SELECT pg_sleep(0.005)")  # the server has no event for "somebody waits"
    return False
