"""A role is up once it answers at its port, as its `ready` asks for it, whatever the tier."""

from __future__ import annotations

import http.client
import select
import socket
from collections.abc import Callable

from harness.core.errors import StackError

Wait = Callable[[Callable[[], bool], str], None]
"""wait(condition, what): look until the condition holds, while the role lives; raises StackError role-not-ready."""
TIMEOUT_S = 5.0
HELD_S = 0.2
"""A door in front of a role lets a connection go by then where nobody listens behind it."""


def await_answer(address: tuple[str, int], ready: str, wait: Wait) -> None:
    """Wait for the answer; a refusal says what the last one was. Raises what `wait` raises.

    "http:/path": status 200 there. "http": any answer at all, which a server gives once it has loaded the target, whatever
    the target says to `/`. "port": a connection that stays.
    """
    how, _, path = ready.partition(":")
    last = "no answer"

    def answers() -> bool:
        nonlocal last
        held, last = _held(address) if how == "port" else _answered(address, path)
        return held

    what = f"status 200 from GET {path}" if path else "HTTP answer" if how == "http" else "open port"
    try:
        wait(answers, what)
    except StackError as error:
        if error.code == "role-not-ready":
            raise StackError(f"{error.message} (last: {last})", hint=error.hint, code=error.code) from None
        raise


def _answered(address: tuple[str, int], path: str) -> tuple[bool, str]:
    connection = http.client.HTTPConnection(*address, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path or "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return False, str(error) or type(error).__name__
    finally:
        connection.close()
    return status == 200 or not path, f"status {status}"


def _held(address: tuple[str, int]) -> tuple[bool, str]:
    try:
        with socket.create_connection(address, timeout=TIMEOUT_S) as line:
            closed = select.select([line], [], [], HELD_S)[0] and not line.recv(1, socket.MSG_PEEK)
    except OSError as error:
        return False, error.strerror or str(error)
    return not closed, "the connection was closed" if closed else "a connection"
