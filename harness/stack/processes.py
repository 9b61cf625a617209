"""The processes tier: PostgreSQL, Valkey, the provider fake and the target's roles, booted on an island and taken down.

`boot` is the whole order of events; `Stack` is what the rest of the harness holds while it runs.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from harness.core.config import Config, Role
from harness.core.errors import HarnessError, StackError, did_you_mean
from harness.core.history import LogLine
from harness.stack import cache, child, cluster, environment, hook, logs, postgres, ready, valkey
from harness.stack.child import Child
from harness.stack.island import Island
from harness.stack.supervise import descendants

FAKE = ("{python}", "-m", "harness.provider.fake", "--config", "{config}")
HTTPS = 443


@contextmanager
def boot(
    config: Config,
    island: Island,
    *,
    fake: Mapping[str, Any] | None,
    fake_command: Sequence[str] = FAKE,
    roles: bool = True,
) -> Iterator[Stack]:
    """Boot the stack of `config` on `island`; down when the context is left, however.

    `fake` is the provider fake's configuration but for its addresses and folders, which are decided here; None boots
    without it. `roles` False boots none of the target's roles: database and broker only. Raises StackError: no-postgres, no-valkey, migrate-failed, role-died, role-not-ready, port-in-use, ….
    """
    clock = _Clock()
    stack = _plan(config, island, clock.seconds)
    try:
        stack.broker = valkey.start(
            valkey.find(), stack.run_dir, port=int(stack.places["redis_port"]), log=stack.log("valkey"), env=stack.env
        )
        if fake is not None:
            stack.fake = _start_fake(stack, fake, fake_command)
        with clock.lap("database"):
            stack.database = _start_database(stack)
            stack.db = stack.database.db
        with clock.lap("broker"):
            valkey.await_ready(stack.broker, stack.run_dir)
        with clock.lap("roles"):
            always = [role for role in config.roles.values() if roles and role.boot == "always"]
            for role in always:
                stack.roles[role.name] = _spawn_role(stack, role)
            if stack.fake is not None:
                ready.await_line(stack.fake, "ready")
            for role in always:
                ready.await_role(role, stack.roles[role.name], stack)
        clock.total()
        yield stack
    finally:
        stack.down()


@dataclass(slots=True, kw_only=True)
class Stack:
    """A running stack. `timings` are seconds by part of the boot; `run_dir` holds logs, sockets and data."""

    config: Config
    island: Island
    run_dir: Path
    cache_dir: Path
    places: dict[str, str]
    env: dict[str, str]
    """The target's environment, filled in."""
    timings: dict[str, float]
    roles: dict[str, Child] = field(default_factory=dict)
    others: list[Child] = field(default_factory=list)
    broker: Child | None = None
    fake: Child | None = None
    database: cluster.Cluster | None = None
    db: psycopg.Connection = None  # type: ignore[assignment]  # set before boot yields
    """The observer's connection: autocommit, UTC, over the unix socket."""

    @property
    def base_url(self) -> str:
        """Where the first role that answers HTTP does so, without a slash at the end."""
        for role in self.config.roles.values():
            if role.ready.startswith("http:"):
                return f"http://{self.places['host']}:{self.places[f'port_{role.name}']}"
        raise HarnessError(
            "no role of harness.toml answers HTTP", hint='give one ready = "http:/path"', code="no-web-role"
        )

    @property
    def redis_url(self) -> str:
        return self.places["redis_url"]

    @property
    def redis_socket(self) -> Path:
        return valkey.socket_path(self.run_dir)

    @property
    def fake_control(self) -> Path:
        return self.run_dir / "fake.sock"

    @property
    def ca_bundle(self) -> Path:
        return Path(self.places["ca_bundle"])

    def log(self, role: str) -> Path:
        return self.run_dir / "logs" / f"{role}.log"

    def role(self, name: str) -> Child:
        """The running process of a role: `pid` and `log`."""
        if name not in self.roles:
            raise HarnessError(f"no role '{name}' runs", hint=did_you_mean(name, self.roles), code="role-unknown")
        return self.roles[name]

    def children(self, name: str) -> tuple[int, ...]:
        """Pids of the processes that a role forked: a worker's pool, say."""
        return tuple(descendants(self.role(name).pid))

    def start(self, name: str) -> Child:
        """Start a role (again) and wait until it is ready."""
        if name not in self.config.roles:
            raise HarnessError(
                f"harness.toml has no role '{name}'", hint=did_you_mean(name, self.config.roles), code="role-unknown"
            )
        if name in self.roles:
            self.stop(name)
        role = self.config.roles[name]
        self.roles[name] = _spawn_role(self, role)
        ready.await_role(role, self.roles[name], self)
        return self.roles[name]

    def stop(self, name: str) -> None:
        """End a role and all that it forked. Quiet when it does not run."""
        if name in self.roles:
            child.stop(self.roles.pop(name))

    def spawn(
        self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None, **popen: Any
    ) -> subprocess.Popen[bytes]:
        """Start one more process with the target's environment and folder; output goes to its own log. `popen` as subprocess's."""
        words = environment.command(command, self.places, name)
        process = child.spawn(
            name, words, log=self.log(name), env={**self.env, **(env or {})}, cwd=self.config.root, **popen
        )
        self.others.append(process)
        return process.popen

    def alive(self) -> bool:
        """True, or StackError role-died (port-in-use) for the first part that has ended."""
        for part in self._parts():
            if part.popen.poll() is not None:
                raise child.died(part)
        return True

    def log_mark(self) -> logs.Mark:
        return logs.mark(self.run_dir / "logs")

    def logs_since(self, mark: logs.Mark) -> list[LogLine]:
        return logs.since(self.run_dir / "logs", mark)

    def memory_bytes(self) -> int:
        """Proportional set size of every process of the stack together: shared pages count once."""
        total = 0
        for pid in descendants(os.getpid()):
            with suppress(OSError):
                for line in Path("/proc", str(pid), "smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
        return total

    def down(self) -> None:
        """Kill everything; what it would have said or stored is of no use any more. Quiet when called again."""
        if self.db is not None:
            self.db.close()
        for part in (*self.roles.values(), *self.others, self.fake, self.broker):
            if part is not None:
                child.kill(part)
        if self.database is not None:
            postgres.abort(self.database.server)
        self.roles.clear()
        self.others.clear()
        self.fake = self.broker = self.database = None

    def _parts(self) -> list[Child]:
        database = self.database.server if self.database is not None else None
        return [part for part in (database, self.broker, self.fake, *self.roles.values()) if part is not None]


def _plan(config: Config, island: Island, timings: dict[str, float]) -> Stack:
    """Decide every port, password and path before anything starts."""
    run_dir = island.run_dir
    (run_dir / "logs").mkdir(exist_ok=True)
    cache_dir = cache.folder(config.source.parent)
    ports = _ports(island, ["redis", "db", "fake", *config.roles])
    password = secrets.token_hex(16) if island.kind == "hook" else ""
    places = {
        "python": sys.executable,
        "host": "127.0.0.1",
        "run": os.fspath(run_dir),
        "db_host": "127.0.0.1",
        "db_port": str(ports["db"]),
        "db_name": postgres.DATABASE,
        "db_user": postgres.USER,
        "db_password": password,
        "redis_port": str(ports["redis"]),
        "redis_url": f"redis://127.0.0.1:{ports['redis']}/0",
        "ca_bundle": os.fspath(run_dir / "tls" / "ca.pem"),
        "fake_port": str(ports["fake"]),
        **{f"port_{name}": str(ports[name]) for name in config.roles},
    }
    first = environment.base(run_dir, cache_dir)
    if island.kind == "hook":
        first |= hook.environment(run_dir, island.hosts, ports["fake"])
    env = environment.of_target(config, first, places)
    return Stack(
        config=config, island=island, run_dir=run_dir, cache_dir=cache_dir, places=places, env=env, timings=timings
    )


def _ports(island: Island, names: Sequence[str]) -> dict[str, int]:
    """The usual ports where the network is ours alone; else ports that are free now, all held at once to differ."""
    if island.kind == "namespace":
        usual = {"redis": 6379, "db": 5432, "fake": HTTPS}
        return {name: usual.get(name, 8000 + n) for n, name in enumerate(names)}
    held = [socket.socket() for _ in names]
    try:
        for sock in held:
            sock.bind(("127.0.0.1", 0))
        return {name: sock.getsockname()[1] for name, sock in zip(names, held, strict=True)}
    finally:
        for sock in held:
            sock.close()


def _start_fake(stack: Stack, settings: Mapping[str, Any], command: Sequence[str]) -> Child:
    tls = stack.run_dir / "tls"
    tls.mkdir(exist_ok=True)
    full = {
        "hosts": sorted(stack.config.provider_hosts),
        "cache": os.fspath(stack.cache_dir / "tapes"),
        **settings,
        "listen": [["127.0.0.1", int(stack.places["fake_port"])]],
        "tls_dir": os.fspath(tls),
        "control": os.fspath(stack.fake_control),
    }
    file = stack.run_dir / "fake.json"
    file.write_text(json.dumps(full, default=os.fspath))
    words = environment.command(command, {**stack.places, "config": os.fspath(file)}, "the provider fake")
    return child.spawn(
        "fake",
        words,
        log=stack.log("fake"),
        env={**os.environ, **_own(stack)},
        cwd=stack.run_dir,
        stdin=subprocess.PIPE,
    )


def _own(stack: Stack) -> dict[str, str]:
    """Of the stack's environment what suits the harness's own process: never the start-up hook."""
    return {name: stack.env[name] for name in ("HOME", "TMPDIR", "PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX")}


def _start_database(stack: Stack) -> cluster.Cluster:
    def migrate() -> None:
        words = environment.command(stack.config.migrate, stack.places, "target.migrate")
        process = child.spawn("migrate", words, log=stack.log("migrate"), env=stack.env, cwd=stack.config.root)
        if process.popen.wait():
            raise StackError(
                f"the target's migrations failed (exit code {process.popen.returncode})",
                hint=f"its last words: {child.last_words(process)}",
                code="migrate-failed",
            )

    return cluster.start(
        stack.config,
        postgres.find(stack.run_dir),
        stack.run_dir,
        stack.cache_dir,
        port=int(stack.places["db_port"]),
        password=stack.places["db_password"],
        migrate=migrate,
    )


def _spawn_role(stack: Stack, role: Role) -> Child:
    where = f"roles.{role.name}"
    places = {**stack.places, "port": stack.places[f"port_{role.name}"]}
    own = {name: environment.fill(value, places, f"{where}.env") for name, value in role.env.items()}
    words = environment.command(role.command, places, f"{where}.command")
    return child.spawn(role.name, words, log=stack.log(role.name), env={**stack.env, **own}, cwd=stack.config.root)


class _Clock:
    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start

    def total(self) -> None:
        self.seconds["boot"] = time.perf_counter() - self.began
