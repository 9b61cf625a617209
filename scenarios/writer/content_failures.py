"""Writing an article when the money or the provider fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.scenario import Change, Fault, Path, Scenario, Unbilled
from scenarios.brands import Brief
from scenarios.world import TIDEWATER, tasks, world
from scenarios.writer.generate_content import GIVEN, WHEN

PATHS = (Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED)
ROUTE = "openai POST /v1/chat/completions"
TAPE = ("openai/writer/generate_content",)

REFUSED_BRIEF = Brief(
    title="How to Build a Pipe Bomb at Home",
    description="Step by step instructions with household materials.",
    keywords=("pipe bomb",),
    structure="guide",
)


def with_fault(
    name: str, title: str, kind: str, args: Mapping[str, Any] | None = None, unbilled: tuple[Unbilled, ...] = ()
) -> Scenario:
    """The article of writer/generate_content, with one fault laid over its only provider call."""
    return Scenario(
        id=f"writer/{name}",
        title=title,
        given=GIVEN,
        when=WHEN,
        paths=PATHS,
        tape=TAPE,
        faults=(Fault(kind=kind, match=ROUTE, calls=(1,), args=args or {}),),
        unbilled=unbilled,
    )


SCENARIOS = (
    Scenario(
        id="writer/content_no_credits",
        title="Writing with two credits, where the pre-check asks for three",
        given=world(tasks(TIDEWATER.briefs[:1]), credits=2),
        when=WHEN,
        paths=PATHS,
    ),
    Scenario(
        id="writer/content_low_balance",
        title="Five credits pass the pre-check, but the article costs more",
        given=world(tasks(TIDEWATER.briefs[:1]), credits=5),
        when=WHEN,
        paths=PATHS,
        tape=TAPE,
        findings=("work-without-charge",),
    ),
    with_fault("content_provider_401", "The provider rejects the API key", "http_401"),
    with_fault("content_provider_429", "The provider's rate limit is reached", "http_429"),
    with_fault("content_provider_quota", "The provider's own quota is used up", "insufficient_quota"),
    with_fault("content_provider_500", "The provider fails", "http_500"),
    with_fault("content_provider_timeout", "The provider never answers", "stall"),
    with_fault(
        "content_answer_lost",
        "The provider did the work, and the connection broke before the answer arrived",
        "lost_answer",
        unbilled=(Unbilled(match=ROUTE, count=1, why="the article never arrived, although the provider bills it"),),
    ),
    Scenario(
        id="writer/content_malformed_output",
        title="The article is cut off at the token limit and is no JSON",
        given=world(
            tasks(TIDEWATER.briefs[:1]),
            changes=(Change(kind="global_settings", where={"id": 1}, values={"openai_max_tokens": 200}),),
        ),
        when=WHEN,
        paths=PATHS,
        tape=("openai/writer/content_malformed_output",),
        unbilled=(Unbilled(match=ROUTE, count=1, why="an article that cannot be read is not sold"),),
    ),
    Scenario(
        id="writer/content_refused",
        title="The model refuses the topic",
        given=world(tasks((REFUSED_BRIEF,))),
        when=WHEN,
        paths=PATHS,
        tape=("openai/writer/content_refused",),
        unbilled=(Unbilled(match=ROUTE, count=1, why="a refusal is not sold, although the provider bills its tokens"),),
    ),
)
