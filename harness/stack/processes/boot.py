"""The processes tier: PostgreSQL, Valkey, the provider fake and the target's roles, booted on an island and taken down.

`boot` is the whole order of events; what it yields is in running.py.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from harness.core.config import Config
from harness.core.errors import StackError
from harness.stack.broker import valkey
from harness.stack.database import cluster, postgres
from harness.stack.isolation import hook, namespace
from harness.stack.isolation.island import Island
from harness.stack.processes import ready
from harness.stack.processes.places import places_of
from harness.stack.processes.running import Stack, spawn_role
from harness.stack.roles import child, clock, environment, files, trace
from harness.stack.roles.child import Child
from harness.stack.roles.laps import Laps
from harness.store import cache

HTTP, SMTP = 80, 25
FAKE = ("{harness}", "-m", "harness.provider.fake", "--config", "{config}")


@contextmanager
def boot(
    config: Config,
    island: Island,
    *,
    fake: Mapping[str, Any] | None,
    fake_command: Sequence[str] = FAKE,
    roles: bool = True,
    planned: Stack | None = None,
    reachable: bool = False,
) -> Iterator[Stack]:
    """Boot the stack of `config` on `island`; down when the context is left, however.

    `fake` is the provider fake's configuration but for its addresses and folders, which are decided here; None boots
    without it. `roles` False boots none of the target's roles: database and broker only. `planned` is what `plan` made
    for this boot. `reachable`: its ports will be carried to where others are, so the database asks for a password.
    Raises StackError: no-postgres, no-valkey, migrate-failed, role-died, role-not-ready, port-in-use, ….
    """
    stack = planned or plan(config, island, reachable=reachable)
    files.forget(stack.run_dir)
    laps = Laps(stack.timings)
    try:
        stack.broker = valkey.start(
            valkey.find(), stack.run_dir, port=int(stack.places["redis_port"]), log=stack.log("valkey"), env=stack.env
        )
        if roles and config.zygote:
            stack.hatch()
        if fake is not None:
            stack.fake = _start_fake(stack, fake, fake_command)
        else:
            _certify(stack)
        with laps.lap("database"):
            try:
                stack.database = _start_database(stack)
            except StackError:
                if stack.fake is not None:
                    ready.await_line(
                        stack.fake, "ready"
                    )  # a fake without what it needs is told, and no migration that met it
                raise
            stack.dbs = dict(stack.database.dbs)
        with laps.lap("broker"):
            valkey.await_ready(stack.broker, stack.run_dir)
        if stack.zygote is not None:
            stack.load(stack.zygote)
        with laps.lap("roles"):
            always = [role for role in config.roles.values() if roles and role.boot == "always"]
            for role in always:
                stack.roles[role.name] = spawn_role(stack, role)
            if stack.fake is not None:
                ready.await_line(stack.fake, "ready")
            for role in always:
                stack.await_ready(role)
        laps.total()
        yield stack
    finally:
        stack.down()


def plan(config: Config, island: Island, *, reachable: bool = False) -> Stack:
    """Decide every port, password and path, and with them the target's environment, before anything starts."""
    (island.run_dir / "logs").mkdir(exist_ok=True)
    cache_dir = cache.folder(config.source.parent)
    places, env = places_of(config, island, cache_dir, reachable=reachable)
    hands = clock.install(config, island.run_dir)
    noted = trace.install(config, island.run_dir)
    return Stack(
        config=config,
        island=island,
        run_dir=island.run_dir,
        cache_dir=cache_dir,
        places=places,
        env=trace.environment(noted, clock.environment(hands, env)),
        clock=hands,
        trace=noted,
        timings={},
    )


def _certify(stack: Stack) -> None:
    """The bundle that the environment names, where there is no fake to write it: a client that is only made reads it."""
    from harness.provider import tls

    folder = stack.run_dir / "tls"
    folder.mkdir(exist_ok=True)
    tls.issue(folder, stack.config.provider_names)


def _start_fake(stack: Stack, settings: Mapping[str, Any], command: Sequence[str]) -> Child:
    tls = stack.run_dir / "tls"
    tls.mkdir(exist_ok=True)
    full = {
        **stack.config.fake_hosts,
        "cache": os.fspath(stack.cache_dir / "tapes"),
        **settings,
        "listen": [["127.0.0.1", port] for port in _fake_ports(stack)] + _watched(stack),
        "names": ["127.0.0.1", int(stack.places["fake_port"]) if stack.island.kind == "hook" else namespace.NAMES_PORT],
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
        env=_own(stack),
        cwd=stack.run_dir,
        stdin=subprocess.PIPE,
    )


def _fake_ports(stack: Stack) -> list[int]:
    """Behind the start-up hook every provider's port leads to the one that is free; in a network of our own each is there."""
    first = int(stack.places["fake_port"])
    return [first] if stack.island.kind == "hook" else [first, *stack.config.provider_ports[1:]]


def _watched(stack: Stack) -> list[list[Any]]:
    """Where a provider is spoken to over plain http, and the mail server of the machine; behind the start-up hook the first
    is refused by name, and the second is whatever runs there."""
    apart = stack.island.kind == "namespace"
    ports = {HTTP: "watched", SMTP: "smtp"} if apart else {}
    return [["127.0.0.1", port, how] for port, how in ports.items() if port not in stack.config.provider_ports]


def _own(stack: Stack) -> dict[str, str]:
    """Of this process's environment and the stack's what suits the harness's own: never the start-up hook."""
    env = hook.without(os.environ, stack.run_dir)
    kept = ("HOME", "TMPDIR", "PYTHONUNBUFFERED")
    compiled = os.fspath(stack.cache_dir / environment.COMPILED)  # never what the target may have written
    return env | {name: stack.env[name] for name in kept} | {"PYTHONPYCACHEPREFIX": compiled}


def _start_database(stack: Stack) -> cluster.Cluster:
    def migrate(alias: str) -> None:
        words = environment.command(environment.migrating(stack.config, alias), stack.places, "target.migrate")
        process = child.spawn(
            "migrate", words, log=stack.log("migrate"), env=stack.env, cwd=stack.config.root, wall=stack.behind()
        )
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
