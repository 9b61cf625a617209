"""How a role in a container shows that it is up: through the door and in its log, from outside, never slept for."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
import redis

from harness.core.errors import StackError
from harness.stack.database import postgres
from harness.stack.docker import container
from harness.stack.docker.container import Container

_CELERY_READY = " ready."


def await_role(one: Container, ports: Mapping[str, int]) -> None:
    """Return once it is ready by its own rule; `ports` are the door's. Raises StackError role-died, role-not-ready, port-in-use, docker-gone."""
    how, _, detail = one.service.ready.partition(":")
    match how:
        case "http":
            _await_http(one, ports[one.service.role], detail)
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


def _await_http(one: Container, port: int, path: str) -> None:
    last = "no answer"

    def answers() -> bool:
        nonlocal last
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            last = f"status {connection.getresponse().status}"
        except (OSError, http.client.HTTPException) as error:
            last = str(error) or type(error).__name__
        finally:
            connection.close()
        return last == "status 200"

    _explained(one, lambda: container.await_true(one, answers, what=f"status 200 from GET {path}"), lambda: last)


def _explained(one: Container, wait: Callable[[], None], last: Callable[[], str]) -> None:
    try:
        wait()
    except StackError as error:
        if error.code == "role-not-ready":
            raise StackError(f"{error.message} (last: {last()})", hint=error.hint, code=error.code) from None
        raise
