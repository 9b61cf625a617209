"""One task becomes a service page."""

from __future__ import annotations

from harness.core.scenario import Path, Scenario
from scenarios.asks import generate_content
from scenarios.world import TIDEWATER, refs, tasks, world

SCENARIO = Scenario(
    id="writer/generate_service_content",
    title="Write one service page",
    given=world(tasks(brief for brief in TIDEWATER.briefs if brief.content_type == "service")),
    when=(generate_content(ids=refs("task", 1), content_type="service"),),
    paths=(Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED),
    tape=("openai/writer/generate_service_content",),
    plan={Path.MANUAL: ("path1: Generate Service Content",)},
)
