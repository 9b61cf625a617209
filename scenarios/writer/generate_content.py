"""One task becomes an article."""

from __future__ import annotations

from harness.core.scenario import Path, Scenario
from scenarios.asks import generate_content
from scenarios.world import TIDEWATER, refs, tasks, world

GIVEN = world(tasks(TIDEWATER.briefs[:1]))
WHEN = (generate_content(ids=refs("task", 1)),)

SCENARIO = Scenario(
    id="writer/generate_content",
    title="Write one article",
    given=GIVEN,
    when=WHEN,
    paths=(Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED),
    tape=("openai/writer/generate_content",),
    plan={Path.MANUAL: ("path1: Generate Content",), Path.AUTOMATION: ("path2: Run Stage 4 Only",)},
)
