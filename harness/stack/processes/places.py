"""Where everything of a stack will be, and with it the target's environment: decided before anything starts."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.backend.python import interpreter
from harness.core.config import Config
from harness.stack.database import postgres
from harness.stack.isolation import hook
from harness.stack.isolation.island import Island
from harness.stack.isolation.wall import apart
from harness.stack.roles import environment, files

HTTPS = 443


def places_of(
    config: Config, island: Island, cache_dir: Path, *, reachable: bool = False
) -> tuple[dict[str, str], dict[str, str]]:
    """What each {name} of harness.toml stands for, and the target's environment with all of it filled in.

    With `reachable`, or on an island that others share, the database has a password.
    """
    files.make(island.run_dir)
    password = secrets.token_hex(16) if reachable or island.kind == "hook" else ""
    return decided(config, island, cache_dir, password)


def decided(
    config: Config, island: Island, cache_dir: Path, password: str = ""
) -> tuple[dict[str, str], dict[str, str]]:
    """As places_of; nothing is made."""
    run_dir, python = island.run_dir, interpreter.of(config)
    ports = _ports(island, ["redis", "db", "fake", *config.roles], config.provider_ports)
    places = {
        "python": python.executable,
        "harness": sys.executable,
        "host": "127.0.0.1",
        "run": os.fspath(run_dir),
        "media": os.fspath(run_dir / files.MEDIA),
        "logs_dir": os.fspath(run_dir / files.LOGS),
        "db_host": "127.0.0.1",
        "db_socket": os.fspath(run_dir / "pg_socket"),
        "db_port": str(ports["db"]),
        "db_name": postgres.DATABASE,
        **{f"db_name_{alias}": postgres.name_of(alias) for alias in config.databases},
        "db_user": postgres.OWNER,
        "db_password": password,
        "redis_port": str(ports["redis"]),
        "redis_url": f"redis://127.0.0.1:{ports['redis']}/0",
        "ca_bundle": os.fspath(run_dir / "tls" / "ca.pem"),
        "fake_port": str(ports["fake"]),
        **{f"port_{name}": str(ports[name]) for name in config.roles},
    }
    compiled = apart(environment.COMPILED) if island.kind == "namespace" else environment.COMPILED
    first = environment.base(run_dir, cache_dir, python, compiled=compiled)
    if island.kind == "hook":
        first |= hook.environment(run_dir, island.hosts, ports["fake"], config.provider_ports)
    return places, environment.of_target(config, first, places)


def _ports(island: Island, names: Sequence[str], taken: Sequence[int]) -> dict[str, int]:
    """The usual ports where the network is ours alone; else ports that are free now, all held at once to differ."""
    if island.kind == "namespace":
        usual = {"redis": 6379, "db": 5432, "fake": HTTPS}
        free = {name: next(p for p in range(8000 + n, 65536, 100) if p not in taken) for n, name in enumerate(names)}
        return free | usual
    held = [socket.socket() for _ in names]
    try:
        for sock in held:
            sock.bind(("127.0.0.1", 0))
        return {name: sock.getsockname()[1] for name, sock in zip(names, held, strict=True)}
    finally:
        for sock in held:
            sock.close()
