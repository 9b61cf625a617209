"""Beside a cell: once the first provider's answer is held, somebody else writes, and it goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from harness.core.errors import StackError
from harness.provider.fake.control.client import FakeControl

LOOK_S = 5.0
"""How long one look for the held answer waits."""


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
