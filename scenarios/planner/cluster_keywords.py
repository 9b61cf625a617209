"""Twelve keywords become clusters."""

from __future__ import annotations

from harness.core.scenario import Path, Scenario
from scenarios.asks import auto_cluster
from scenarios.world import TIDEWATER, keywords, refs, world

GIVEN = world(keywords(TIDEWATER.keywords))
WHEN = (auto_cluster(ids=refs("kw", len(TIDEWATER.keywords))),)

SCENARIO = Scenario(
    id="planner/cluster_keywords",
    title="Cluster twelve keywords",
    given=GIVEN,
    when=WHEN,
    paths=(Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED),
    tape=("openai/planner/cluster_keywords",),
    plan={Path.MANUAL: ("path1: Cluster Keywords",), Path.AUTOMATION: ("path2: Run Stage 1 Only",)},
)
