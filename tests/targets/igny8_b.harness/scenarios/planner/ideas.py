"""A cluster becomes ideas: at most 200 tokens a credit, two at least. Ideas become tasks, which is free."""

from __future__ import annotations

from scenarios.failing import EVERYWHERE, failing

from harness.core.scenario import Path, Scenario
from scenarios.asks import create_tasks, generate_ideas
from scenarios.world import clusters, ideas, refs, world

TAPE = "openai/planner/ideas"
GIVEN = world(clusters())
WHEN = (generate_ideas(ids=refs("cluster", 1)),)

SCENARIOS = (
    Scenario(id="planner/ideas", title="One cluster", given=GIVEN, when=WHEN, paths=EVERYWHERE, tape=(TAPE,)),
    Scenario(
        id="planner/ideas_no_credits",
        title="One credit, where two are the least",
        given=world(clusters(), credits=1),
        when=WHEN,
        paths=(Path.MANUAL,),
    ),
    failing(
        "planner/ideas_401",
        "The provider refuses the key",
        GIVEN,
        WHEN,
        EVERYWHERE,
        TAPE,
        "http_401",
        findings=("progress-of-others",),
    ),
    Scenario(
        id="planner/create_tasks",
        title="Two ideas become tasks",
        given=world(ideas()),
        when=(create_tasks(ids=refs("idea", 2)),),
        paths=EVERYWHERE,
    ),
)
