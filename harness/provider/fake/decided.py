"""What was decided of one request, until its answer is sent."""

from __future__ import annotations

from typing import Any

from harness.provider.fake.calls import Entry
from harness.provider.fake.tape.answer import Answer
from harness.provider.fake.tape.match import Recording


class Plan:
    """What becomes of one request: the answer, how late, how much of it. `ends` as in faults.Kind; `epoch` is the
    one that decided it."""

    __slots__ = ("answer", "delay_ms", "ends", "entry", "epoch", "hold", "limit", "recording", "request_body")

    def __init__(self, epoch: Any, entry: Entry) -> None:
        self.epoch = epoch
        self.entry = entry
        self.answer: Answer | None = None
        self.recording: Recording | None = None
        self.ends = "answer"
        self.delay_ms = 0
        self.hold = False
        self.limit: int | None = None
        self.request_body = entry.body
