"""What a standing stack holds: the world that is seeded now, and the answers to requests about it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from harness.cell import auth
from harness.cell.live import Live
from harness.core.config import Config
from harness.core.errors import StackError
from harness.core.scenario import Scenario
from harness.jobs.hand import world
from harness.jobs.hand.place import Place
from harness.jobs.hand.values import Standing

LOOPBACK = "127.0.0.1"
DOORS = ("backend", "database", "broker")
QUIET_S = 2.0
"""How long a reset waits for work under way."""


@dataclass(slots=True, kw_only=True)
class Stand:
    """The world that is seeded now, and the answers to requests about it."""

    config: Config
    place: Place
    live: Live
    ports: Mapping[str, int]
    tape: bool
    tier: str
    isolation: str
    seconds: float = 0.0
    scenario: Scenario | None = None
    refs: world.Refs = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """What a request of the scenario's actor carries."""
    recordings: int = 0

    def seed(self, scenario: Scenario) -> None:
        """Put the scenario's world into the database as it was migrated, and its tape into the fake.

        Work that does not come to an end, and a role that has died, are ended by starting every role anew.
        """
        live = self.live
        live.fake.release()
        again: list[str] = []
        if live.broker.settle(QUIET_S) or self.trouble():
            again = [role.name for role in self.config.roles.values() if role.boot == "always"]
        for role in again:
            live.kill(role)
        try:
            live.broker.reset()
            live.clean()
            self.refs = live.seed(scenario.given)
            actor = scenario.given.actor
            self.headers = auth.headers(self.config.auth, scenario.given, self.refs, (actor,), live)[actor]
            self.scenario = scenario
            played = (scenario.tape_at(self.config.phase), scenario.faults) if self.tape else ((), ())
            self.recordings = live.fake.load(scenario.id, *played)
        finally:
            # also when somebody's open transaction kept the database as it was
            for role in again:
                live.start(role)

    def ways(self) -> dict[str, str]:
        """door -> the address behind it, as forward.connect takes it."""
        return {name: address_of(url) for name, url in _urls(self.live).items()}

    def standing(self) -> Standing:
        assert self.scenario is not None
        urls = {name: outside(url, self.ports[name]) for name, url in _urls(self.live).items()}
        report = self.live.fake.report()
        return Standing(
            name=self.place.name,
            pid=_pid(self.place),
            target=self.config.name,
            phase=self.config.phase,
            tier=self.tier,
            isolation=self.isolation,
            world=self.scenario.id,
            title=self.scenario.title,
            tape=self.tape,
            recordings=self.recordings,
            faults=tuple(fault.kind for fault in self.scenario.faults) if self.tape else (),
            backend=urls["backend"],
            database=urls["database"],
            broker=urls["broker"],
            logs=str(self.place.logs),
            customers=world.customers(self.config, self.scenario.given, self.refs, self.live.db, *self.live.beside),
            lines=world.lines(self.config, self.scenario, self.refs, urls["backend"], self.headers),
            seconds=self.seconds,
            calls=len(report.calls),
            refused=report.unmatched,
            trouble=self.trouble(),
        )

    def trouble(self) -> str:
        try:
            self.live.stack.alive()
        except StackError as error:
            return f"{error.message}; {error.hint}"
        return ""

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ "status", or "reset" with another `scenario` or none. Raises the stack's own reason where it has one."""
        try:
            if request.get("op") == "reset":
                assert self.scenario is not None
                # read again: between two resets somebody may have edited it
                for name in [name for name in sys.modules if name.split(".")[0] == self.config.scenarios.name]:
                    del sys.modules[name]
                asked = request.get("scenario") or self.scenario.id
                self.seed(world.world(self.config, asked, tape=self.tape))
            return {"standing": self.standing().document()}
        except Exception:
            self.live.stack.alive()
            raise


def _urls(live: Live) -> dict[str, str]:
    """Where the stack itself says that its parts are, by door."""
    return {"backend": live.base_url, "database": live.stack.database_url, "broker": live.stack.redis_url}


def address_of(url: str) -> str:
    """A URL's address as forward.connect takes it."""
    parts = urlsplit(url)
    if parts.hostname:
        return f"tcp:{parts.hostname}:{parts.port}"
    info = conninfo_to_dict(url)
    return f"unix:{info['host']}/.s.PGSQL.{info['port']}"


def outside(url: str, port: int) -> str:
    """The same URL by way of a door."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{user}@{LOOPBACK}:{port}" if user else f"{LOOPBACK}:{port}", query="").geturl()


def _pid(place: Place) -> int:
    """The supervisor's, as the outside counts: in the island every process has another."""
    return int(place.lock.read_text() or "0")
