"""One article becomes image prompts."""

from __future__ import annotations

from dataclasses import replace

from harness.core.scenario import Path, Scenario, Unbilled
from scenarios.asks import generate_image_prompts
from scenarios.world import TIDEWATER, contents, images, refs, world

WHEN = (generate_image_prompts(ids=refs("content", 1)),)
TAPE = ("openai/writer/extract_image_prompts",)

DRAWN, WAITING = images(TIDEWATER.articles[0], 2)

SCENARIOS = (
    Scenario(
        id="writer/extract_image_prompts",
        title="Describe the images of one article",
        given=world(contents(TIDEWATER.articles[:1])),
        when=WHEN,
        paths=(Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED),
        tape=TAPE,
        plan={Path.MANUAL: ("path1: Extract Image Prompts",), Path.AUTOMATION: ("path2: Run Stage 5 Only",)},
    ),
    Scenario(
        id="writer/extract_image_prompts_again",
        title="Describe the images of an article again: the one that is drawn stays, the one that waits gets another prompt",
        given=world(
            contents(TIDEWATER.articles[:1]),
            (
                replace(DRAWN, values={**DRAWN.values, "status": "generated", "image_url": "https://im.example/1.png"}),
                WAITING,
            ),
        ),
        when=WHEN,
        paths=(Path.MANUAL,),
        tape=TAPE,
    ),
    Scenario(
        id="writer/prompts_that_are_none",
        title="The answer lacks the prompts of the images in the text",
        given=world(contents(TIDEWATER.articles[:1])),
        when=WHEN,
        paths=(Path.MANUAL,),
        tape=("openai/writer/prompts_odd_answers",),
        unbilled=(
            Unbilled(
                match="openai POST /v1/chat/completions",
                count=1,
                why="an answer that cannot be used is not sold, although the provider bills its tokens",
            ),
        ),
    ),
)
