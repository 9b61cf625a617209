"""A running stack in this interpreter, with the abilities of the processes tier's Stack."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from harness.core.config import Config, Role
from harness.core.errors import HarnessError, StackError, did_you_mean
from harness.core.history import LogLine
from harness.stack.inprocess import beat, wsgi
from harness.stack.inprocess.interpreter import Target
from harness.stack.inprocess.line import Line, Message, Outcome
from harness.stack.inprocess.shell import Shell
from harness.stack.inprocess.tasks import applied, in_line
from harness.stack.inprocess.worker import Threaded, Worker, forked, threaded
from harness.stack.processes.family import Family
from harness.stack.processes.running import Stack
from harness.stack.roles import environment, logs
from harness.stack.roles.clock import Clock
from harness.stack.roles.trace import Trace


@dataclass(slots=True, kw_only=True)
class InprocessStack:
    """`below` is the processes tier's database, broker and fake; `line` carries the target's tasks."""

    below: Stack
    target: Target
    line: Line
    timings: dict[str, float]
    workers: dict[str, Worker] = field(default_factory=dict)
    served: str = ""
    """Where the target is served to others, while it is."""
    killed: frozenset[str] = frozenset()
    """Roles that the cell at hand kills: they must be processes."""
    _put: Callable[[Message], None] | None = None
    """Where a forked worker sends messages; None: to the line."""

    @property
    def config(self) -> Config:
        return self.below.config

    @property
    def clock(self) -> Clock:
        return self.below.clock

    @property
    def trace(self) -> Trace:
        return self.below.trace

    @property
    def db(self) -> psycopg.Connection:
        return self.below.db

    @property
    def dbs(self) -> dict[str, psycopg.Connection]:
        return self.below.dbs

    @property
    def run_dir(self) -> Path:
        return self.below.run_dir

    @property
    def redis_url(self) -> str:
        return self.below.redis_url

    @property
    def fake_control(self) -> Path:
        return self.below.fake_control

    @property
    def base_url(self) -> str:
        return self.served or wsgi.BASE_URL

    @property
    def database_url(self) -> str:
        return self.below.database_url

    def environments(self) -> dict[str, dict[str, str]]:
        """What each role of the target sees: they are one process, and none has variables for itself."""
        said = environment.filled(self.config.inprocess_env, self.below.places, "target.inprocess_env")
        return dict.fromkeys(self.config.roles, self.below.env | said)

    def spawn(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None, **popen: Any) -> Any:
        """A process of its own beside this interpreter, with the target's environment: its shell, say."""
        return self.below.spawn(name, command, env, **popen)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Within, the target is served on loopback, each request in a thread of this process."""
        role = next(one.name for one in self.config.roles.values() if one.serves)
        address = ("127.0.0.1", int(self.below.places[f"port_{role}"]))
        with wsgi.served(self.target.wsgi, address):
            self.served = f"http://{address[0]}:{address[1]}"
            yield

    def session(self) -> Any:
        return wsgi.session(self.target.wsgi)

    def shell(self) -> Shell:
        return Shell()

    @contextmanager
    def in_line(self) -> Iterator[None]:
        """Within, what the target sends waits in the line."""
        with in_line(self.target.app, lambda message: (self._put or self.line.put)(message)):
            yield

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Within, workers take from the line what the target sends."""
        with self.in_line():
            self.begin(())
            interrupted = False
            try:
                yield
            except (KeyboardInterrupt, SystemExit):
                interrupted = True
                raise
            finally:
                # one that never ends is not waited for either: its cell has failed, and the process ends with it
                gone = interrupted or bool(self.line.running())
                while self.workers:
                    worker = self.workers.popitem()[1]
                    worker.leave() if gone else worker.stop()

    def run(self, message: Message) -> Outcome:
        """Apply one message here."""
        return applied(self.target.app, message)

    def begin(self, killed: Iterable[str]) -> None:
        """A cell begins that kills these roles: they are forks of this process from here on, and threads otherwise.

        Raises StackError inprocess-stuck when a task of an earlier cell has not ended.
        """
        wanted = frozenset(killed)
        if stuck := self.line.running():
            raise StackError(
                f"{', '.join(sorted(set(stuck)))} of the cell before still runs, and a thread cannot be ended",
                hint="--tier processes ends it and goes on; here the run is over",
                code="inprocess-stuck",
            )
        for name in wanted ^ self.killed:
            if name in self.workers:
                self.workers.pop(name).stop()
        self.killed = wanted
        for role in self.config.roles.values():
            if role.boot == "always" and _is_worker(role) and role.name not in self.workers:
                self._work(role.name)

    def start(self, name: str) -> None:
        """Start a role (again). Raises role-unknown, inprocess-role."""
        if name not in self.config.roles:
            raise HarnessError(
                f"harness.toml has no role '{name}'", hint=did_you_mean(name, self.config.roles), code="role-unknown"
            )
        role = self.config.roles[name]
        if _is_worker(role):
            self.kill(name)
            self._work(name)
        elif _is_beat(role):
            beat.fire(self.target.app, environment.command(role.command, self.below.places, f"roles.{name}.command"))
        elif not role.serves:
            raise unplayed(role)

    def stop(self, name: str) -> None:
        """Let a role finish what it is at, and end it. Quiet when it does not run."""
        if name in self.workers:
            self.workers.pop(name).stop()

    def kill(self, name: str) -> None:
        """End a role as SIGKILL would. Quiet when it does not run. Raises inprocess-kill for a busy thread."""
        worker = self.workers.get(name)
        web = name in self.config.roles and self.config.roles[name].serves
        if web or (isinstance(worker, Threaded) and self.line.running()):
            raise HarnessError(
                f"{name} is {'this very process' if web else 'a thread'} here, and cannot be killed",
                hint="a worker that a step KillRole names is a process from the start of its cell; for other roles use --tier processes",
                code="inprocess-kill",
            )
        if worker is not None:
            self.workers.pop(name).kill()

    def alive(self) -> bool:
        return self.below.alive()

    def empty_files(self) -> None:
        self.below.empty_files()

    def written(self) -> dict[str, dict[str, Any]]:
        return self.below.written()

    def counted(self) -> dict[str, int]:
        """None: the roles are this process."""
        return {}

    def family(self) -> Family:
        """The roles are this process."""
        return replace(self.below.family(), of={"the interpreter": (os.getpid(),)})

    def log_mark(self) -> logs.Mark:
        return self.below.log_mark()

    def logs_since(self, mark: logs.Mark) -> list[LogLine]:
        return self.below.logs_since(mark)

    def memory_bytes(self) -> int:
        """This interpreter and what runs beside it: shared pages count once."""
        return self.below.memory_bytes(also=(os.getpid(),))

    def _work(self, name: str) -> None:
        if name in self.killed:
            self.workers[name] = forked(name, self.line, self.run, self._redirect)
        else:
            self.workers[name] = threaded(name, self.line, self.run)

    def _redirect(self, put: Any) -> None:
        self._put = put


def unplayed(role: Role) -> HarnessError:
    return HarnessError(
        f"the role '{role.name}' has no part in the inprocess tier",
        hint="web roles (ready http:), workers (ready celery) and celery beat have; use --tier processes for others",
        code="inprocess-role",
    )


def check_roles(roles: Mapping[str, Role]) -> None:
    """Raises inprocess-role for a role that always runs and that this tier cannot play."""
    for role in roles.values():
        if role.boot == "always" and not (role.serves or _is_worker(role) or _is_beat(role)):
            raise unplayed(role)


def _is_worker(role: Role) -> bool:
    return role.ready == "celery"


def _is_beat(role: Role) -> bool:
    return "celery" in role.command and "beat" in role.command
