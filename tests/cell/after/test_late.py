"""What comes of a cell once it was observed is told of that cell, before anything is put back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness.cell.after import late
from harness.stack.database import capture, journal, reset

ONE, TWO = "orders/one@manual", "orders/two@manual"


@pytest.fixture
def live(db) -> Any:
    """A stack in which a cell was observed, with a row, a message and a call."""
    capture.mark_baseline(db)
    db.execute("INSERT INTO accounts (name) VALUES ('in the cell')")
    made = SimpleNamespace(
        db=db, beside=(), sent=1, called=1, gone=[], broker=SimpleNamespace(sent=lambda: made.sent),
        fake=SimpleNamespace(called=lambda: made.called), resting=SimpleNamespace(ended=lambda: made.gone),
        seen=late.Seen(cell=ONE, rows=journal.read(db).last, messages=1, calls=1),
    )  # fmt: skip
    return made


def test_nothing_that_came_is_nothing_told(live):
    """Claim: what was observed is not late; and what was looked for is not looked for again."""
    assert late.look(live) == []
    live.sent = 9
    assert late.look(live) == []


def test_rows_messages_and_calls_that_came_are_of_the_cell(live, connect):
    """Claim: with who wrote them, however long they were open; what the harness writes itself is nobody's."""
    target = connect()
    target.execute("SET application_name = 'web'")
    target.execute("INSERT INTO accounts (name) VALUES ('one'), ('two')")
    target.execute("UPDATE prices SET credits = 7 WHERE name = 'text'")
    live.db.execute("UPDATE prices SET credits = 8 WHERE name = 'text'")
    live.sent, live.called = 3, 2
    (told,) = late.look(live)
    assert (told["of"], told["code"]) == (ONE, "late-work")
    assert told["lines"] == (
        "2 row(s) of accounts were written by web after it was observed",
        "1 row(s) of prices were written by web after it was observed",
        "2 task message(s) were sent after it was observed",
        "1 provider call(s) were made after it was observed",
    )


def test_a_cell_in_which_nothing_was_written_is_looked_at_too(live, db, connect):
    """Claim: an empty journal is where what comes begins."""
    reset.reset(db)
    capture.mark_baseline(db)
    live.seen = late.Seen(cell=TWO, rows=journal.read(db).last, messages=1, calls=1)
    connect().execute("SET application_name = 'web'; DELETE FROM untouched")
    assert [told["of"] for told in late.look(live)] == [TWO]


def test_a_thread_that_ends_in_another_cell_makes_both_suspect(live):
    """Claim: one that ends before another cell was observed is its own cell's alone."""
    live.gone = [("web", ONE)]
    assert [told["of"] for told in late.look(live)] == [ONE]
    live.seen = late.Seen(cell=TWO, rows=journal.read(live.db).last, messages=1, calls=1)
    assert [(told["of"], TWO in told["lines"][0], ONE in told["lines"][0]) for told in late.look(live)] == [
        (ONE, True, False),
        (TWO, False, True),
    ]
