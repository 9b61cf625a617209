"""The process that tests/preloaded.py forks programs from: it imports the harness once and serves requests until who asks is gone."""

from __future__ import annotations

import gc
import importlib.util
import socket
import sys
import types
from typing import Any

from harness import cli
from harness.report import html
from tests import forks, zygotes

FURTHER = ("harness.stack.database.reset", "harness.stack.processes.boot", "harness.cell.live", "faker")
"""What programs of the stack's tests import beyond the verbs, and what scenarios that make up people do: of it the installed part."""


def serve(number: int) -> dict[str, Any]:
    """Import, then fork a child for each request. Returns the request, and only in a child."""
    for room, _ in cli.COMMANDS.values():
        for part in ("verb", "run"):
            if importlib.util.find_spec(f"harness.jobs.{room}.{part}"):
                importlib.import_module(f"harness.jobs.{room}.{part}")
    for name in FURTHER:
        importlib.import_module(name)
    for name in ("page", "grid"):
        html._template(name)  # kept by a process that has written a report
    where = zygotes.serve()
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=number)
    while True:
        try:
            request = forks.forked(control)
        except EOFError:
            sys.exit(0)
        if request is not None:
            zygotes.fork_from(where)
            return request


def begin(request: dict[str, Any]) -> types.CodeType:
    """Become what was asked for; the code that is left to run."""
    forks.begin(request)
    return compile(request["code"], "<string>", "exec")


def fresh() -> types.ModuleType:
    """The module in which a program runs."""
    made = sys.modules["__main__"] = types.ModuleType("__main__")
    return made
