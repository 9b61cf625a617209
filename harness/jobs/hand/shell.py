"""The target's shell in a standing stack, at the terminal of whoever asked: both ends of the line.

    harness stack shell  <- frames on the control socket ->  supervisor  <- two pipes ->  harness.stack.doors.terminal

The supervisor only carries. It starts the process as it starts the drivers' own shell, so every tier can.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import termios
import threading
import tty
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from subprocess import PIPE
from typing import Any

from harness.cell.live import Live
from harness.core.errors import HarnessError
from harness.jobs.hand.line import connect, gone
from harness.jobs.hand.place import Place, need
from harness.stack.doors import terminal, wire

COMMAND = ("{harness}", "-m", "harness.stack.doors.terminal")
_PIECE = 1 << 16
_SENT_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)


def attach(place: Place, words: Sequence[str]) -> int:
    """Run `manage.py shell` with `words` in the stack, with this process's input and output; returns its exit code.

    With a terminal at both it is a terminal there too. Raises stack-none, StackError stack-gone.
    """
    need(place)
    at_terminal = os.isatty(0) and os.isatty(1)
    request = {
        "op": "shell",
        "words": list(words),
        "size": _size() if at_terminal else "",
        "term": os.environ.get("TERM", "dumb"),
    }
    with connect(place) as line, _signals() as woken:

        def send(kind: int, about: int, payload: bytes = b"") -> None:
            with suppress(OSError):  # it ended: what it said last is still to be read
                line.sendall(wire.frame(kind, about, payload))

        try:
            line.sendall(json.dumps(request).encode() + b"\n")
            with _raw(at_terminal):
                code = _carry(line, woken, send, at_terminal=at_terminal)
        except OSError:
            code = None
    if code is None:
        raise gone(place)
    return code


def _carry(line: socket.socket, woken: int, send: Callable[..., None], *, at_terminal: bool) -> int | None:
    """Until the command ends: its exit code, or None when the line ended first."""
    frames = wire.Frames()
    sources = [0, line.fileno(), woken]
    while True:
        for source in select.select(sources, [], [])[0]:
            if source == 0:
                data = os.read(0, _PIECE)
                if data:
                    send(wire.DATA, terminal.INPUT, data)
                else:
                    sources.remove(0)
                    send(wire.END, terminal.INPUT)
            elif source == woken:
                for number in os.read(woken, 512):
                    if number == signal.SIGWINCH:
                        send(wire.DATA, terminal.SIZE, _size().encode()) if at_terminal else None
                    else:
                        send(wire.DATA, terminal.SIGNAL, str(number).encode())
            else:
                data = line.recv(_PIECE)
                if not data:
                    return None
                for kind, about, payload in frames.feed(data):
                    if kind == wire.CLOSE:
                        return int(payload)
                    _write(2 if about == terminal.ERRORS else 1, payload)


def give(line: socket.socket, live: Live, request: Mapping[str, Any]) -> None:
    """The supervisor's side of one shell; returns when it has ended or whoever asked is gone."""
    reader, writer = os.pipe()
    env = {"HARNESS_TERMINAL_FD": str(writer), "HARNESS_TERMINAL_SIZE": request["size"], "TERM": request["term"]}
    try:
        process = live.stack.spawn(
            "shell", [*COMMAND, *live.config.manage, "shell", *request["words"]], env, stdin=PIPE, pass_fds=(writer,)
        )
    except HarnessError as error:
        os.close(reader)
        with line, suppress(OSError):
            words = f"error: {error.message}\n hint: {error.hint}\n code: {error.code}\n".encode()
            line.sendall(wire.frame(wire.DATA, terminal.ERRORS, words))
            line.sendall(wire.frame(wire.CLOSE, terminal.OUTPUT, str(error.exit_code).encode()))
        return
    finally:
        os.close(writer)

    def inward() -> None:
        # the end of the line is the end of its input, and that is the end of it
        with suppress(OSError), process.stdin:
            while data := line.recv(_PIECE):
                process.stdin.write(data)
                process.stdin.flush()

    carried = threading.Thread(target=inward, daemon=True)
    carried.start()
    with line, os.fdopen(reader, "rb", buffering=0) as said:
        with suppress(OSError):
            while data := said.read(_PIECE):
                line.sendall(data)
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        carried.join()
    process.wait()


@contextmanager
def _signals() -> Iterator[int]:
    """Inside, signals are numbers to be read: they are meant for the command."""
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    old = {number: signal.signal(number, lambda *_: None) for number in (*_SENT_ON, signal.SIGWINCH)}
    old_wake = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(old_wake)
        for number, handler in old.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)


@contextmanager
def _raw(at_terminal: bool) -> Iterator[None]:
    """Inside, this terminal only passes on: the one in the stack edits lines and makes signals."""
    if not at_terminal:
        yield
        return
    kept = termios.tcgetattr(0)
    try:
        tty.setraw(0)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, kept)


def _size() -> str:
    found = shutil.get_terminal_size()
    return f"{found.lines} {found.columns}"


def _write(out: int, data: bytes) -> None:
    while data:
        data = data[os.write(out, data) :]
