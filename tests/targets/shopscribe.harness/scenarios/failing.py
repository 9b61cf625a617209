"""What providers do wrong in the first minute, laid over a scenario that works."""

from __future__ import annotations

from typing import Any

from harness.core.scenario import Fault, Given, Path, Scenario, Step

CHAT = "openai POST /v1/chat/completions"
DRAW = "together POST /v1/images/generations"


def failing(
    name: str, title: str, given: Given, when: tuple[Step, ...], paths: tuple[Path, ...], tape: tuple[str, ...], kind: str,
    match: str = CHAT, calls: tuple[int, ...] = (1,), **args: Any,
) -> Scenario:  # fmt: skip
    """One fault, over the first call unless others are named."""
    fault = Fault(kind=kind, match=match, calls=calls, args=args)
    return Scenario(id=name, title=title, given=given, when=when, paths=paths, tape=tape, faults=(fault,))
