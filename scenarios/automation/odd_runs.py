"""Runs that stand otherwise than a button leaves them: one is under way already, one waits for images, one has nothing left to do."""

from __future__ import annotations

from typing import Any

from harness.core.action import post, step, task
from harness.core.scenario import Path, Ref, Row, Scenario, Settle
from scenarios.asks import CHECK
from scenarios.automation.schedules import schedule
from scenarios.world import TIDEWATER, keywords, world

RUN_ID = "00000000-0000-4000-8000-000000000002"
RESUME = step(post("/api/v1/automation/resume/", {"run_id": RUN_ID}))
DRAW = "igny8_core.ai.tasks.process_image_generation_queue"
BEGUN = {"processed": 0, "failed": 0, "credits_used": 0, "errors": []}


def run(status: str, stages: list[int], **values: Any) -> tuple[Row, ...]:
    fixed = {"account_id": Ref("account"), "site_id": Ref("site"), "run_id": RUN_ID, "trigger": "manual"}
    return (Row(kind="automation_run", name="run", values={**fixed, "status": status, "stages": stages, **values}),)


SCENARIOS = (
    Scenario(
        id="automation/run_is_active",
        title="A site whose run is paused: neither the button nor the schedule starts another",
        given=world(keywords(TIDEWATER.keywords[:2]), run("paused", [1]), (schedule([1]),)),
        when=(
            step(post("/api/v1/automation/run_now/", {"site_id": "$site"}), expect=409),
            step(task(CHECK)),
        ),
        paths=(Path.SCHEDULED,),
    ),
    Scenario(
        id="automation/nothing_left",
        title="A paused run goes on: what it was to do is done already, and its next stage does not exist",
        given=world(
            keywords(TIDEWATER.keywords[:1], status="mapped"),
            run(
                "paused",
                [1, 8],
                current_stage=1,
                stage_results={"1": {"status": "running", **BEGUN, "pending": [[Ref("kw1")]]}},
            ),
        ),
        when=(RESUME,),
        paths=(Path.AUTOMATION,),
    ),
    Scenario(
        id="automation/images_outstanding",
        title="A run is resumed while its images are being drawn: it goes on with the last of them",
        given=world(
            run(
                "paused",
                [6],
                current_stage=6,
                pending_image_jobs=1,
                stage_results={"6": {"status": "waiting", **BEGUN}},
            ),
        ),
        when=(
            step(task("automation.resume_paused_automation", RUN_ID)),
            Settle(),
            step(task(DRAW, [999_999_999], "$account", kwargs={"run_id": RUN_ID})),
        ),
        paths=(Path.AUTOMATION,),
    ),
)
