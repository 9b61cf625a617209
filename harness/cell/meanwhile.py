"""Beside a cell somebody else writes: once the first provider's answer is held, which goes on then; or as soon as the target waits for a row of
theirs, which is free then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

import psycopg

from harness.core.errors import StackError
from harness.provider.fake.control.client import FakeControl

LOOK_S = 5.0
"""How long one look for the held answer waits."""
_WAITED_FOR = """
SELECT DISTINCT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
_SOON = "SELECT pg_sleep(0.003)"
"""The server has no event for "somebody waits"."""


class Holds(Protocol):
    """Somebody who holds rows; `pid` is their server process."""

    pid: int

    def write(self) -> set[str]: ...


@contextmanager
def at_the_first_call(control: str, write: Callable[[], None]) -> Iterator[None]:
    """Within, `write` is called once an answer is held, by a thread with its own connection to the fake at `control`; then the answer goes. What it raised
    is raised at the end. Where nobody asked a provider nothing is written."""
    raised: list[StackError | psycopg.Error] = []
    ended = threading.Event()
    fake = FakeControl(control)

    def wait() -> None:
        try:
            while not fake.wait_held(1, LOOK_S):
                if ended.is_set():
                    return
        except StackError:
            return  # nobody asked, and all is over; a fake that is gone whoever drives meets, too
        try:
            write()
        except (StackError, psycopg.Error) as error:
            raised.append(error)
        finally:
            with suppress(StackError):
                fake.release()

    thread = threading.Thread(target=wait, name="meanwhile", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        fake.hang_up()
        thread.join()
        fake.close()
    if raised:
        raise raised[0]


@contextmanager
def where_it_waits(
    look: psycopg.Connection, holders: Iterable[Holds], wrote: Callable[[set[str]], None]
) -> Iterator[None]:
    """Within, each of `holders` writes as soon as somebody waits for what they hold, and `wrote` is told whose accounts got credits; `look` is a connection
    to see it by. Those whom nobody waited for write nothing. What it raised is raised at the end."""
    raised: list[StackError | psycopg.Error] = []
    ended = threading.Event()
    there = {one.pid: one for one in holders}

    def wait() -> None:
        try:
            while there and not ended.is_set():
                for (pid,) in look.execute(_WAITED_FOR).fetchall():
                    if pid in there:
                        wrote(there.pop(pid).write())
                look.execute(_SOON)
        except (StackError, psycopg.Error) as error:
            raised.append(error)

    thread = threading.Thread(target=wait, name="contended", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if raised:
        raise raised[0]
