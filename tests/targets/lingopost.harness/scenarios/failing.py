"""What providers do wrong in the first minute, laid over a scenario that works."""

from __future__ import annotations

from harness.core.scenario import Fault, Given, Path, Scenario, Step

CHAT = "openai POST /v1/chat/completions"
DEEPL = "deepl POST /v2/translate"


def failing(
    name: str, title: str, given: Given, when: tuple[Step, ...], paths: tuple[Path, ...], tape: str, kind: str,
    match: str = CHAT,
) -> Scenario:  # fmt: skip
    """One fault over the first call."""
    fault = Fault(kind=kind, match=match, calls=(1,))
    return Scenario(id=name, title=title, given=given, when=when, paths=paths, tape=(tape,), faults=(fault,))
