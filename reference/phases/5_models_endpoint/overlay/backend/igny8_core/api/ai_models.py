"""What the settings page chooses from: the models of the database, and the image settings that hold."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.ai.settings import get_image_config, get_model_config
from igny8_core.api.responses import failure, ok
from igny8_core.api.views import TenantView
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig

# No row has this key: an account that has chosen nothing.
NOBODY = Account(pk=0)

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
    """The active models in their order, one default of each type, and the caller's image settings. No keys."""

    def get(self, request: Request) -> Response:
        rows = list(AIModelConfig.objects.filter(is_active=True).order_by("sort_order", "model_name"))
        text = [row for row in rows if row.model_type == AIModelConfig.ModelType.TEXT]
        image = [row for row in rows if row.model_type == AIModelConfig.ModelType.IMAGE]
        for model_type, models in (("text", text), ("image", image)):
            default = _default(model_type, models)
            if default is None:
                return failure(
                    503,
                    "no_default_model",
                    f"No active {model_type} model is marked as default. An administrator has to mark one.",
                    {"model_type": model_type},
                )
            for row in models:
                row.is_default = row is default
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


def _default(model_type: str, models: list[AIModelConfig]) -> AIModelConfig | None:
    """The marked one. Of several: the one that is served and charged where an account chose nothing, else the first."""
    marked = [row for row in models if row.is_default]
    if len(marked) < 2:
        return marked[0] if marked else None
    if model_type == "image":
        served = get_image_config(NOBODY).model
    else:
        served = get_model_config("content_generation", NOBODY)["model"]
    return next((row for row in marked if row.model_name == served), marked[0])
