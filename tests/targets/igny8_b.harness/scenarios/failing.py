"""What providers do wrong in the first minute, laid over a scenario that works."""

from __future__ import annotations

from harness.core.scenario import Fault, Given, Path, Scenario, Step, Unbilled

CHAT = "openai POST /v1/chat/completions"
PIPELINE = (Path.AUTOMATION, Path.SCHEDULED)
"""Where a failed call is not tried again: a task of a button retries after 30 and 60 seconds what may pass by itself."""

EVERYWHERE = (Path.MANUAL, *PIPELINE)
SERVICES = (Path.MANUAL, Path.DIRECT)


def failing(
    name: str, title: str, given: Given, when: tuple[Step, ...], paths: tuple[Path, ...], tape: str, kind: str,
    match: str = CHAT, unbilled: str = "", findings: tuple[str, ...] = (),
) -> Scenario:  # fmt: skip
    """One fault over the first call; `unbilled` says why a success that is lost costs nothing."""
    return Scenario(
        id=name,
        title=title,
        given=given,
        when=when,
        paths=paths,
        tape=(tape,),
        faults=(Fault(kind=kind, match=match, calls=(1,)),),
        unbilled=(Unbilled(match=match, count=1, why=unbilled),) if unbilled else (),
        findings=findings,
    )
