"""A role is up once it answers GET with 200, whatever the tier."""

from __future__ import annotations

import http.client
from collections.abc import Callable

from harness.core.errors import StackError

Wait = Callable[[Callable[[], bool], str], None]
"""wait(condition, what): look until the condition holds, while the role lives; raises StackError role-not-ready."""


def await_answer(host: str, port: int, path: str, wait: Wait) -> None:
    """Wait for the answer; a refusal says what the last one was. Raises what `wait` raises."""
    last = "no answer"

    def answers() -> bool:
        nonlocal last
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", path)
            last = f"status {connection.getresponse().status}"
        except (OSError, http.client.HTTPException) as error:
            last = str(error) or type(error).__name__
        finally:
            connection.close()
        return last == "status 200"

    try:
        wait(answers, f"status 200 from GET {path}")
    except StackError as error:
        if error.code == "role-not-ready":
            raise StackError(f"{error.message} (last: {last})", hint=error.hint, code=error.code) from None
        raise
