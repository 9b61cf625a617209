"""Beside a cell: once an answer is held somebody else writes, and only then it goes."""

from __future__ import annotations

import threading

import pytest

from harness.cell.meanwhile import at_the_first_call
from harness.core.errors import StackError
from tests.provider.fake.conftest import chat, fake, running_fake

__all__ = ["fake", "running_fake"]


def test_somebody_writes_once_before_the_first_answer_goes(fake):
    """Claim: at the moment of writing the client still waits; the second call waits for nobody."""
    fake.load(chat("hello", "one"), chat("again", "two"))
    fake.control.load("test/one", ["tape"], (), ["held"])
    order: list[str] = []
    with at_the_first_call(fake.control.path, lambda: order.append(f"written, {fake.report().held} waits")):
        assert fake.chat("hello").status_code == 200
        order.append("answered")
        assert fake.chat("again").status_code == 200
    assert order == ["written, 1 waits", "answered"]


def test_where_nobody_asks_nothing_is_written_and_nobody_waits(fake):
    fake.control.load("test/one", [], (), ["held"])
    with at_the_first_call(fake.control.path, lambda: pytest.fail("nobody asked")):
        pass
    assert "meanwhile" not in {thread.name for thread in threading.enumerate()}


def test_what_writing_raises_is_raised_and_the_target_is_not_left_waiting(fake):
    fake.load(chat("hello", "one"))
    fake.control.load("test/one", ["tape"], (), ["held"])

    def refused() -> None:
        raise StackError("no", hint="no", code="database-slow")

    with pytest.raises(StackError, match="no"), at_the_first_call(fake.control.path, refused):
        assert fake.chat("hello").status_code == 200
