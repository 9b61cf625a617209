"""An optimized article without its scores."""

from __future__ import annotations

from harness.core.scenario import Path, Ref, Scenario, Unbilled
from scenarios.asks import content_optimization
from scenarios.world import TIDEWATER, contents, world

SCENARIO = Scenario(
    id="optimizer/scores_that_are_none",
    title="The answer's scores are no numbers",
    given=world(contents(TIDEWATER.articles)),
    when=(content_optimization(content=Ref("content1"), expect=502),),
    paths=(Path.MANUAL,),
    tape=("openai/optimizer/odd_answers",),
    unbilled=(
        Unbilled(
            match="openai POST /v1/chat/completions",
            count=1,
            why="an answer that cannot be used is not sold, although the provider bills its tokens",
        ),
    ),
)
