"""Look: from the cache where nothing changed, else asked on an island; with a database where one is wanted."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from harness.backend.look import cache
from harness.core.config import Config

if TYPE_CHECKING:
    from harness.core.look.database import Database
    from harness.stack.isolation.island import Island
    from harness.stack.processes.running import Stack


TABLE = f"{cache.version_of(Path(__file__).with_name('report.py'))}.txt"
"""The kind under which the table is kept beside the document: printing it again costs no more than reading it."""


def cached(where: cache.Place, *, database: bool, as_json: bool) -> str | None:
    """The document, or its table, as it was kept, if it says as much as is asked for."""
    if not as_json and not database and (table := cache.find(where, TABLE)) is not None:
        return table
    text = cache.find(where)
    if text is None or (database and not json.loads(text)["databases"]):
        return None
    return text if as_json else _kept(where, text)


def asked(config: Config, island: Island, where: cache.Place, *, database: bool, as_json: bool) -> str:
    """The document, or its table, asked now and kept."""
    from harness.stack.processes import looking

    # while the target is imported by its own interpreter, this one imports what its answer is read with
    reader = threading.Thread(target=_imported)
    reader.start()
    text = _with_database(config, island, where) if database else looking.alone(config, island, where)
    reader.join()
    table = _kept(where, text)
    return text if as_json else table


def _kept(where: cache.Place, text: str) -> str:
    """The table of a document; both are kept."""
    read, shown = _imported()
    table = "".join(f"{line}\n" for line in shown.lines(read.look(json.loads(text))))
    cache.keep(where, text, {TABLE: table})
    return table


def _imported() -> tuple[ModuleType, ModuleType]:
    # what is kept is told without any of this
    from harness.backend.look import read
    from harness.jobs.look import report as shown

    return read, shown


def _with_database(config: Config, island: Island, where: cache.Place) -> str:
    from harness.stack.processes import boot, looking

    with boot.boot(config, island, fake=None, roles=False) as stack:
        document = looking.in_stack(stack, where)
        return looking.text_of(looking.with_databases(document, _catalogues(stack, document)), stack.places)


def _catalogues(stack: Stack, document: Mapping[str, Any]) -> dict[str, Database]:
    """By Django's alias: every database of the stack's server that is there. Others are not the stack's, and not asked."""
    import psycopg

    from harness.backend.look import catalogue
    from harness.stack.database import postgres, snapshot

    found = {}
    for alias, one in document["django"]["settings"]["databases"].items():
        server = one["server"]
        if server["port"] != stack.places["db_port"] and server["host"] != stack.places["db_socket"]:
            continue
        try:
            with postgres.connect(stack.run_dir / "pg_socket", int(stack.places["db_port"]), server["database"]) as db:
                found[alias] = catalogue.of(db, but_schemas=snapshot.SCHEMAS, but_triggers=snapshot.TRIGGERS)
        except psycopg.OperationalError:
            continue
    return found
