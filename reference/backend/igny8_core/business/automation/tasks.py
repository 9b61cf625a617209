"""The Celery tasks of automation."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from igny8_core.business.automation.models import AutomationRun
from igny8_core.business.automation.services import lifecycle
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.business.automation.services.schedule import claim_due_runs

logger = logging.getLogger(__name__)


@shared_task(name="automation.check_scheduled_automations")
def check_scheduled_automations() -> dict[str, Any]:
    """Start a run for every site that is due. Beat sends this each hour."""
    runs = claim_due_runs(timezone.now())
    for run in runs:
        run_automation_task.delay(run.run_id)
    logger.info("scheduled automations: %d started", len(runs))
    return {"started": [run.run_id for run in runs]}


@shared_task(name="automation.run_automation_task")
def run_automation_task(run_id: str, from_stage: int = 1) -> dict[str, Any]:
    """Carry a run from a stage on."""
    run = AutomationRun.objects.select_related("site", "account").filter(run_id=run_id).first()
    if run is None:
        logger.error("automation run %s does not exist", run_id)
        return {"run_id": run_id, "status": "not_found"}
    return AutomationService(run).run_automation(from_stage)


@shared_task(name="automation.resume_paused_automation")
def resume_paused_automation(run_id: str) -> dict[str, Any]:
    """Set a paused run going again, where it stopped."""
    run = AutomationRun.objects.select_related("site", "account").filter(run_id=run_id).first()
    if run is None:
        logger.error("automation run %s does not exist", run_id)
        return {"run_id": run_id, "status": "not_found"}
    if not lifecycle.resume(run.pk):
        logger.info("automation run %s is not paused", run_id)
        return {"run_id": run_id, "status": run.status}
    return AutomationService(run).run_automation()
