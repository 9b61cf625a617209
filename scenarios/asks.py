"""How each operation of the backend is asked for on each path: its button, a stage of an automation run, a schedule that
is due, a service called directly. A scenario's step is one of these, called with its arguments."""

from __future__ import annotations

from typing import Any

from harness.core.action import Action, Operation, call, post, start, task
from harness.core.scenario import Path, Row

CHECK = "automation.check_scheduled_automations"
"""The task that beat sends each hour."""

REFUSED = {"InsufficientCreditsError": 402, "AIProviderError": 502}
"""What a service raises where its view would answer with this status."""


def stage(number: int) -> Action:
    return post("/api/v1/automation/run_stage/", {"site_id": "$site", "stage": number})


def schedule(stages: list[int] | None = None) -> Action:
    """The hourly check, with a schedule of the site that is due; all stages unless some are named."""
    only = {} if stages is None else {"stages": stages}
    values: dict[str, Any] = {
        "account_id": "$account",
        "site_id": "$site",
        "is_enabled": True,
        **only,
        "next_run_at": "2026-01-04T06:00:00Z",
    }
    return task(CHECK, rows=(Row(kind="automation_config", name="schedule", values=values),))


auto_cluster = Operation(
    name="auto_cluster",
    by={
        Path.MANUAL: post("/api/v1/planner/keywords/auto_cluster/", {"ids": "$ids"}),
        Path.AUTOMATION: stage(1),
        Path.SCHEDULED: schedule([1]),
    },
)
generate_ideas = Operation(
    name="generate_ideas",
    by={
        Path.MANUAL: post("/api/v1/planner/clusters/auto_generate_ideas/", {"ids": "$ids"}),
        Path.AUTOMATION: stage(2),
        Path.SCHEDULED: schedule([2]),
    },
)
create_tasks = Operation(
    name="create_tasks",
    by={
        Path.MANUAL: post("/api/v1/planner/ideas/queue_to_writer/", {"ids": "$ids"}),
        Path.AUTOMATION: stage(3),
    },
)
generate_content = Operation(
    name="generate_content",
    by={
        Path.MANUAL: post("/api/v1/writer/tasks/auto_generate_content/", {"ids": "$ids", "content_type": "$content_type?"}),
        Path.AUTOMATION: stage(4),
        Path.SCHEDULED: schedule([4]),
    },
)  # fmt: skip
generate_image_prompts = Operation(
    name="generate_image_prompts",
    by={
        Path.MANUAL: post("/api/v1/writer/content/generate_image_prompts/", {"ids": "$ids"}),
        Path.AUTOMATION: stage(5),
        Path.SCHEDULED: schedule([5]),
    },
)
generate_images = Operation(
    name="generate_images",
    by={
        Path.MANUAL: post("/api/v1/writer/images/generate_images/", {"ids": "$ids", "content_id": "$content"}),
        Path.AUTOMATION: stage(6),
        Path.SCHEDULED: schedule([6]),
    },
)
publish = Operation(name="publish", by={Path.AUTOMATION: stage(7)})
internal_linking = Operation(
    name="internal_linking",
    by={
        Path.MANUAL: post("/api/v1/linker/process/", {"content_id": "$content"}),
        Path.DIRECT: call(
            """
from igny8_core.business.content.models import Content
from igny8_core.business.linking.services.linker_service import LinkerService
LinkerService.generate_links(Content.objects.get(pk=$content))
""",
            refused=REFUSED,
        ),
    },
)
content_optimization = Operation(
    name="content_optimization",
    by={
        Path.MANUAL: post("/api/v1/optimizer/optimize/", {"content_id": "$content"}),
        Path.DIRECT: call(
            """
from igny8_core.business.content.models import Content
from igny8_core.business.optimization.services.optimizer_service import OptimizerService
OptimizerService.optimize(Content.objects.get(pk=$content))
""",
            refused=REFUSED,
        ),
    },
)
run_automation = Operation(
    name="run_automation",
    by={
        Path.AUTOMATION: post("/api/v1/automation/run_now/", {"site_id": "$site"}),
        Path.SCHEDULED: schedule(),
    },
)
pause_automation = Operation(
    name="pause_automation", by={Path.AUTOMATION: post("/api/v1/automation/pause/", {"run_id": "$answer_run_id"})}
)
resume_automation = Operation(
    name="resume_automation", by={Path.AUTOMATION: post("/api/v1/automation/resume/", {"run_id": "$answer_run_id"})}
)
scheduler_tick = Operation(name="scheduler_tick", by={Path.SCHEDULED: task(CHECK)})
beat_fires = Operation(
    name="beat_fires",
    by={
        Path.SCHEDULED: start(
            "beat",
            prepare="""
import datetime
from celery.beat import PersistentScheduler
from igny8_core.celery import app
app.finalize()
scheduler = PersistentScheduler(app, schedule_filename=$run + "/celerybeat-schedule", lazy=True)
scheduler.setup_schedule()
for entry in scheduler.schedule.values():
    entry.last_run_at = app.now() - datetime.timedelta(hours=2)
scheduler.close()
""",
        )
    },
)
"""The real beat, whose schedule file says that the hourly check was last sent two hours ago."""
