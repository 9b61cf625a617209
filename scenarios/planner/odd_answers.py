"""Answers that are JSON and not what the prompt asked for: nothing is made of them, and nothing is charged for them."""

from __future__ import annotations

from harness.core.scenario import Path, Scenario, Settle, Unbilled
from scenarios.asks import auto_cluster, generate_ideas
from scenarios.world import TIDEWATER, clusters, keywords, refs, world

ROUTE = "openai POST /v1/chat/completions"
WHY = "an answer that cannot be used is not sold, although the provider bills its tokens"
CLUSTER = (auto_cluster(ids=refs("kw", len(TIDEWATER.keywords))), Settle())
IDEAS = (generate_ideas(ids=refs("cluster", 1)), Settle())

SCENARIOS = (
    Scenario(
        id="planner/clusters_that_are_none",
        title="No object, no clusters, a cluster without a name, clusters of other keywords",
        given=world(keywords(TIDEWATER.keywords)),
        when=5 * CLUSTER,
        paths=(Path.MANUAL,),
        tape=("openai/planner/cluster_odd_answers",),
        unbilled=(Unbilled(match=ROUTE, count=5, why=WHY),),
    ),
    Scenario(
        id="planner/ideas_that_are_none",
        title="No idea at all, then one that lacks all but its title",
        given=world(clusters(TIDEWATER, 1)),
        when=2 * IDEAS,
        paths=(Path.MANUAL,),
        tape=("openai/planner/ideas_odd_answers",),
        unbilled=(Unbilled(match=ROUTE, count=1, why=WHY),),
    ),
)
