"""Optimize one article, by the button and by the service itself; and each way in which it fails."""

from __future__ import annotations

from harness.core.scenario import Change, Do, Fault, Path, Ref, Scenario, Unbilled
from scenarios.brands import Article
from scenarios.world import ENOUGH, TIDEWATER, contents, world

PATHS = (Path.MANUAL, Path.DIRECT)
ROUTE = "openai POST /v1/chat/completions"
TAPE = ("openai/optimizer/optimize_content",)
ARGS = {"content": Ref("content1")}

REFUSED = Article(
    title="Building a Pipe Bomb",
    keyword="pipe bomb",
    html="<p>How to build a pipe bomb from parts.</p><h2>Parts</h2><p>Everything a pipe bomb needs.</p>",
    image_prompts=(),
)


def when(expect: int | None = None) -> tuple[Do, ...]:
    return (Do(operation="content_optimization", args=ARGS, expect=expect),)


def failing(name: str, title: str, kind: str) -> Scenario:
    """The same request with one fault laid over its provider call: answered 502, and nothing is charged."""
    return Scenario(
        id=f"optimizer/{name}",
        title=title,
        given=world(contents(TIDEWATER.articles)),
        when=when(502),
        paths=PATHS,
        tape=TAPE,
        faults=(Fault(kind=kind, match=ROUTE, calls=(1,)),),
    )


SCENARIOS = (
    Scenario(
        id="optimizer/optimize_content",
        title="Optimize one article",
        given=world(contents(TIDEWATER.articles)),
        when=when(),
        paths=PATHS,
        tape=TAPE,
        plan={Path.MANUAL: ("path1: Optimize Content",), Path.DIRECT: ("path4: Optimize Content",)},
    ),
    Scenario(
        id="optimizer/no_credits",
        title="Optimize one article with no credits: 402, no provider call",
        given=world(contents(TIDEWATER.articles), credits=1),
        when=when(402),
        paths=PATHS,
    ),
    failing("provider_401", "The provider rejects the API key", "http_401"),
    failing("provider_429", "The provider's rate limit is reached", "http_429"),
    failing("provider_500", "The provider fails", "http_500"),
    failing("provider_timeout", "The provider never answers", "stall"),
    Scenario(
        id="optimizer/malformed_output",
        title="The answer is cut off at the token limit and is no JSON",
        given=world(
            contents(TIDEWATER.articles),
            credits=ENOUGH,
            changes=(Change(kind="global_settings", where={"id": 1}, values={"openai_max_tokens": 12}),),
        ),
        when=when(502),
        paths=PATHS,
        tape=("openai/optimizer/malformed_output",),
        unbilled=(Unbilled(match=ROUTE, count=1, why="an answer that cannot be read is not sold"),),
    ),
    Scenario(
        id="optimizer/refused",
        title="The model refuses the topic",
        given=world(contents((REFUSED, *TIDEWATER.articles[1:]))),
        when=when(502),
        paths=PATHS,
        tape=("openai/optimizer/refused",),
        unbilled=(Unbilled(match=ROUTE, count=1, why="a refusal is not sold, although the provider bills its tokens"),),
    ),
)
