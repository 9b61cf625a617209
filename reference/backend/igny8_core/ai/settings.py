"""Which model an operation of an account uses: the account's choice, else the installation's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.auth.models import Account
from igny8_core.modules.system.models import AccountAISettings, GlobalIntegrationSettings


def get_model_config(function_name: str, account: Account) -> dict[str, Any]:
    """{model, max_tokens, temperature} for a text function; today the same for all of them."""
    shared = GlobalIntegrationSettings.get_instance()
    own = AccountAISettings.for_account(account)
    model = own.text_model or shared.openai_model or ModelRegistry.get_default_model("text")
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
    model, provider = own.image_model, ""
    if model:
        provider = image_provider(model)
    else:
        provider = shared.default_image_service
        model = shared.dalle_model if provider == "openai" else shared.runware_model
    own_count = own.max_in_article_images
    return ImageConfig(
        model=model or ModelRegistry.get_default_model("image"),
        provider=provider,
        style=own.image_style or shared.image_style,
        max_in_article=shared.max_in_article_images if own_count is None else own_count,
    )


def image_provider(model: str) -> str:
    """Who draws a model: as AIModelConfig says, else by the lists of choices."""
    if provider := ModelRegistry.get_provider(model):
        return provider
    dalle = {name for name, _ in GlobalIntegrationSettings.DALLE_MODEL_CHOICES}
    return "openai" if model in dalle else "runware"
