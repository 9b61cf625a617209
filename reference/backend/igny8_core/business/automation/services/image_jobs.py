"""The end of stage 6: the last image job of a run sends the run on to stage 7."""

from __future__ import annotations

import logging
from typing import Any

from igny8_core.business.automation.models import AutomationRun
from igny8_core.business.automation.services import lifecycle

logger = logging.getLogger(__name__)

IMAGE_STAGE = 6


def image_job_finished(run_id: str, result: dict[str, Any]) -> None:
    """Count a job's result into its run; after the last one, dispatch the rest of a run that is still running."""
    found = AutomationRun.objects.filter(run_id=run_id).first()
    if found is None:
        return
    with lifecycle.locked(found.pk) as run:
        add_result(run, IMAGE_STAGE, result)
        run.pending_image_jobs = max(0, run.pending_image_jobs - 1)
        last = run.pending_image_jobs == 0
        if last:
            run.stage_results[str(IMAGE_STAGE)]["status"] = "completed"
        go_on = last and run.status == AutomationRun.Status.RUNNING
    if go_on:
        from igny8_core.business.automation.tasks import run_automation_task

        run_automation_task.delay(run_id, from_stage=IMAGE_STAGE + 1)


def add_result(run: AutomationRun, stage: int, result: dict[str, Any]) -> None:
    """Add a batch's result to the stage and to the run's total."""
    entry = run.stage_results.setdefault(str(stage), new_entry())
    for key in ("processed", "failed", "credits_used"):
        entry[key] += result[key]
    entry["errors"].extend(result["errors"])
    run.total_credits_used += result["credits_used"]


def new_entry() -> dict[str, Any]:
    return {"status": "running", "processed": 0, "failed": 0, "credits_used": 0, "errors": []}
