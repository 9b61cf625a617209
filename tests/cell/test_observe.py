"""The steps of a cell in their order, and where they can be left."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from harness.cell.drive import Driven
from harness.cell.observe import leave
from harness.stack.roles.trace import OFF

REFS = {"account": {"kind": "account", "id": 5}}


class Written:
    """A stack and a work in one that write down what is done with them; there is no database to look at."""

    id, path, title, tape, faults = "planner/x", "manual", "x", ("openai/x",), ()
    variation, varied = "", {}

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.broker = SimpleNamespace(reset=lambda: self.done.append("broker emptied"))
        self.stack = SimpleNamespace(trace=OFF, log_mark=lambda: self.done.append("logs marked"))
        self.timed = SimpleNamespace(begin=lambda real: self.done.append("the clock begins"))
        self.fake = SimpleNamespace(load=lambda *words: self.done.append(("load", *words)))
        self.resting = SimpleNamespace(begin=lambda cell: self.done.append(f"{cell} begins"))

    def clear(self) -> None:
        self.done.append("clear")

    def seed(self) -> dict[str, Any]:
        self.done.append("seed")
        return REFS

    def drive(self, refs: Any) -> Driven:
        self.done.append(("drive", refs))
        return Driven(settled=False)

    def lines(self, mark: Any) -> tuple[()]:
        raise AssertionError("nobody looks at what was only left")


def test_what_is_left_is_driven_as_every_cell_is_and_nobody_looks():
    """Claim: the same steps in the same order, then nothing: no baseline, no wait, no capture."""
    both = Written()
    assert leave(both, both) == REFS
    assert both.done == [
        "clear", "broker emptied", "logs marked", "the clock begins", "seed", ("load", "planner/x", ("openai/x",), (), None), "planner/x@manual begins", ("drive", REFS),
    ]  # fmt: skip
