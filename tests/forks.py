"""Forking for somebody else: a child with the words, environment, folder, descriptors and signals that it would have if it were started.

Of the standard library alone, and loaded by its path where nothing of the tests may be imported.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOM = "_" * (1 << 13)
"""For the words and the environment of a child, where the kernel shows those of the process that serves."""
MOST = 8
"""Descriptors of a child."""
HIGH = 400
"""Descriptors on their way to a child stand from here on."""
ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
WORDS, ENVIRONMENT = 48, 50
"""Fields of /proc/PID/stat, counted from 1: where each begins; the next says where it ends."""
DIE_WITH_PARENT, ADOPT_ORPHANS = 1, 36
"""prctl: PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER."""


def ask(control: socket.socket, wanted: dict[str, Any], streams: Sequence[int]) -> int:
    """Have a child forked; its process id. `wanted`: "words", "env", "cwd", "new_session", and "numbers",
    where each of `streams` goes."""
    prctl(ADOPT_ORPHANS, 1)  # for the moment of a start only: orphans below become children of this process
    try:
        body = json.dumps(wanted).encode()
        socket.send_fds(control, [len(body).to_bytes(8, "big")], list(streams))
        control.sendall(body)
        told = control.recv(8, socket.MSG_WAITALL)
    finally:
        prctl(ADOPT_ORPHANS, 0)
    assert told, "the process that forks ended"
    return int.from_bytes(told, "big")


def forked(control: socket.socket, *others: socket.socket, own: bool = False) -> dict[str, Any] | None:
    """Answer one request. What was asked for in the child, which has closed `control` and `others`; None in this process. The child is
    one of whoever asked, where that is above this process, or its `own`. Raises EOFError."""
    head, streams, _, _ = socket.recv_fds(control, 8, MOST)
    if not head:
        raise EOFError
    request: dict[str, Any] = json.loads(control.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
    told, tell = os.pipe()
    gone, go = os.pipe()
    pipes = (told, tell, gone, go)
    between = os.fork()
    if not between:
        child = 0 if own else os.fork()
        if child:
            os.write(tell, child.to_bytes(8, "big"))
            os._exit(0)
        if not own:
            os.read(gone, 1)
        for one in (control, *others):
            one.close()
        high = [fcntl.fcntl(stream, fcntl.F_DUPFD_CLOEXEC, HIGH) for stream in streams]
        _close({*pipes, *streams})
        for number, stream in zip(request["numbers"], high, strict=True):
            os.dup2(stream, number)
        _close(high)
        return request
    # once its parent has ended, the child is a child of whoever asked; only then does it begin
    if not own:
        os.waitpid(between, 0)
        os.write(go, b"!")
    child = between if own else int.from_bytes(os.read(told, 8), "big")
    _close({*pipes, *streams})
    with contextlib.suppress(OSError):  # who asked may be gone
        control.sendall(child.to_bytes(8, "big"))
    return None


def begin(request: dict[str, Any]) -> None:
    """Become what was asked for."""
    if request["new_session"]:
        os.setsid()
    for number in (*ENDING, signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    _show(WORDS, request["shown"])
    _show(ENVIRONMENT, [f"{name}={value}" for name, value in request["env"].items()])
    tempfile.tempdir = None
    sys.argv[:] = request["words"]


def prctl(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _close(numbers: Iterable[int]) -> None:
    for number in numbers:
        os.close(number)


def _show(place: int, texts: list[str]) -> None:
    """Write where the kernel reads it, as far as there is room: what is left of a run is looked for there by its marks."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = (int(fields[number - 3]) for number in (place, place + 1))
    text = b"".join(os.fsencode(text) + b"\0" for text in texts)
    with Path("/proc/self/mem").open("r+b", buffering=0) as memory:
        memory.seek(start)
        memory.write(text[: end - start].ljust(end - start, b"\0"))
