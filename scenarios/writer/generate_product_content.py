"""One task becomes a product page."""

from __future__ import annotations

from harness.core.scenario import Path, Scenario
from scenarios.asks import generate_content
from scenarios.world import TIDEWATER, refs, tasks, world

SCENARIO = Scenario(
    id="writer/generate_product_content",
    title="Write one product page",
    given=world(tasks(brief for brief in TIDEWATER.briefs if brief.content_type == "product")),
    when=(generate_content(ids=refs("task", 1), content_type="product"),),
    paths=(Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED),
    tape=("openai/writer/generate_product_content",),
    plan={Path.MANUAL: ("path1: Generate Product Content",)},
)
