"""A running stack: what the rest of the harness holds between boot and down."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from harness.core.config import Config, Role
from harness.core.errors import HarnessError, did_you_mean
from harness.core.history import LogLine
from harness.stack.database import cluster, postgres
from harness.stack.isolation.island import Island
from harness.stack.isolation.supervise import adopter, descendants
from harness.stack.processes import early, family, ready, walled
from harness.stack.roles import child, clock, environment, files, logs, written, zygote
from harness.stack.roles.child import Child, Process
from harness.stack.roles.clock import Clock
from harness.stack.roles.trace import OFF, Trace
from harness.stack.roles.zygote import Zygote


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
    clock: Clock
    trace: Trace = OFF
    timings: dict[str, float]
    zygote: Zygote | None = None
    wall: walled.Around | None = None
    roles: dict[str, Child] = field(default_factory=dict)
    others: list[Child] = field(default_factory=list)
    broker: Child | None = None
    fake: Child | None = None
    database: cluster.Cluster | None = None
    dbs: dict[str, psycopg.Connection] = field(default_factory=dict)
    """The observer's connections by Django's alias, set before boot yields: autocommit, UTC, over the unix socket."""

    @property
    def db(self) -> psycopg.Connection:
        """The default database."""
        return self.dbs["default"]

    @property
    def base_url(self) -> str:
        """Where the first role that answers HTTP does so, without a slash at the end."""
        for role in self.config.roles.values():
            if role.serves:
                return f"http://{self.places['host']}:{self.places[f'port_{role.name}']}"
        raise HarnessError(
            "no role of harness.toml answers HTTP", hint='give one ready = "http:/path"', code="no-web-role"
        )

    @property
    def redis_url(self) -> str:
        return self.places["redis_url"]

    @property
    def database_url(self) -> str:
        """Where every role finds the database, password and all."""
        return "postgresql://{db_user}:{db_password}@{db_host}:{db_port}/{db_name}".format(**self.places)

    @property
    def fake_control(self) -> Path:
        return self.run_dir / "fake.sock"

    def log(self, role: str) -> Path:
        return self.run_dir / "logs" / f"{role}.log"

    def role(self, name: str) -> Child:
        """The running process of a role: `pid` and `log`."""
        if name not in self.roles:
            raise HarnessError(f"no role '{name}' runs", hint=did_you_mean(name, self.roles), code="role-unknown")
        return self.roles[name]

    def environments(self) -> dict[str, dict[str, str]]:
        """What each role of the target sees."""
        return {role.name: self.env | self.own_of(role) for role in self.config.roles.values()}

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
        self.roles[name] = spawn_role(self, role)
        self.await_ready(role)
        return self.roles[name]

    def await_ready(self, role: Role) -> None:
        """Return once the role, which was spawned, shows that it is up."""
        hooked_in = self.run_dir if self.island.kind == "hook" else None
        ready.await_role(role, self.roles[role.name], self.places, hooked_in=hooked_in)

    def stop(self, name: str) -> None:
        """End a role and all that it forked. Quiet when it does not run."""
        if name in self.roles:
            child.stop(self.roles.pop(name))

    def kill(self, name: str) -> None:
        """SIGKILL a role and all that it forked, with no chance to clean up. Quiet when it does not run."""
        if name in self.roles:
            child.kill(self.roles.pop(name))

    def spawn(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None, **popen: Any) -> Process:
        """Start one more process with the target's environment and folder; output goes to its own log. `popen` as subprocess's."""
        process = self.begun(name, environment.command(command, self.places, name), env or {}, **popen)
        self.others.append(process)
        return process.popen

    def begun(self, name: str, words: Sequence[str], env: Mapping[str, str], **popen: Any) -> Child:
        """A process of the target: forked from the zygote, or cold."""
        asked = {
            "log": self.log(name),
            "env": {**self.env, **environment.signed(name), **env},
            "cwd": self.config.root,
            **popen,
        }
        forked = self._forked(name, words, **asked) if self.config.zygote else None
        return forked or child.spawn(name, words, wall=self.behind(), **asked)

    def _forked(self, name: str, words: Sequence[str], **asked: Any) -> Child | None:
        while True:
            forks = self.zygote or self.hatch()
            if not forks.begun:
                self.load(forks)
            forked = forks.fork(name, words, **asked)
            if forked is not None or not forks.stale:
                return forked
            self.let_zygote_go()

    def behind(self) -> walled.Around:
        """What is around the target, built where nothing is yet. Raises StackError wall-refused."""
        if self.wall is None:
            self.wall = walled.build(self.config, self.island, self.cache_dir, self.env, self.clock, self.places)
        return self.wall

    def hatch(self) -> Zygote:
        """Start the zygote of the target as it is now: it imports what needs nothing of the target."""
        python, root, log, wall = self.places["python"], self.config.root, self.log("zygote"), self.behind()
        ready = early.taken(python, self.env, self.clock, root=root, log=log, wall=wall) if wall.first else None
        self.zygote = ready or zygote.start(python, self.env, root=root, log=log, wall=wall)
        return self.zygote

    def load(self, forks: Zygote) -> None:
        """Let it import the target: the database and the broker are there. Does not wait."""
        modules = zygote.modules_file(self.cache_dir, self.config.root, self.places["python"])
        forks.load(environment.command(self.config.manage, self.places, "target.manage"), modules)

    def let_zygote_go(self) -> None:
        """What it has loaded is not the target any more; what it has forked goes on. Quiet when there is none."""
        if self.zygote is not None:
            self.zygote.close()
            self.zygote = None

    def alive(self) -> bool:
        """True, or StackError role-died (port-in-use) for the first part that has ended."""
        for part in self._parts():
            if part.popen.poll() is not None:
                raise child.died(part)
        return True

    def empty_files(self) -> None:
        """{media} and {logs_dir}, as if nothing had been written there."""
        files.empty(self.run_dir)

    def written(self) -> dict[str, dict[str, Any]]:
        """The target's files."""
        return written.written(self.run_dir, self.config.root, self.config.writes)

    def counted(self) -> dict[str, int]:
        """How many processes each role is now."""
        found = self.family().of
        return {name: len(found[name]) for name in self.roles if name in found}

    def family(self) -> family.Family:
        """The target's processes, the shell's among them."""
        parts = [part for part in (*self.roles.values(), *self.others) if part.popen.poll() is None]
        servers = {part.name: part.pid for part in self._parts() if part.name not in self.roles}
        apart = [self.zygote.process.pid] if self.zygote is not None else []
        first = self.wall.first if self.wall is not None else 0
        return family.look(
            {part.name: part.pid for part in parts}, servers, [*apart, first], adopters=(adopter(), first)
        )

    def log_mark(self) -> logs.Mark:
        return logs.mark(self.run_dir / "logs")

    def logs_since(self, mark: logs.Mark) -> list[LogLine]:
        return logs.since(self.run_dir / "logs", mark, os.fspath(self.config.root))

    def memory_bytes(self, also: Iterable[int] = ()) -> int:
        """Proportional set size of every process of the stack, and of those in `also`: shared pages count once."""
        # one that was there early is nobody's child
        forks = [self.zygote.process.pid] if self.zygote is not None else []
        below = (one for pid in (os.getpid(), *forks) for one in descendants(pid))
        return family.memory_bytes({*below, *forks, *also})

    def down(self) -> None:
        """Kill everything; what it would have said or stored is of no use any more. Quiet when called again."""
        for db in self.dbs.values():
            db.close()
        family.go_on(self.family())
        for part in (*self.roles.values(), *self.others, self.fake, self.broker):
            if part is not None:
                child.kill(part)
        self.let_zygote_go()
        if self.database is not None:
            postgres.abort(self.database.server)
        family.end(self.family().strays)
        self.tear_down()
        self.roles.clear()
        self.others.clear()
        self.fake = self.broker = self.database = None

    def tear_down(self) -> None:
        """Take the wall away: what was behind it ends. Quiet when there is none."""
        if self.wall is not None:
            self.wall.close()
            self.wall = None

    def own_of(self, role: Role) -> dict[str, str]:
        """The variables that a role has for itself."""
        places = {**self.places, "port": self.places[f"port_{role.name}"]}
        return environment.filled(role.env, places, f"roles.{role.name}.env")

    def _parts(self) -> list[Child]:
        database = self.database.server if self.database is not None else None
        return [part for part in (database, self.broker, self.fake, *self.roles.values()) if part is not None]


def spawn_role(stack: Stack, role: Role) -> Child:
    """Start a role's process; does not wait."""
    places = {**stack.places, "port": stack.places[f"port_{role.name}"]}
    words = environment.command(role.command, places, f"roles.{role.name}.command")
    return stack.begun(role.name, words, {**stack.own_of(role), **clock.of_role(stack.clock, role)})
