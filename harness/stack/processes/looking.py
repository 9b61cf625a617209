"""The target looked at in the environment that a stack gives it: from the cache, or asked on an island.

Without a database the target is only imported. What it connects to while it is imported is there and hangs up: settings
that try a port before they believe in it say what they say in a stack.
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

from harness.backend.look import ask, cache
from harness.core.config import Config
from harness.stack.isolation.island import Island
from harness.stack.processes import walled
from harness.stack.processes.places import places_of
from harness.stack.processes.running import Stack
from harness.stack.roles.clock import REAL
from harness.stack.roles.files import TMP
from harness.store.cache import folder

USUAL = {"redis_port": 6379, "db_port": 5432}
"""Ports as a look shows them, whatever they were."""


def alone(config: Config, island: Island, where: cache.Place) -> str:
    """The target's answer, as JSON, with nothing but its import."""
    cache_dir = folder(config.source.parent)
    places, env = places_of(config, island, cache_dir)
    wall = walled.build(config, island, cache_dir, env, REAL, places)
    try:
        with _doorsteps(int(places[name]) for name in USUAL):
            document = ask.document(where.asked, env, island.run_dir / TMP, begin=wall.popen)
    finally:
        wall.close()
    return text_of(document, places)


def text_of(document: Mapping[str, Any], places: Mapping[str, str]) -> str:
    """An answer as JSON, with the usual ports and folders in place of this run's."""
    runtime = document["runtime"]
    # the start-up hook is imported too, and is the harness's
    beside = [path for path in runtime["beside"] if not path.startswith(places["run"] + os.sep)]
    document = {**document, "runtime": {**runtime, "beside": beside}}
    text = json.dumps(document, ensure_ascii=False) + "\n"
    for name, usual in USUAL.items():
        text = re.sub(rf"\b{places[name]}\b", str(usual), text)
    return text.replace(json.dumps(places["run"])[1:-1], "{run}")


def in_stack(stack: Stack, where: cache.Place) -> dict[str, Any]:
    """The target's answer where it has its databases."""
    folder = stack.run_dir / TMP
    return ask.document(where.asked, stack.env, folder, database=True, begin=stack.behind().popen)


def with_databases(document: Mapping[str, Any], databases: Mapping[str, Any]) -> dict[str, Any]:
    """The document, and the catalogue of each database by Django's alias of it."""
    return {**document, "databases": {alias: asdict(found) for alias, found in databases.items()}}


@contextmanager
def _doorsteps(ports: Iterator[int]) -> Iterator[None]:
    """Somebody answers at each port, and hangs up at once."""
    open_ = []
    try:
        for port in ports:
            sock = socket.create_server(("127.0.0.1", port))
            open_.append(sock)
            threading.Thread(target=_hang_up, args=(sock,), daemon=True).start()
        yield
    finally:
        for sock in open_:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        while True:
            sock.accept()[0].close()
