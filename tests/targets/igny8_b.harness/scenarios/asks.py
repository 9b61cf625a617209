"""How each operation is asked for: by its button, as one stage of an automation run, by a schedule that is due, or as a service."""

from __future__ import annotations

from typing import Any

from harness.core.action import Action, Operation, call, post, task
from harness.core.scenario import Path, Ref, Row

STAGES = range(1, 8)
REFUSED = {"InsufficientCreditsError": 402}
"""What a service raises where its view would answer with this status."""


def config(**values: Any) -> Row:
    """The site's automation settings, without the pauses that spare a provider's rate limit."""
    return Row(
        model="automation.AutomationConfig",
        name="automation",
        values={
            "account": Ref("account"),
            "site": Ref("site"),
            "within_stage_delay": 0,
            "between_stage_delay": 0,
            **values,
        },
        asks=bool(values),
    )


def stage(number: int | None = None) -> Action:
    """Run now: one stage, or all of them."""
    body = {"site_id": "$site"} if number is None else {"site_id": "$site", "stage": number}
    return post("/api/v1/automation/run_now/", body, rows=(config(),))


def schedule(*numbers: int) -> Action:
    """The task that beat sends each hour, in the hour for which the site's automation is set; all stages unless some are named."""
    stages = {f"stage_{number}_enabled": number in (numbers or STAGES) for number in STAGES}
    return call(
        """
from django.utils import timezone
from igny8_core.business.automation import models, tasks
models.AutomationConfig.objects.filter(pk=$automation).update(scheduled_time=timezone.now().time())
tasks.check_scheduled_automations.delay()
""",
        rows=(config(is_enabled=True, **stages),),
    )


def ai(url: str, number: int, **also: str) -> dict[Path, Action]:
    """A button that takes ids, and the stage of the pipeline that does the same with all that waits."""
    return {
        Path.MANUAL: post(f"/api/v1/{url}/", {"ids": "$ids", **also}),
        Path.AUTOMATION: stage(number),
        Path.SCHEDULED: schedule(number),
    }


cluster = Operation(name="cluster keywords", by=ai("planner/keywords/auto_cluster", 1))
generate_ideas = Operation(name="generate ideas", by=ai("planner/clusters/auto_generate_ideas", 2))
create_tasks = Operation(name="create tasks", by=ai("planner/ideas/bulk_queue_to_writer", 3))
write = Operation(name="write articles", by=ai("writer/tasks/auto_generate_content", 4))
extract_prompts = Operation(name="extract image prompts", by=ai("writer/content/generate_image_prompts", 5))
draw = Operation(name="draw images", by=ai("writer/images/generate_images", 6, content_id="$content"))
run_all = Operation(name="run the pipeline", by={Path.AUTOMATION: stage(), Path.SCHEDULED: schedule()})
publish = Operation(
    name="publish",
    by={
        Path.MANUAL: post("/api/v1/writer/content/$content/publish/"),
        Path.AUTOMATION: stage(7),
        Path.SCHEDULED: task("publishing.process_approved_content"),
    },
)
link = Operation(
    name="link an article",
    by={
        Path.MANUAL: post("/api/v1/linker/process/", {"content_id": "$content"}),
        Path.DIRECT: call(
            "from igny8_core.business.linking.services.linker_service import LinkerService\n"
            "LinkerService().process($content)",
            refused=REFUSED,
        ),
    },
)
optimize = Operation(
    name="optimize an article",
    by={
        Path.MANUAL: post("/api/v1/optimizer/optimize/", {"content_id": "$content", "entry_point": "writer"}),
        Path.DIRECT: call(
            "from igny8_core.business.optimization.services.optimizer_service import OptimizerService\n"
            "OptimizerService().optimize_manual($content)",
            refused=REFUSED,
        ),
    },
)
replenish = Operation(name="replenish credits", by={Path.SCHEDULED: task("billing.replenish_monthly_credits")})
