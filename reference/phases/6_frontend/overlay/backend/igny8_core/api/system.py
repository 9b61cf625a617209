"""Health, the state of queued work, and the account's AI settings."""

from __future__ import annotations

from typing import Any

from celery.result import AsyncResult
from django.db import DatabaseError, connection
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from igny8_core.ai.settings import get_image_config, get_model_config
from igny8_core.api.dispatch import belongs_to, queue_errors
from igny8_core.api.responses import failure, ok
from igny8_core.api.views import TenantView
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.models import AccountAISettings, GlobalIntegrationSettings

FORMER_CHOICES = {
    "text": GlobalIntegrationSettings.OPENAI_MODEL_CHOICES,
    "image": GlobalIntegrationSettings.DALLE_MODEL_CHOICES + GlobalIntegrationSettings.RUNWARE_MODEL_CHOICES,
}


class Health(APIView):
    """Open to everyone: whether the service and its database answer."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        try:
            connection.ensure_connection()
        except DatabaseError:
            return failure(503, "service_unavailable", "The database is not reachable.")
        return ok({"status": "ok"})


class TaskState(TenantView):
    """How a queued task of the caller's account fares. An id that was never queued is PENDING."""

    def get(self, request: Request, task_id: str) -> Response:
        if not belongs_to(task_id, self.account):
            raise NotFound("There is no such task.")
        with queue_errors():
            found = AsyncResult(task_id)
            state, value = found.state, found.result
        result = value if state == "SUCCESS" else None
        error = type(value).__name__ if state == "FAILURE" else None
        return ok({"task_id": task_id, "status": state, "result": result, "error": error})


class SettingsSerializer(serializers.ModelSerializer):
    """Overrides; null takes an override back."""

    max_in_article_images = serializers.IntegerField(min_value=0, max_value=10, allow_null=True)
    temperature = serializers.FloatField(min_value=0, max_value=2, allow_null=True)

    class Meta:
        model = AccountAISettings
        fields = ["text_model", "image_model", "image_style", "max_in_article_images", "temperature"]

    def get_fields(self) -> dict[str, serializers.Field]:
        return {
            **super().get_fields(),
            "text_model": serializers.ChoiceField(selectable("text"), allow_null=True),
            "image_model": serializers.ChoiceField(selectable("image"), allow_null=True),
        }


def selectable(model_type: str) -> list[str]:
    """The names that can be saved: those that /system/ai-models/ offers, and those that could be saved before."""
    offered = AIModelConfig.objects.filter(model_type=model_type, is_active=True).values_list("model_name", flat=True)
    return list(dict.fromkeys([*offered, *(name for name, _ in FORMER_CHOICES[model_type])]))


class AccountSettings(TenantView):
    """The account's overrides, and what holds with them."""

    def get(self, request: Request) -> Response:
        return ok(self._answer(AccountAISettings.for_account(self.account)))

    def put(self, request: Request) -> Response:
        own = AccountAISettings.for_account(self.account)
        serializer = SettingsSerializer(own, data=self.body(), partial=True)
        serializer.is_valid(raise_exception=True)
        return ok(self._answer(serializer.save()))

    def _answer(self, own: AccountAISettings) -> dict[str, Any]:
        text = get_model_config("content_generation", self.account)
        image = get_image_config(self.account)
        return {
            **SettingsSerializer(own).data,
            "effective": {
                "text_model": text["model"],
                "temperature": text["temperature"],
                "image_model": image.model,
                "image_provider": image.provider,
                "image_style": image.style,
                "max_in_article_images": image.max_in_article,
            },
        }
