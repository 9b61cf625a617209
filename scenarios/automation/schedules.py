"""The hourly check: fired by the real beat, and with several sites due at once."""

from __future__ import annotations

from harness.core.scenario import Path, Ref, Row, Scenario
from scenarios.asks import beat_fires, scheduler_tick
from scenarios.brands import NORTHFELL, TIDEWATER
from scenarios.world import business, image_model, keywords, tasks, world

DUE = "2026-01-04T06:00:00Z"


def schedule(stages: list[int], *, prefix: str = "", next_run_at: str = DUE, enabled: bool = True) -> Row:
    return Row(
        kind="automation_config",
        name=f"{prefix}schedule",
        values={
            "account_id": Ref(f"{prefix}account"),
            "site_id": Ref(f"{prefix}site"),
            "is_enabled": enabled,
            "stages": stages,
            "next_run_at": next_run_at,
        },
        asks=True,
    )


SCENARIOS = (
    Scenario(
        id="automation/schedule_triggers",
        title="The real beat sends the hourly check, and the site that is due runs",
        given=world(keywords(TIDEWATER.keywords), (schedule([1]),)),
        when=(beat_fires(),),
        paths=(Path.SCHEDULED,),
        tape=("openai/planner/cluster_keywords",),
        plan={Path.SCHEDULED: ("path3: Schedule Triggers",)},
    ),
    Scenario(
        id="automation/multiple_schedules",
        title="Two customers are due at once; each pays for its own work",
        given=world(
            keywords(TIDEWATER.keywords[:3]),
            (image_model("runware:97@1"), schedule([1, 2])),
            business(NORTHFELL, credits=300, prefix="north-"),
            tasks(NORTHFELL.briefs, prefix="north-"),
            (schedule([4], prefix="north-"),),
        ),
        when=(scheduler_tick(),),
        paths=(Path.SCHEDULED,),
        tape=("openai/automation/multiple_schedules",),
        plan={Path.SCHEDULED: ("path3: Multiple Automations",)},
    ),
    Scenario(
        id="automation/schedule_not_due",
        title="A disabled schedule and one in the future: nothing runs, nothing is charged",
        given=world(
            keywords(TIDEWATER.keywords[:3]),
            (schedule([1], enabled=False),),
            business(NORTHFELL, credits=300, prefix="north-"),
            (schedule([4], prefix="north-", next_run_at="2100-01-01T00:00:00Z"),),
            tasks(NORTHFELL.briefs, prefix="north-"),
        ),
        when=(scheduler_tick(),),
        paths=(Path.SCHEDULED,),
    ),
)
