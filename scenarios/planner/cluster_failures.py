"""Clustering that cannot be paid for, or whose answer cannot be read."""

from __future__ import annotations

from harness.core.scenario import Change, Path, Ref, Scenario, Unbilled
from scenarios.asks import auto_cluster
from scenarios.planner.cluster_keywords import WHEN
from scenarios.world import TIDEWATER, keywords, world

BYSTANDER_KEYWORDS = [Ref("bystander-kw1"), Ref("bystander-kw2")]
PATHS = (Path.MANUAL, Path.AUTOMATION, Path.SCHEDULED)

SCENARIOS = (
    Scenario(
        id="planner/cluster_no_credits",
        title="Clustering with one credit, where the pre-check asks for two",
        given=world(keywords(TIDEWATER.keywords), credits=1),
        when=WHEN,
        paths=PATHS,
    ),
    Scenario(
        id="planner/cluster_malformed_output",
        title="The model's answer is cut off at the token limit and is no JSON",
        given=world(
            keywords(TIDEWATER.keywords),
            changes=(Change(kind="global_settings", where={"id": 1}, values={"openai_max_tokens": 60}),),
        ),
        when=WHEN,
        paths=PATHS,
        tape=("openai/planner/cluster_malformed_output",),
        unbilled=(
            Unbilled(
                match="openai POST /v1/chat/completions",
                count=1,
                why="an answer that cannot be read is not sold, although the provider bills its tokens",
            ),
        ),
    ),
    Scenario(
        id="planner/cluster_foreign_keywords",
        title="Clustering another customer's keywords is refused",
        given=world(keywords(TIDEWATER.keywords[:3])),
        when=(auto_cluster(ids=BYSTANDER_KEYWORDS, expect=400),),
        paths=(Path.MANUAL,),
    ),
)
