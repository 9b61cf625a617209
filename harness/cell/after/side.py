"""Where else a target leaves something: the server of its broker, files, schemas, open transactions, processes.

Read when a cell begins and when it is over; what differs is told as `side` events: store, key, before, after (None: it was not there).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from harness.stack.broker import beside
from harness.stack.database import leftover, reset

MADE = "made"
"""The store of tables, sequences, views and schemas that were not there."""
SCHEMA = "schema"
"""The store of columns, keys, indexes and triggers of tables that were there."""
PATIENCE_S = 0.5
"""In which a process that only ends has ended, and one that a pool puts in its place has begun."""

Stores = Mapping[str, Mapping[str, Any]]
"""Name of a store -> key -> what is told of it."""


def stores(live: Any) -> Stores:
    """As they are now, without what the database itself says."""
    queues = live.broker.queues() if hasattr(live.broker, "queues") else ()
    return {
        "redis": beside.contents(live.redis, queues),
        "file": live.stack.written(),
        "process": live.stack.counted(),
    }


def changed(live: Any, before: Stores) -> Iterator[dict[str, Any]]:
    """The fields of each `side` event, in order."""
    now = stores(live)
    deadline = time.monotonic() + PATIENCE_S
    while now["process"] != before["process"] and time.monotonic() < deadline:
        live.db.execute("SELECT pg_sleep(0.01)")  # no event says that a process of somebody else's has ended
        now = {**now, "process": live.stack.counted()}
    made = dict.fromkeys(reset.made(live.db, *live.beside), "there")
    now = {**now, MADE: made, "left open": leftover.left_open(live.db, *live.beside)}
    reshaped = list(leftover.reshaped(live.db, *live.beside))
    before = {**before, SCHEMA: {what: was for what, was, _ in reshaped if was is not None}}
    now = {**now, SCHEMA: {what: said for what, _, said in reshaped if said is not None}}
    for store, keys in now.items():
        was = before.get(store, {})
        for key in sorted({*was, *keys}):
            if was.get(key) != keys.get(key):
                yield {"store": store, "key": key, "before": was.get(key), "after": keys.get(key)}


def spoils(live: Any, cell: str, changed: Mapping[str, Any]) -> None:
    """A cell has changed the shape of a table. A trigger of the harness that is only off is put on again; with anything else nobody can
    go on: `live.spoilt` says by whom."""
    ours = " trigger harness_" in changed["key"] and changed["after"] is not None
    if not ours and not live.spoilt:
        live.spoilt = (
            f"{cell}: {changed['key']} was {changed['before'] or 'not there'}, is {changed['after'] or 'gone'}"
        )
