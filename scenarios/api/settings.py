"""A customer's own settings: the schedule of a site, and the models of the account."""

from __future__ import annotations

from typing import Any

from harness.core.action import get, put, step
from harness.core.scenario import Path, Scenario
from scenarios.world import TIDEWATER, keywords, tasks, world

CONFIG = "/api/v1/automation/config/?site_id=$site"


def schedule(**values: Any) -> Any:
    return step(put(CONFIG, values))


SCENARIO = Scenario(
    id="api/settings",
    title="The schedule of a site is switched on, moved and switched off; the account chooses its models",
    given=world(keywords(TIDEWATER.keywords[:1]), tasks(TIDEWATER.briefs[:1])),
    when=(
        step(get(CONFIG)),
        schedule(is_enabled=True, stages=[2, 1, 2], scheduled_time="03:30"),
        schedule(max_keywords=20),
        # a slot of a week or a month would fall on another day in each run: none is asked for while it is one, done twice or not
        schedule(is_enabled=False, frequency="weekly"),
        schedule(frequency="daily"),
        step(get("/api/v1/system/settings/")),
        step(put("/api/v1/system/settings/", {"image_model": "dall-e-3", "temperature": 0.4})),
        step(put("/api/v1/system/settings/", {"image_model": None})),
        step(get("/api/v1/writer/tasks/?site_id=$site&status=queued")),
    ),
    paths=(Path.MANUAL,),
)
