"""The process that tests/preloaded.py forks programs from: it imports the harness once and serves requests until who asks is gone."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import signal
import socket
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

from harness import cli
from tests import signals

FURTHER = ("harness.stack.database.reset", "harness.stack.processes.boot", "harness.cell.live")
"""What programs of the stack's tests import beyond the verbs."""
WORDS, ENVIRONMENT = 48, 50
"""Fields of /proc/PID/stat, counted from 1: where each begins; the next says where it ends."""


def serve(number: int) -> dict[str, Any]:
    """Import, then fork a child for each request. Returns the request, and only in a child."""
    for room, _ in cli.COMMANDS.values():
        for part in ("verb", "run"):
            if importlib.util.find_spec(f"harness.jobs.{room}.{part}"):
                importlib.import_module(f"harness.jobs.{room}.{part}")
    for name in FURTHER:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=number)
    while True:
        head, streams, _, _ = socket.recv_fds(control, 8, 3)
        if not head:
            os._exit(0)
        request = json.loads(control.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
        told, tell = os.pipe()
        gone, go = os.pipe()
        between = os.fork()
        if not between:
            child = os.fork()
            if child:
                os.write(tell, child.to_bytes(8, "big"))
                os._exit(0)
            os.read(gone, 1)
            control.close()
            for target, stream in enumerate(streams):
                os.dup2(stream, target)
            for stream in (told, tell, gone, go, *streams):
                os.close(stream)
            return request
        # once its parent has ended, the child is a child of whoever asked; only then does it begin
        os.waitpid(between, 0)
        os.write(go, b"!")
        child = os.read(told, 8)
        for stream in (told, tell, gone, go, *streams):
            os.close(stream)
        control.sendall(child)


def begin(request: dict[str, Any]) -> types.CodeType:
    """Become what was asked for; the code that is left to run."""
    if request["new_session"]:
        os.setsid()
    for number in (*signals.ENDING, signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    _show(WORDS, [sys.executable, "-c", request["code"], *request["words"]])
    _show(ENVIRONMENT, [f"{name}={value}" for name, value in request["env"].items()])
    tempfile.tempdir = None
    sys.argv[:] = ["-c", *request["words"]]
    return compile(request["code"], "<string>", "exec")


def fresh() -> types.ModuleType:
    """The module in which a program runs."""
    made = sys.modules["__main__"] = types.ModuleType("__main__")
    return made


def _show(place: int, texts: list[str]) -> None:
    """Write where the kernel reads it, as far as there is room: what is left of a run is looked for there by its marks."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = (int(fields[number - 3]) for number in (place, place + 1))
    text = b"".join(os.fsencode(text) + b"\0" for text in texts)
    with Path("/proc/self/mem").open("r+b", buffering=0) as memory:
        memory.seek(start)
        memory.write(text[: end - start].ljust(end - start, b"\0"))
