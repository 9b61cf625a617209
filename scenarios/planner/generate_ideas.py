"""Two clusters become ideas: one provider call a cluster."""

from __future__ import annotations

from harness.core.scenario import Path, Scenario
from scenarios.asks import generate_ideas
from scenarios.world import TIDEWATER, clusters, refs, world

SCENARIO = Scenario(
    id="planner/generate_ideas",
    title="Ideas for two clusters",
    given=world(clusters(TIDEWATER, 2)),
    when=(generate_ideas(ids=refs("cluster", 2)),),
    paths=(Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED),
    tape=("openai/planner/generate_ideas",),
    plan={Path.MANUAL: ("path1: Generate Ideas",), Path.AUTOMATION: ("path2: Run Stage 2 Only",)},
)
