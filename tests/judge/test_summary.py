"""What a run came to, before anybody tells it."""

from __future__ import annotations

from dataclasses import replace

from harness.core.verdict import Status
from harness.judge.summary import summarize
from tests.report.runs_seen import SCENARIOS, run


def test_calls_are_counted_by_where_their_recording_comes_from():
    """A simulated answer never passes for a recorded one, nor an unknown one for either."""
    cell = run()[0][0]
    calls = tuple(replace(cell.calls[0], cassette=name) for name in ("a", "a", "b", "c"))
    summary = summarize([], [replace(cell, calls=calls)], SCENARIOS, {}, phase=0, origins={"a": "simulated", "b": "recorded"})  # fmt: skip
    assert summary.origins == {"of unknown origin": 1, "recorded": 1, "simulated": 2}
    assert summary.status is Status.UNKNOWN
