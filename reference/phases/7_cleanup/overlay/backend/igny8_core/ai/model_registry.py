"""Which models there are and what they cost us, by the database alone."""

from __future__ import annotations

import logging
from decimal import ROUND_HALF_UP, Decimal

from igny8_core.business.billing.models import AIModelConfig

logger = logging.getLogger(__name__)

MICRO_USD = Decimal("0.000001")


class ModelRegistry:
    """Look-ups by model name. What is not active is not there."""

    @classmethod
    def get_model(cls, model_id: str) -> AIModelConfig | None:
        return AIModelConfig.objects.filter(model_name=model_id, is_active=True).first()

    @classmethod
    def get_default_model(cls, model_type: str = "text") -> str:
        """The name of the active model that is marked as default, the first in order; "" if there is none."""
        defaults = AIModelConfig.objects.filter(model_type=model_type, is_default=True, is_active=True)
        model = defaults.order_by("sort_order", "model_name").first()
        return model.model_name if model else ""

    @classmethod
    def get_provider(cls, model_id: str) -> str | None:
        model = cls.get_model(model_id)
        return model.provider if model else None

    @classmethod
    def get_max_tokens(cls, model_id: str) -> int | None:
        model = cls.get_model(model_id)
        return model.max_tokens if model else None

    @classmethod
    def calculate_cost(
        cls, model_id: str, input_tokens: int = 0, output_tokens: int = 0, num_images: int = 0
    ) -> Decimal:
        """What the provider takes, in USD to six decimals; 0, with a warning, for a model that is not there."""
        model = cls.get_model(model_id)
        if model is None:
            logger.warning("no price is known for model %s: its cost is logged as 0", model_id)
            return Decimal(0)
        per_image = model.cost_per_image or Decimal(0)
        per_input = model.input_cost_per_1m or Decimal(0)
        per_output = model.output_cost_per_1m or Decimal(0)
        cost = per_image * num_images + (per_input * input_tokens + per_output * output_tokens) / 1_000_000
        return cost.quantize(MICRO_USD, ROUND_HALF_UP)
