"""The control socket of a standing stack: one line of JSON asks, one answers."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.core.errors import HarnessError, StackError, of_document
from harness.jobs.hand.place import Place, need

ANSWER_S = 120.0


def listen(place: Place) -> socket.socket:
    """The control socket. Its path may be longer than a socket's address: it is named by its folder's file number."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short(place) as path:
        listener.bind(path)
    listener.listen(16)
    return listener


def connect(place: Place) -> socket.socket:
    """Raises StackError stack-gone."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short(place) as path:
            connection.connect(path)
    except OSError:
        connection.close()
        raise gone(place) from None
    return connection


def ask(place: Place, **request: Any) -> dict[str, Any]:
    """One request and its answer. Raises what the stack raised, and StackError stack-gone."""
    need(place)
    with connect(place) as connection:
        connection.settimeout(ANSWER_S)
        try:
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as answers:
                line = answers.readline()
        except OSError:
            line = b""
    if not line:
        raise gone(place)
    return answer_of(json.loads(line))


def answer_of(found: dict[str, Any]) -> dict[str, Any]:
    """The answer, or the error that it carries, raised."""
    if "error" in found:
        raise of_document(found["error"])
    return found


def error_of(error: HarnessError) -> dict[str, Any]:
    """An error as `answer_of` raises it."""
    return {"error": error.document()}


def gone(place: Place) -> StackError:
    return StackError(
        f"the stack '{place.name}' ended, or did not answer",
        hint="harness stack status says whether it is up; harness stack down ends it either way",
        code="stack-gone",
    )


@contextmanager
def _short(place: Place) -> Iterator[str]:
    folder = os.open(place.folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/control"
    finally:
        os.close(folder)
