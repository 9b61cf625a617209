"""A running stack in containers, with the abilities of the processes tier's Stack."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from harness.core.config import Config
from harness.core.errors import HarnessError, StackError, did_you_mean
from harness.core.history import LogLine
from harness.stack.database import postgres
from harness.stack.docker import attached, container, database, describe, door, engine, ready, sweep
from harness.stack.docker.container import Container
from harness.stack.docker.image import build
from harness.stack.isolation.supervise import descendants
from harness.stack.processes.family import Family
from harness.stack.roles import environment, logs
from harness.stack.roles.clock import Clock
from harness.stack.roles.trace import OFF, Trace

STOP_GRACE_S = 10

REAL_CLOCK = "containers have the machine's"


@dataclass(slots=True, kw_only=True)
class DockerStack:
    """`timings` are seconds by part of the boot; `run_dir` holds logs and the local ends of the door.

    The folder that the containers share has the same path inside as `run_dir` has here.
    """

    config: Config
    place: container.Place
    image: build.Image
    run_dir: Path
    timings: dict[str, float]
    workers: int
    door: door.Door | None = None
    services: dict[str, Container] = field(default_factory=dict)
    """The harness's own containers, by name."""
    roles: dict[str, list[Container]] = field(default_factory=dict)
    """The target's, by role: one, or as many as there are workers."""
    others: list[Container] = field(default_factory=list)
    ports: dict[str, int] = field(default_factory=dict)
    """Loopback ports of the door: valkey, and each role that answers HTTP."""
    db: psycopg.Connection = None  # type: ignore[assignment]  # set before boot yields
    """The observer's connection: autocommit, UTC."""

    @property
    def dbs(self) -> dict[str, psycopg.Connection]:
        return {"default": self.db}

    @property
    def clock(self) -> Clock:
        return Clock(why=REAL_CLOCK)

    @property
    def trace(self) -> Trace:
        return OFF

    @property
    def base_url(self) -> str:
        """Where the first role that answers HTTP does so, without a slash at the end."""
        for role in self.config.roles.values():
            if role.serves:
                return f"http://127.0.0.1:{self.ports[role.name]}"
        raise HarnessError(
            "no role of harness.toml answers HTTP", hint='give one ready = "http:/path"', code="no-web-role"
        )

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.ports['valkey']}/0"

    @property
    def database_url(self) -> str:
        """Where the harness finds the database: the door's local end, in a folder that is closed to others."""
        return f"postgresql://{postgres.OWNER}@/{postgres.DATABASE}?host={self.run_dir}&port=5432"

    @property
    def fake_control(self) -> Path:
        return self.run_dir / "fake.sock"

    @property
    def ca_bundle(self) -> Path:
        """The fake's authority, fetched from the stack when it is first asked for."""
        file = self.run_dir / "tls" / "ca.pem"
        if not file.exists():
            database.fetch(self.services["door"], str(file), file)
        return file

    def log(self, role: str) -> Path:
        return self.run_dir / "logs" / f"{role}.log"

    def connect(self) -> psycopg.Connection:
        """One more connection like the observer's."""
        return postgres.connect(self.run_dir, 5432)

    def role(self, name: str) -> Container:
        """The first container of a running role: `pid`, `log`, `id`."""
        if not self.roles.get(name):
            raise HarnessError(f"no role '{name}' runs", hint=did_you_mean(name, self.roles), code="role-unknown")
        return self.roles[name][0]

    def environments(self) -> dict[str, dict[str, str]]:
        """What each role of the target sees, beyond what the image sets."""
        run = str(self.run_dir)
        return {role.name: dict(describe.role(self.config, role, run).env) for role in self.config.roles.values()}

    def children(self, name: str) -> tuple[int, ...]:
        """Pids, on the engine's machine, of what a role forked: the pools of all its workers. Needs an engine on this machine.

        A container's first process is its init, that one's child the role's command, and those below are the pool.
        """
        self.role(name)
        found = []
        for one in self.roles[name]:
            below = descendants(container.pid(one))
            found += below[1:]
        return tuple(found)

    def start(self, name: str) -> Container:
        """Start a role (again) and wait until it is ready."""
        if name not in self.config.roles:
            raise HarnessError(
                f"harness.toml has no role '{name}'", hint=did_you_mean(name, self.config.roles), code="role-unknown"
            )
        self.kill(name)
        role = self.config.roles[name]
        wanted = describe.copies(
            describe.role(self.config, role, str(self.run_dir)), self.workers if role.boot == "always" else 1
        )
        with ThreadPoolExecutor(len(wanted)) as pool:
            self.roles[name] = list(pool.map(lambda one: container.launch(self.place, one), wanted))
        for one in self.roles[name]:
            ready.await_role(one, self.ports)
        return self.roles[name][0]

    def stop(self, name: str) -> None:
        """Ask a role's containers to end, then end them. Quiet when it does not run."""
        with ThreadPoolExecutor(engine.removed_at_once(self.place.api)) as pool:
            list(pool.map(self._ask_to_end, self.roles.get(name, [])))
        self.kill(name)

    def kill(self, name: str) -> None:
        """SIGKILL a role and all that it forked, with no chance to clean up. Quiet when it does not run."""
        with ThreadPoolExecutor(engine.removed_at_once(self.place.api)) as pool:
            list(pool.map(container.remove, self.roles.pop(name, [])))

    def spawn(
        self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None, **popen: Any
    ) -> attached.Process:
        """Start one more process with the target's environment and folder; output goes to its own log."""
        run = str(self.run_dir)
        words = environment.command(command, describe.places(self.config, run), name)
        service = replace(
            describe.role(self.config, next(iter(self.config.roles.values())), run),
            name=f"{name}-{len(self.others) + 1}",
            role=name,
            aliases=(),
            env={**describe.target_environment(self.config, run), **environment.signed(name), **(env or {})},
        )
        process = attached.run(self.place, service, words, popen)
        self.others.append(process.container)
        return process  # type: ignore[return-value]

    def alive(self) -> bool:
        """True, or StackError role-died (port-in-use, docker-gone) for the first part that has ended."""
        for one in self.containers():
            if one.ended:
                raise container.died(one)
        if self.door is not None and self.door.broken:
            raise engine.gone()
        return True

    def containers(self) -> list[Container]:
        return [*self.services.values(), *(one for copies in self.roles.values() for one in copies)]

    def explain(self) -> StackError | None:
        """The stack's own reason for a broken connection, where it has one: a container that ended, an engine that is gone."""
        if not engine.answers(self.place.api):
            return engine.gone()
        try:
            self.alive()
        except StackError as reason:
            return reason
        return None

    def empty_files(self) -> None:
        """Nothing: {media} and {logs_dir} stand in a volume that is not this machine's, and stay until the stack goes."""

    def written(self) -> dict[str, dict[str, Any]]:
        """None: they stand in a volume that is not this machine's."""
        return {}

    def counted(self) -> dict[str, int]:
        """None: containers are counted by who starts them."""
        return {}

    def family(self) -> Family:
        """None: the processes of containers are seen by their engine."""
        return Family()

    def log_mark(self) -> logs.Mark:
        return logs.mark(self.run_dir / "logs")

    def logs_since(self, mark: logs.Mark) -> list[LogLine]:
        return logs.since(self.run_dir / "logs", mark, describe.workdir())

    def memory_bytes(self) -> int:
        """What the containers use by the engine's count, without the file cache that it could drop."""
        with engine.speaking(self.place.api, "asking for the memory in use"), ThreadPoolExecutor(8) as pool:
            return sum(pool.map(self._memory_of, self.containers()))

    def down(self) -> list[str]:
        """Remove everything of this run; returns what would not go. Quiet when called again."""
        if self.db is not None:
            self.db.close()
        try:
            with engine.speaking(self.place.api, "taking the stack down"):
                left = sweep.run(self.place.api, self.place.run)
        except StackError:
            left = ["unknown"]
            self._kill_without_engine()
        if self.door is not None:
            # not before: the door's container ends with its stream, and would leave the network beside another
            self.door.close()
        self.roles.clear()
        self.services.clear()
        self.others.clear()
        return left

    def _ask_to_end(self, one: Container) -> None:
        with engine.speaking(self.place.api, f"stopping {one.name}"):
            self.place.api.stop(one.id, timeout=STOP_GRACE_S)

    def _memory_of(self, one: Container) -> int:
        used = self.place.api.stats(one.id, stream=False, one_shot=True).get("memory_stats", {})
        detail = used.get("stats", {})
        return int(used.get("usage", 0)) - int(detail.get("total_inactive_file", detail.get("inactive_file", 0)))

    def _kill_without_engine(self) -> None:
        """A killed engine leaves containers running. Where they are this machine's and we may, they are ended here."""

        for one in [*self.containers(), *self.others]:
            with suppress(OSError):
                # the pid is that container's for as long as its control group says so
                if one.pid and one.id in Path("/proc", str(one.pid), "cgroup").read_text():
                    os.kill(one.pid, signal.SIGKILL)
