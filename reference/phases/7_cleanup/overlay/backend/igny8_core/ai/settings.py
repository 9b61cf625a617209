"""Which model an operation of an account uses: the account's choice, else the default of AIModelConfig."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.auth.models import Account
from igny8_core.modules.system.models import AccountAISettings, GlobalIntegrationSettings

logger = logging.getLogger(__name__)


def get_model_config(function_name: str, account: Account) -> dict[str, Any]:
    """{model, max_tokens, temperature} for a text function; today the same for all of them."""
    shared = GlobalIntegrationSettings.get_instance()
    own = AccountAISettings.for_account(account)
    model = _choose(own.text_model, "text", account)
    limit = ModelRegistry.get_max_tokens(model)
    return {
        "model": model,
        "max_tokens": min(shared.openai_max_tokens, limit) if limit else shared.openai_max_tokens,
        "temperature": shared.openai_temperature if own.temperature is None else own.temperature,
    }


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """How an account's images are drawn."""

    model: str
    provider: str
    style: str
    max_in_article: int


def get_image_config(account: Account) -> ImageConfig:
    shared = GlobalIntegrationSettings.get_instance()
    own = AccountAISettings.for_account(account)
    model = _choose(own.image_model, "image", account)
    own_count = own.max_in_article_images
    return ImageConfig(
        model=model,
        provider=ModelRegistry.get_provider(model) or "",
        style=own.image_style or shared.image_style,
        max_in_article=shared.max_in_article_images if own_count is None else own_count,
    )


def _choose(own: str | None, model_type: str, account: Account) -> str:
    """The account's own model while it is active, else the default; "" if there is neither."""
    if own:
        model = ModelRegistry.get_model(own)
        if model and model.model_type == model_type:
            return own
        logger.warning("account %s: %s model %s is not available, the default is used", account.pk, model_type, own)
    return ModelRegistry.get_default_model(model_type)
