"""What the settings page chooses from: the models of the database, and the image settings that hold."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.ai.settings import get_image_config
from igny8_core.api.responses import ok
from igny8_core.api.views import TenantView
from igny8_core.business.billing.models import AIModelConfig

SHARED = ["model_name", "display_name", "provider", "is_default"]


class TextModelSerializer(serializers.ModelSerializer):
    """Costs in USD per 1M tokens. A null rate means: the operation's."""

    class Meta:
        model = AIModelConfig
        fields = [*SHARED, "max_tokens", "tokens_per_credit", "input_cost_per_1m", "output_cost_per_1m"]


class ImageModelSerializer(serializers.ModelSerializer):
    """The cost is in USD an image. A null price means: the operation's minimum."""

    class Meta:
        model = AIModelConfig
        fields = [*SHARED, "quality_tier", "credits_per_image", "cost_per_image", "valid_sizes"]


class AIModels(TenantView):
    """The active models in their order, and the caller's image settings. No keys."""

    def get(self, request: Request) -> Response:
        rows = list(AIModelConfig.objects.filter(is_active=True).order_by("sort_order", "model_name"))
        text = [row for row in rows if row.model_type == AIModelConfig.ModelType.TEXT]
        image = [row for row in rows if row.model_type == AIModelConfig.ModelType.IMAGE]
        return ok(
            {
                "text_models": TextModelSerializer(text, many=True).data,
                "image_models": ImageModelSerializer(image, many=True).data,
                "image_settings": self._image_settings(),
            }
        )

    def _image_settings(self) -> dict[str, Any]:
        """What the caller's images are drawn with: the account's own choices, else the installation's."""
        config = get_image_config(self.account)
        return {
            "image_model": config.model or None,
            "image_provider": config.provider or None,
            "image_style": config.style,
            "max_in_article_images": config.max_in_article,
        }
