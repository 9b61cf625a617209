"""What a snapshot is: five sections, each with the plan's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FORMAT = 1

SECTIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "AIModelConfig": (
        ("model_name", "model_type", "provider", "is_active", "is_default", "cost_per_image", "input_cost_per_1m", "output_cost_per_1m"),
        "model_name",
    ),
    "CreditCostConfig": (("operation_type", "tokens_per_credit", "min_credits", "price_per_credit_usd"), "operation_type"),
    "GlobalIntegrationSettings": (
        ("openai_model", "openai_temperature", "openai_max_tokens", "default_text_provider", "dalle_model", "runware_model",
         "default_image_service", "image_style", "max_in_article_images", "has_openai_key", "has_runware_key"),
        "",
    ),
    "CreditUsageLog": (("operation_type", "credits_used", "model_used", "tokens_input", "tokens_output", "cost_usd"), ""),
    "Account": (("account_id", "name", "credits"), "account_id"),
}  # fmt: skip
"""Section -> (its fields as the plan lists them, the field that names a row; "" where rows are a sequence)."""

Document = Mapping[str, Any]
"""{"format": 1, "sections": [{"section", "absent": [field], "rows": [{field: value}]}]}, sections in the plan's order."""
