"""When a site's pipeline runs, and what each run did."""

from __future__ import annotations

import datetime
import uuid

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now

from igny8_core import columns
from igny8_core.auth.models import Site, TenantModel


def all_stages() -> list[int]:
    return [1, 2, 3, 4, 5, 6, 7]


def new_run_id() -> str:
    return str(uuid.uuid4())


class AutomationConfig(TenantModel):
    """A site's schedule, which stages it runs, and how much each takes at most."""

    class Frequency(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"
        MONTHLY = "monthly"

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="automation_config")
    is_enabled = columns.flag(False)
    frequency = columns.choice(Frequency, Frequency.DAILY)
    scheduled_time = models.TimeField(default=datetime.time(2, 0), db_default=Value("02:00", models.TimeField()))
    stages = models.JSONField(default=all_stages, db_default=Value([1, 2, 3, 4, 5, 6, 7], models.JSONField()))
    max_keywords = columns.positive(50)
    max_clusters = columns.positive(10)
    max_ideas = columns.positive(20)
    max_tasks = columns.positive(10)
    max_contents = columns.positive(10)
    max_images = columns.positive(40)
    next_run_at = models.DateTimeField(null=True, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "igny8_automation_configs"


class AutomationRun(TenantModel):
    """One pass of a site through its stages.

    `stage_results` has one entry a stage, keyed by its number: {status, processed, failed, credits_used, errors} and,
    while it is unfinished, `pending`: the batches of ids that are still to be done.
    """

    class Trigger(models.TextChoices):
        MANUAL = "manual"
        SCHEDULED = "scheduled"

    class Status(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        COMPLETED = "completed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    ACTIVE = (Status.RUNNING, Status.PAUSED)

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="automation_runs")
    run_id = models.CharField(max_length=36, unique=True, default=new_run_id)
    trigger = columns.choice(Trigger, Trigger.MANUAL)
    status = columns.choice(Status, Status.RUNNING)
    stages = models.JSONField(default=all_stages, db_default=Value([1, 2, 3, 4, 5, 6, 7], models.JSONField()))
    current_stage = columns.integer()
    pending_image_jobs = columns.integer()
    stage_results = columns.json_dict()
    total_credits_used = columns.integer()
    error = columns.text()
    started_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "igny8_automation_runs"
        constraints = [
            models.UniqueConstraint(
                fields=["site"], condition=Q(status__in=["running", "paused"]), name="one_active_run_a_site"
            ),
        ]
