"""Who applies the messages of the line: a thread of this process, or a fork of it where a scenario kills the worker.

A thread cannot be killed: `finally` and `except` would still run, and clean up what a killed worker leaves behind. So a
cell that kills its worker gets a forked one, whose tasks, database session and provider calls end as any killed process's.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Protocol

from harness.stack.inprocess import voices
from harness.stack.inprocess.line import Line, Message, Outcome
from harness.stack.inprocess.tasks import failed
from harness.stack.isolation import linux
from harness.stack.isolation.supervise import run_as_child, signals_held

Run = Callable[[Message], Outcome]


class Worker(Protocol):
    """`stop` lets it finish what it is at; `kill` does not; `leave` does not wait: this process is about to end."""

    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def leave(self) -> None: ...


@dataclass(slots=True)
class Threaded:
    """One task at a time, in a thread. `kill` of a busy one is refused by the stack before it comes here."""

    thread: threading.Thread
    line: Line
    halt: threading.Event

    def stop(self) -> None:
        self.halt.set()
        self.line.wake()
        self.thread.join()

    kill = stop

    def leave(self) -> None:
        self.halt.set()
        self.line.wake()


def threaded(name: str, line: Line, run: Run) -> Threaded:
    halt = threading.Event()

    def work() -> None:
        with voices.speaking(name):
            while (message := line.take(halt.is_set)) is not None:
                _apply(line, run, message)

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return Threaded(thread, line, halt)


def apply_here(line: Line, run: Run) -> int:
    """Apply, in the caller's thread, everything that is due, and what that sends in turn. Return how many there were.

    The caller's database connection stays open, so that a test's transaction goes on; and it speaks for itself, so
    that a debugger's words reach the terminal.
    """
    count = 0
    while (message := line.take(wait=False)) is not None:
        line.ended(message.id, *_guarded(run, message))
        count += 1
    return count


@dataclass(slots=True)
class Forked:
    """One task at a time, in a process. A thread here hands it messages and hears what it sends."""

    pid: int
    pipe: Connection
    feeder: threading.Thread
    line: Line
    halt: threading.Event

    def stop(self) -> None:
        self.halt.set()
        self.line.wake()
        self.feeder.join()
        self.kill()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self.halt.set()
        self.line.wake()
        self.feeder.join()
        self.pipe.close()

    leave = kill


def forked(name: str, line: Line, run: Run, redirect: Callable[[Callable[[Message], None]], None]) -> Forked:
    """Fork; `redirect(put)`, called in the child, makes the target's messages go to `put`."""
    here, there = Pipe()

    def child() -> int:
        linux.die_with_parent()
        here.close()
        _forget_connections()
        redirect(lambda message: there.send(("sent", message)))
        with voices.speaking(name), suppress(EOFError):
            while True:
                message = there.recv()
                outcome = _guarded(run, message)
                _close_connections()
                there.send(("ended", (message.id, *outcome)))
        return 0

    with signals_held():
        pid = run_as_child(child, relays=False)
    there.close()
    halt = threading.Event()

    def feed() -> None:
        with suppress(EOFError, OSError):
            while (message := line.take(halt.is_set)) is not None:
                here.send(message)
                what, told = here.recv()
                while what == "sent":
                    line.put(told)
                    what, told = here.recv()
                line.ended(*told)

    feeder = threading.Thread(target=feed, name=f"{name}-feeder", daemon=True)
    feeder.start()
    return Forked(pid, here, feeder, line, halt)


def _apply(line: Line, run: Run, message: Message) -> None:
    try:
        outcome = _guarded(run, message)
    finally:
        _close_connections()  # as Celery does after each task: session state and advisory locks end with it
    line.ended(message.id, *outcome)


def _guarded(run: Run, message: Message) -> Outcome:
    """What Celery itself could not run (an unknown task, arguments that cannot be read) has failed all the same, and so has what would
    have ended the worker's process."""
    try:
        return run(message)
    except (Exception, SystemExit) as error:
        return "FAILURE", None, *failed(error)


def _close_connections() -> None:
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()


_inherited: list[Any] = []
"""Sessions of the parent, kept alive: were they collected here, they might say goodbye on the parent's socket."""


def _forget_connections() -> None:
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        _inherited.append(connection.connection)
        connection.connection = None
