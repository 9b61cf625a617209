"""A booted stack as driving, observing and recording see it: broker, fake, shell, on-demand roles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import requests

from harness.cell import credentials, held
from harness.cell.after.late import Seen
from harness.cell.after.rest import Rest, Resting, of_a_target
from harness.cell.connection import Direct
from harness.cell.timed import Timed
from harness.core.config import JUMPS, Config
from harness.core.scenario import Given, KillRole, Scenario
from harness.provider.fake.control.client import FakeControl
from harness.stack import vary
from harness.stack.broker.monitor import client
from harness.stack.broker.tap import Broker
from harness.stack.database import reset, seed
from harness.stack.isolation.island import Island
from harness.stack.processes import boot as processes
from harness.stack.processes import retarget
from harness.stack.roles import clock, clockhook, sender
from harness.stack.roles.clock import Clock
from harness.stack.roles.console import Console
from harness.stack.roles.orm import Orm


class Live:
    """Everything a cell needs of a running stack. Made by `boot`, closed by it. `session` makes the requests to `base_url`. `inside`: the target is in this process (the inprocess tier), so the
    stack has its own session, line of tasks and shell.
    """

    def __init__(self, config: Config, stack: Any, *, inside: bool = False) -> None:
        self.stack = stack
        self.db = stack.db
        self.base_url: str = stack.base_url
        self.session: requests.Session = stack.session() if inside else Direct()
        self.clock: Clock = stack.clock
        leap = self._leap if self.clock.file is not None else None
        tap: dict[str, Any] = {"holding": self._holding, "leap": leap, "ahead": lambda: clock.ahead(self.clock)}
        self.broker: Any = stack.line if inside else Broker(stack.redis_url, **tap)
        self.fake = FakeControl(stack.fake_control)
        self._console: Any = stack.shell() if inside else None
        self._held = held.Held()
        self._inside = inside
        self._stale: tuple[str, ...] | None = None  # roles that are not trusted; None: nothing is distrusted
        self.timed = Timed(self.now)
        self.seen: Seen | None = None
        self.late: list[Mapping[str, Any]] = []  # what came of earlier cells, until it is told
        self.spoilt = ""  # which cell left the tables so that they cannot be put back
        self.config = config
        self.orm = Orm(self.console)
        self._world: credentials.Kept | None = None
        self.catalogues = vary.Known()
        self.redis = client(stack.redis_url)
        self.patience_s = config.settle_timeout_s  # how long the target may take for an answer
        self.endless: set[str] = set()  # routes that were read back and had no end
        self.resting = Resting(of_a_target(stack, self.fake, lambda: (self.db, *self.beside)))

    @property
    def cold(self) -> str:
        """Why the target's roles are not forked from a process that has loaded it, where they could have been, or ""."""
        zygote = getattr(self.stack, "zygote", None)  # the processes tier's
        return zygote.why if zygote is not None else ""

    @property
    def world(self) -> credentials.Kept:
        """Where credentials are kept."""
        if self._world is None:
            self._world = credentials.kept(self.stack.environments(), self.fake.key, self.config.tables)
        return self._world

    @property
    def beside(self) -> tuple[psycopg.Connection, ...]:
        """The databases beside the default."""
        return tuple(db for alias, db in self.stack.dbs.items() if alias != "default")

    def clean(self) -> None:
        """Every database as the migrations left it, and no files of the target's. Raises reset-blocked, schema-changed."""
        reset.reset(self.db, *self.beside)
        self.stack.empty_files()

    def seed(self, given: Given) -> dict[str, dict[str, Any]]:
        """Put a world in: name -> {"kind", "id"}. Raises what seed.insert raises."""
        return seed.insert(self.db, self.config.tables, given, beside=self.beside, orm=self.orm)

    def begin(self, scenario: Scenario, at: float | None = None) -> None:
        """A cell begins, in real time or `at` a time, in seconds since the epoch, where the clock can be set; what is a thread in this
        process becomes a process of its own where the scenario kills it."""
        ahead = 0.0 if at is None or self.clock.file is None else at - clock.real()
        if clock.ahead(self.clock) != ahead:
            clock.go(self.clock, ahead)
        self.session.cookies.clear()
        if self._inside:
            clockhook.follow()
            self.stack.begin(step.role for step in scenario.when if isinstance(step, KillRole))

    def now(self) -> float:
        """Of the cell, in seconds since the epoch."""
        return clock.now(self.clock)

    def distrust(self) -> tuple[str, ...]:
        """Something is left in the roles: they are ended at the next reset, and start anew. Their names."""
        self._stale = () if self._inside else tuple(
            role.name for role in self.config.roles.values() if role.boot == "always" and role.name in self.stack.roles
        )  # fmt: skip
        return self._stale

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Within, all is put back; roles that are not trusted any more end before and start afterwards."""
        stale, self._stale = self._stale, None
        for name in stale or ():
            self.stack.kill(name)
        if stale is not None:
            self.resting.end_left()
        yield
        for name in stale or ():
            self.stack.start(name)

    def console(self) -> Any:
        """The target's shell; started on first use."""
        if self._console is None:
            self._console = Console(self.stack.spawn, self.config.manage)
        return self._console

    def send(self, name: str, args: Iterable[Any] = (), kwargs: Mapping[str, Any] | None = None) -> str:
        """Send one task message through the target's own Celery app; its id. Raises task-not-sent."""
        if self._inside:
            return str(self.broker.publish(name, args, kwargs))
        return sender.send(self.console(), self.config.app, name, args, kwargs)

    def start(self, role: str) -> None:
        self.stack.start(role)
        self.resting.know()

    def stop(self, role: str) -> None:
        # Everything is quiet when a cell ends: a warm shutdown would only cost time.
        self.stack.kill(role)

    def kill(self, role: str) -> None:
        self.stack.kill(role)

    def retarget(self, config: Config) -> None:
        """Stop the target's roles and go on with other code on the same database, broker and fake."""
        if self._console is not None:
            self._console.close()
            self._console = None
        retarget.retarget(self.stack, config)
        self.config, self.seen = config, None
        self.orm = Orm(self.console)
        self._world = None

    def hold_row(self, kind: str, key: Any) -> None:
        """Lock one row against updates; reads and foreign keys to it go on."""
        self._held.hold((self.db, *self.beside), self.config.tables, kind, key)

    def await_blocked(self, count: int, timeout_s: float) -> bool:
        """Wait until `count` backends wait for a lock."""
        return held.await_blocked(self.db, count, timeout_s)

    def let_row_go(self) -> None:
        self._held.let_go()

    def rest(self, timeout_s: float) -> Rest:
        """Wait until nothing goes on that the cell began and no message tells of. Raises role-died."""
        rest = self.resting.wait(timeout_s)
        self.stack.alive()
        return rest

    def _holding(self) -> Collection[str] | None:
        return sender.holding(self.console(), self.config.app)

    def _leap(self, due: float, going: Callable[[float], object]) -> float | None:
        left = self.now()
        gone = clock.leap(
            self.clock, due, going=going, tell=lambda ahead: sender.due(self.console(), self.config.app, ahead)
        )
        if gone:
            self.timed.leapt(left, gone)
        return gone

    def close(self) -> None:
        self.let_row_go()
        if self._console is not None:
            self._console.close()
        self.broker.close()
        self.redis.close()
        self.fake.close()
        self.session.close()


def workers_of(config: Config, tier: str, asked: int | None) -> int:
    """How many processes take tasks: what was asked for, else what harness.toml says, in the docker tier; elsewhere 1."""
    if tier != "docker":
        return 1
    from harness.stack.docker import settings

    return settings.read(config).workers if asked is None else asked


def clock_refused(config: Config, tier: str) -> str:
    """Why the clock of the cells will be the real one though harness.toml would have it jump, or ""."""
    if tier == "docker" and config.time == JUMPS:
        from harness.stack.docker import running

        return running.REAL_CLOCK
    return clock.refused(config)


@contextmanager
def boot(
    config: Config,
    island: Island,
    *,
    mode: str = "replay",
    fake: dict[str, Any] | None = None,
    shell: bool = False,
    tier: str = "processes",
    workers: int | None = None,
    planned: Any = None,
    reachable: bool = False,
) -> Iterator[Live]:
    """Boot the whole stack; `shell` starts the target's shell at once, beside the other roles. `workers` counts the
    containers of each role that takes tasks, in the docker tier. `planned` is what harness.stack.processes.boot.plan made for
    this boot, in the inprocess tier. `reachable` as processes.boot's."""
    settings = {
        **config.fake_hosts,
        "cassettes": str(config.cassettes),
        "contracts": str(config.contracts),
        "mode": mode,
        "answers": str(config.answers),
        "seed": 0,
        **(fake or {}),
    }
    booted: AbstractContextManager[Any]
    if tier == "docker":
        from harness.stack import docker  # needs Docker's SDK, which only this tier does

        booted = docker.boot(config, fake=settings, workers=workers)
    elif tier == "inprocess":
        from harness.stack import inprocess  # makes this process the target's, which only this tier may

        booted = inprocess.boot(config, island, fake=settings, planned=planned, reachable=reachable)
    else:
        booted = processes.boot(config, island, fake=settings, reachable=reachable)
    with booted as stack:
        live = Live(config, stack, inside=tier == "inprocess")
        try:
            if shell:
                live.console()
            yield live
        finally:
            live.close()
