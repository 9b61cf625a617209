"""Which models there are and what they cost us: the database first, then the compiled-in rates."""

from __future__ import annotations

import logging
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from igny8_core.ai.constants import IMAGE_MODEL_RATES, MODEL_RATES
from igny8_core.business.billing.models import AIModelConfig

logger = logging.getLogger(__name__)

DEFAULT_TEXT_MODEL = "gpt-5.1"
DEFAULT_IMAGE_MODEL = "runware:97@1"

MICRO_USD = Decimal("0.000001")


class ModelRegistry:
    """Look-ups by model name."""

    @classmethod
    def get_model(cls, model_id: str) -> AIModelConfig | dict[str, Any] | None:
        """The active AIModelConfig; else a dict with the same keys from the constants; else None."""
        model = AIModelConfig.objects.filter(model_name=model_id, is_active=True).first()
        return model or cls._from_constants(model_id)

    @classmethod
    def get_default_model(cls, model_type: str = "text") -> str:
        """The name of the model to use when nothing else says which."""
        return DEFAULT_IMAGE_MODEL if model_type == "image" else DEFAULT_TEXT_MODEL

    @classmethod
    def get_default_model_NEW(cls, model_type: str = "text") -> AIModelConfig | None:
        """The active model that AIModelConfig marks as default; the first in order, should there be several."""
        defaults = AIModelConfig.objects.filter(model_type=model_type, is_default=True, is_active=True)
        return defaults.order_by("sort_order", "model_name").first()

    @classmethod
    def get_provider(cls, model_id: str) -> str | None:
        return cls._value(cls.get_model(model_id), "provider")

    @classmethod
    def get_max_tokens(cls, model_id: str) -> int | None:
        return cls._value(cls.get_model(model_id), "max_tokens")

    @classmethod
    def calculate_cost(
        cls, model_id: str, input_tokens: int = 0, output_tokens: int = 0, num_images: int = 0
    ) -> Decimal:
        """What the provider takes, in USD to six decimals; 0, with a warning, for a model nobody knows."""
        model = cls.get_model(model_id)
        if model is None:
            logger.warning("no price is known for model %s: its cost is logged as 0", model_id)
            return Decimal(0)
        per_image = cls._value(model, "cost_per_image") or Decimal(0)
        per_input = cls._value(model, "input_cost_per_1m") or Decimal(0)
        per_output = cls._value(model, "output_cost_per_1m") or Decimal(0)
        cost = per_image * num_images + (per_input * input_tokens + per_output * output_tokens) / 1_000_000
        return cost.quantize(MICRO_USD, ROUND_HALF_UP)

    @staticmethod
    def _from_constants(model_id: str) -> dict[str, Any] | None:
        if rates := MODEL_RATES.get(model_id):
            return {
                "model_name": model_id,
                "model_type": "text",
                "provider": "openai",
                "input_cost_per_1m": rates["input"],
                "output_cost_per_1m": rates["output"],
            }
        if (rate := IMAGE_MODEL_RATES.get(model_id)) is not None:
            return {
                "model_name": model_id,
                "model_type": "image",
                "provider": "runware" if "@" in model_id else "openai",
                "cost_per_image": rate,
            }
        return None

    @staticmethod
    def _value(model: AIModelConfig | dict[str, Any] | None, key: str) -> Any:
        return model.get(key) if isinstance(model, dict) else getattr(model, key, None)
