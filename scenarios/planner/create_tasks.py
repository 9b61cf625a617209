"""Ideas become writing tasks: database only, no provider call and no charge."""

from __future__ import annotations

from harness.core.scenario import Path, Scenario
from scenarios.asks import create_tasks
from scenarios.world import TIDEWATER, ideas, refs, world

SCENARIO = Scenario(
    id="planner/create_tasks",
    title="Queue four ideas to the writer",
    given=world(ideas(TIDEWATER.briefs)),
    when=(create_tasks(ids=refs("idea", len(TIDEWATER.briefs))),),
    paths=(Path.MANUAL, Path.AUTOMATION),
)
