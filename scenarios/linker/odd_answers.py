"""Links that are none: nothing is charged for what is no list, and the work is for a link that leads nowhere."""

from __future__ import annotations

from harness.core.scenario import Path, Ref, Scenario, Unbilled
from scenarios.asks import internal_linking
from scenarios.world import TIDEWATER, contents, world

SCENARIO = Scenario(
    id="linker/links_that_are_none",
    title="The answer holds no links, then one to a page of somebody else",
    given=world(contents(TIDEWATER.articles)),
    when=(
        internal_linking(content=Ref("content1"), expect=502),
        internal_linking(content=Ref("content1")),
    ),
    paths=(Path.MANUAL,),
    tape=("openai/linker/odd_answers",),
    unbilled=(
        Unbilled(
            match="openai POST /v1/chat/completions",
            count=1,
            why="an answer that cannot be used is not sold, although the provider bills its tokens",
        ),
    ),
)
