"""Automation page: runs and their schedule."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.dispatch import queue_errors
from igny8_core.api.exceptions import Conflict, ServiceUnavailable
from igny8_core.api.responses import ok
from igny8_core.api.views import TenantListView, TenantView
from igny8_core.auth.models import Site
from igny8_core.business.automation.models import AutomationConfig, AutomationRun, all_stages
from igny8_core.business.automation.services import lifecycle
from igny8_core.business.automation.services.schedule import next_slot
from igny8_core.business.automation.tasks import resume_paused_automation, run_automation_task


class RunSerializer(serializers.ModelSerializer):
    class Meta:
        model = AutomationRun
        fields = [
            "run_id",
            "site_id",
            "trigger",
            "status",
            "stages",
            "current_stage",
            "pending_image_jobs",
            "stage_results",
            "total_credits_used",
            "error",
            "started_at",
            "completed_at",
        ]


class ConfigSerializer(serializers.ModelSerializer):
    stages = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=7), allow_empty=False)

    class Meta:
        model = AutomationConfig
        fields = [
            "site_id",
            "is_enabled",
            "frequency",
            "scheduled_time",
            "stages",
            "max_keywords",
            "max_clusters",
            "max_ideas",
            "max_tasks",
            "max_contents",
            "max_images",
            "next_run_at",
            "last_run_at",
        ]
        read_only_fields = ["next_run_at", "last_run_at"]

    def validate_stages(self, value: list[int]) -> list[int]:
        return sorted(set(value))


class RunList(TenantListView):
    queryset = AutomationRun.objects.all()
    serializer_class = RunSerializer


class _StartView(TenantView):
    def start(self, stages: list[int]) -> Response:
        site = self.own(Site, self.body().get("site_id"), "site_id")
        if not site.is_active:
            raise PermissionDenied("The site is not active.")
        try:
            run = lifecycle.start_run(site, AutomationRun.Trigger.MANUAL, stages)
        except lifecycle.RunActiveError:
            raise Conflict("The site has an active automation run.") from None
        try:
            with queue_errors():
                run_automation_task.delay(run.run_id)
        except ServiceUnavailable:
            lifecycle.fail(run.pk, "The run could not be queued.")
            raise
        return ok({"run_id": run.run_id, "status": run.status, "stages": run.stages}, status=202)


class RunNow(_StartView):
    """The "Run Now" button: the stages that the site's configuration names."""

    def post(self, request: Request) -> Response:
        site = self.own(Site, self.body().get("site_id"), "site_id")
        config = AutomationConfig.objects.filter(site=site).first()
        return self.start(config.stages if config else all_stages())


class RunStage(_StartView):
    """Run one stage only."""

    def post(self, request: Request) -> Response:
        stage = self.body().get("stage")
        if type(stage) is not int or stage not in all_stages():
            raise ValidationError({"stage": ["A stage from 1 to 7 is required."]})
        return self.start([stage])


class _RunView(TenantView):
    def run(self) -> AutomationRun:
        run_id = self.body().get("run_id")
        if not isinstance(run_id, str) or not run_id:
            raise ValidationError({"run_id": ["A run_id is required."]})
        found = self.owned(AutomationRun.objects.filter(run_id=run_id)).first()
        if found is None:
            raise NotFound("There is no such automation run.")
        return found


class Pause(_RunView):
    """Stop a run at its next batch."""

    def post(self, request: Request) -> Response:
        run = self.run()
        if not lifecycle.pause(run.pk):
            raise Conflict("The run is not running.")
        return ok({"run_id": run.run_id, "status": AutomationRun.Status.PAUSED})


class Resume(_RunView):
    """Let a paused run go on."""

    def post(self, request: Request) -> Response:
        run = self.run()
        if run.status != AutomationRun.Status.PAUSED:
            raise Conflict("The run is not paused.")
        with queue_errors():
            resume_paused_automation.delay(run.run_id)
        return ok({"run_id": run.run_id, "status": "resuming"}, status=202)


class Config(TenantView):
    """The schedule of ?site_id=; a site that has none yet shows the defaults."""

    def get(self, request: Request) -> Response:
        return ok(ConfigSerializer(self._config()).data)

    def put(self, request: Request) -> Response:
        config = self._config()
        before = self._schedule(config)
        serializer = ConfigSerializer(config, data=self.body(), partial=True)
        serializer.is_valid(raise_exception=True)
        config = serializer.save()
        if not config.is_enabled:
            config.next_run_at = None
        elif before != self._schedule(config) or config.next_run_at is None:
            config.next_run_at = None
            config.next_run_at = next_slot(config, timezone.now())
        config.save()
        return ok(ConfigSerializer(config).data)

    def _config(self) -> AutomationConfig:
        site = self.own(Site, self.request.query_params.get("site_id"), "site_id")
        found = AutomationConfig.objects.filter(site=site).first()
        return found or AutomationConfig(site=site, account=self.account)

    @staticmethod
    def _schedule(config: AutomationConfig) -> tuple[Any, ...]:
        return config.is_enabled, config.frequency, config.scheduled_time
