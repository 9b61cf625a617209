"""How a role in a container shows that it is up: through the door and in its log, from outside, never slept for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import psycopg
import redis

from harness.stack.database import postgres
from harness.stack.docker import container
from harness.stack.docker.container import Container
from harness.stack.roles.answering import await_answer

_CELERY_READY = " ready."


def await_role(one: Container, ports: Mapping[str, int]) -> None:
    """Return once it is ready by its own rule; `ports` are the door's. Raises StackError role-died, role-not-ready, port-in-use, docker-gone."""
    how, _, detail = one.service.ready.partition(":")
    match how:
        case "http" | "port":
            await_answer(("127.0.0.1", ports[one.service.role]), one.service.ready, partial(_wait, one))
        case "celery":
            container.await_line(one, _CELERY_READY, at_end=True)
        case "line":
            container.await_line(one, detail)
        case _:
            if one.ended:
                raise container.died(one)


def await_database(one: Container, run_dir: Path) -> psycopg.Connection:
    """The observer's connection through the door in `run_dir`, once the server accepts."""
    made: list[psycopg.Connection] = []

    def accepts() -> bool:
        try:
            made.append(postgres.connect(run_dir, 5432))
        except psycopg.OperationalError:
            return False
        return True

    container.await_true(one, accepts, what="answer to a connection")
    return made[0]


def await_broker(one: Container, url: str) -> None:
    client = redis.Redis.from_url(url)

    def answers() -> bool:
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False

    try:
        container.await_true(one, answers, what="answer to PING")
    finally:
        client.close()


def _wait(one: Container, condition: Callable[[], bool], what: str) -> None:
    container.await_true(one, condition, what=what)
