"""Lines of [target.env]: what must say where the stack is, that a file goes into the run, and keys that are read and not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.backend.guess import environ, settings, source
from harness.core.look.django import Connection, Server
from harness.core.look.values import Look
from harness.stack.database import postgres

POSTGRES = "postgres"
HERE = ("127.0.0.1", "localhost", "::1", "")
SECRET = re.compile(r"(^|_)(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$")
KEY = "made-up-0000000000000000000000000000"
MOST = 8
"""Names that are told of those among which the right one may be."""
DATABASE, BROKER = "DATABASES is read from it", "the broker or a cache is read from it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of variables before anything is imported: `said` is what stands in .env files and, where they say nothing, in the source
    as a default; `reads` as environ has them; `given` are those of whoever runs init."""

    root: Path
    variables: Mapping[str, source.Variable]
    said: Mapping[str, str]
    reads: Mapping[str, frozenset[str]]
    given: Mapping[str, str]

    @classmethod
    def of(cls, root: Path, checkout: Path, given: Mapping[str, str]) -> Told:
        variables = {one.name: one for one in source.variables(root)}
        said = environ.said(variables.values(), [root, checkout])
        return cls(root=root, variables=variables, said=said, reads=environ.reads(root), given=given)

    def made_up(self, name: str) -> str:
        """A value for a variable of that name which settings will take."""
        if SECRET.search(name):
            return KEY
        whole = environ.shape(self.said.get(name, "")) or environ.by_words(name, self.reads.get(name, ()))
        return whole or made_up(name)


def lines(look: Look, told: Told, env: Mapping[str, str], why: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What `env` lacks or, where nobody has said it, has otherwise."""
    for name, value, said in _lines(look, told, env):
        if name not in told.given and env.get(name) != value:
            why[f"target.env.{name}"] = said
            yield name, value


def elsewhere(look: Look, told: Told) -> Iterator[str]:
    """A line where the settings ask for a server that is not the stack's, and no line of [target.env] was found that says it."""
    there = look.django.settings.databases.get("default")
    if there is not None and POSTGRES in there.engine and _apart(there):
        others = [
            name
            for name in told.variables
            if name not in settings.SET and not told.reads.get(name, frozenset()) & environ.PARTS
        ]
        yield (
            f"DATABASES is at {there.server.host or 'nowhere'}:{there.server.port}, which is not the stack's, and no variable was found that says so: "
            f"harness init --env NAME='postgres{environ.PLACE}', where NAME is what it is read from{_of(others)}"
        )
    for server in _queues(look):
        if server.host not in HERE:
            yield (
                f"the broker or a cache is at {server.host}:{server.port}, which is not the stack's, and no variable was found that says so: "
                f"harness init --env NAME='{environ.QUEUE}', where NAME is what it is read from"
            )


def _of(names: list[str]) -> str:
    return f", one of {', '.join(names[:MOST])}" if names else ""


def _lines(look: Look, told: Told, env: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    given = look.django.settings
    there = given.databases.get("default")
    if there is not None and _apart(there):
        found = {
            **settings.database_lines(told.root, given.module, told.given),
            **environ.addresses(told.said, there.server.host, database=True),
        }
        yield from ((name, value, DATABASE) for name, value in found.items())
    if look.celery is not None and look.celery.always_eager:
        yield from ((name, "0", "tasks go to the worker") for name in told.variables if "EAGER" in name)
    for server in _queues(look):
        if server.host not in HERE:
            yield from (
                (name, value, BROKER)
                for name, value in environ.addresses(told.said, server.host, database=False).items()
            )
    writes = any(handler.path and not handler.path.startswith("{run}") for handler in given.logging)
    placed = settings.database_lines(told.root, given.module, {})
    for name, one in told.variables.items():
        if name in env or name in settings.SET or name in placed:
            continue
        parts = set(name.split("_"))
        if "LOG" in parts or "LOGS" in parts:
            if parts & {"DIR", "DIRECTORY", "PATH", "ROOT", "FOLDER"} and (writes or one.default == source.MADE):
                yield name, "{logs_dir}", "logs go into the run"
        elif SECRET.search(name) and one.default in ("", None) and not one.needed and name not in ("OPENAI_API_KEY", "RUNWARE_API_KEY"):  # fmt: skip
            yield name, KEY, "a made-up key: no real one is ever needed"


def _apart(there: Connection) -> bool:
    """Whether it is not the stack's database."""
    return (
        POSTGRES not in there.engine
        or there.server.host not in HERE
        or there.server.port not in ("", "5432")
        or there.server.database != postgres.DATABASE
        or there.user != postgres.OWNER
    )


def _queues(look: Look) -> list[Server]:
    found = [server for cached in look.django.settings.caches.values() for server in cached.servers]
    if look.celery is not None:
        found.append(look.celery.broker.server)
        if look.celery.results.server.host:
            found.append(look.celery.results.server)
    return found


def made_up(name: str) -> str:
    """A value for a variable of that name which settings will take."""
    parts = set(name.split("_"))
    if SECRET.search(name):
        return KEY
    if parts & {"URL", "URI", "ENDPOINT", "BASE"}:
        return "https://made-up.example"
    if parts & {"PORT", "TIMEOUT", "S", "SECONDS", "DAYS", "LIMIT", "MAX", "MIN", "SIZE", "COUNT"}:
        return "1"
    if parts & {"DEBUG", "ENABLED", "USE", "EAGER"}:
        return "0"
    if parts & {"HOSTS", "ORIGINS"}:
        return "*"
    return "{host}" if "HOST" in parts else "made-up"
