"""One article becomes image prompts."""

from __future__ import annotations

from harness.core.scenario import Path, Scenario
from scenarios.asks import generate_image_prompts
from scenarios.world import TIDEWATER, contents, refs, world

SCENARIO = Scenario(
    id="writer/extract_image_prompts",
    title="Describe the images of one article",
    given=world(contents(TIDEWATER.articles[:1])),
    when=(generate_image_prompts(ids=refs("content", 1)),),
    paths=(Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED),
    tape=("openai/writer/extract_image_prompts",),
    plan={Path.MANUAL: ("path1: Extract Image Prompts",), Path.AUTOMATION: ("path2: Run Stage 5 Only",)},
)
