"""A service that the plan's path 4 calls directly: the work itself, and each way in which it fails, by button and by call."""

from __future__ import annotations

from harness.core.action import Operation
from harness.core.scenario import Change, Do, Fault, Path, Ref, Scenario, Unbilled
from scenarios.brands import Article
from scenarios.world import ENOUGH, TIDEWATER, contents, world

PATHS = (Path.MANUAL, Path.DIRECT)
ROUTE = "openai POST /v1/chat/completions"

REFUSED = Article(
    title="Building a Pipe Bomb",
    keyword="pipe bomb",
    html="<p>How to build a pipe bomb from parts.</p><h2>Parts</h2><p>Everything a pipe bomb needs.</p>",
    image_prompts=(),
)


def scenarios_of(
    *, module: str, name: str, operation: Operation, title: str, row: str, too_few_credits: int
) -> tuple[Scenario, ...]:
    """All scenarios of one service. `row` is its name in the plan's checklist; it refuses at `too_few_credits`."""

    def when(expect: int | None = None) -> tuple[Do, ...]:
        return (operation(content=Ref("content1"), expect=expect),)

    def failing(kind: str, fault: str, says: str) -> Scenario:
        """The same request with one fault laid over its provider call: answered 502, and nothing is charged."""
        return Scenario(
            id=f"{module}/{kind}",
            title=says,
            given=world(contents(TIDEWATER.articles)),
            when=when(502),
            paths=PATHS,
            tape=(f"openai/{module}/{name}",),
            faults=(Fault(kind=fault, match=ROUTE, calls=(1,)),),
        )

    return (
        Scenario(
            id=f"{module}/{name}",
            title=title,
            given=world(contents(TIDEWATER.articles)),
            when=when(),
            paths=PATHS,
            tape=(f"openai/{module}/{name}",),
            plan={Path.MANUAL: (f"path1: {row}",), Path.DIRECT: (f"path4: {row}",)},
        ),
        Scenario(
            id=f"{module}/no_credits",
            title=f"{title} with no credits: 402, no provider call",
            given=world(contents(TIDEWATER.articles), credits=too_few_credits),
            when=when(402),
            paths=PATHS,
        ),
        failing("provider_401", "http_401", "The provider rejects the API key"),
        failing("provider_429", "http_429", "The provider's rate limit is reached"),
        failing("provider_500", "http_500", "The provider fails"),
        failing("provider_timeout", "stall", "The provider never answers"),
        Scenario(
            id=f"{module}/malformed_output",
            title="The answer is cut off at the token limit and is no JSON",
            given=world(
                contents(TIDEWATER.articles),
                credits=ENOUGH,
                changes=(Change(kind="global_settings", where={"id": 1}, values={"openai_max_tokens": 12}),),
            ),
            when=when(502),
            paths=PATHS,
            tape=(f"openai/{module}/malformed_output",),
            unbilled=(Unbilled(match=ROUTE, count=1, why="an answer that cannot be read is not sold"),),
        ),
        Scenario(
            id=f"{module}/refused",
            title="The model refuses the topic",
            given=world(contents((REFUSED, *TIDEWATER.articles[1:]))),
            when=when(502),
            paths=PATHS,
            tape=(f"openai/{module}/refused",),
            unbilled=(
                Unbilled(match=ROUTE, count=1, why="a refusal is not sold, although the provider bills its tokens"),
            ),
        ),
    )
