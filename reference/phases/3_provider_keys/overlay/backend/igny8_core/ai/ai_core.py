"""The two calls that cost money: a chat completion and an image."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from decimal import Decimal

from django.db import DatabaseError

from igny8_core.ai import openai_client, runware_client
from igny8_core.ai.constants import DEFAULT_IMAGE_SIZE, IMAGE_MODEL_RATES, IMAGE_SIZES, MAX_PROMPT_CHARS
from igny8_core.ai.exceptions import AIProviderError
from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.ai.prompts import Prompt
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.modules.system.global_settings_models import GlobalIntegrationSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AIResult:
    """A text answer with what it took."""

    text: str
    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class ImageResult:
    """A drawn image with what it took."""

    url: str
    model: str
    provider: str
    cost_usd: Decimal


class AICore:
    """Calls providers with the installation's keys, on behalf of an account."""

    def __init__(self, account: Account | None = None) -> None:
        self.account = account
        self._openai_api_key: str | None = None
        self._runware_api_key: str | None = None
        self._load_account_settings()

    def _load_account_settings(self) -> None:
        """Load the API keys."""
        self._openai_api_key = self._load_key("openai", "OpenAI")
        self._runware_api_key = self._load_key("runware", "Runware")

    @staticmethod
    def _load_key(provider_id: str, label: str) -> str | None:
        """The key of the active IntegrationProvider; where that has none, GlobalIntegrationSettings'."""
        try:
            provider = IntegrationProvider.objects.filter(provider_id=provider_id, is_active=True).first()
        except DatabaseError:
            logger.exception("IntegrationProvider cannot be read")
            provider = None
        if provider and provider.api_key:
            logger.info("[MIGRATION] Loaded %s key from IntegrationProvider", label)
            return provider.api_key
        key = getattr(GlobalIntegrationSettings.get_instance(), f"{provider_id}_api_key")
        if key:
            logger.info("[MIGRATION] Loaded %s key from GlobalIntegrationSettings (fallback)", label)
        return key or None

    def get_api_key(self, provider: str) -> str | None:
        return {"openai": self._openai_api_key, "runware": self._runware_api_key}.get(provider)

    def run_ai_request(self, prompt: Prompt, model: str, max_tokens: int, temperature: float) -> AIResult:
        """Ask a chat model for one JSON object."""
        body = {
            "model": model,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            "max_completion_tokens": max_tokens,
            "temperature": temperature,
            "response_format": {"type": "json_object"},
        }
        answer = openai_client.chat(self._require_key("openai"), body)
        cost = ModelRegistry.calculate_cost(model, input_tokens=answer.input_tokens, output_tokens=answer.output_tokens)
        logger.info("openai %s answered: tokens %d+%d, $%s", model, answer.input_tokens, answer.output_tokens, cost)
        return AIResult(answer.text, model, answer.input_tokens, answer.output_tokens, cost)

    def generate_image(self, prompt: str, model: str, provider: str, image_type: str = "in_article") -> ImageResult:
        """Draw one image."""
        size = IMAGE_SIZES.get(model, {}).get(image_type, DEFAULT_IMAGE_SIZE)
        key = self._require_key(provider)
        text = prompt[: MAX_PROMPT_CHARS.get(provider, 3000)]
        draw = openai_client.draw if provider == "openai" else runware_client.draw
        url = draw(key, model, text, size)
        cost = ModelRegistry.calculate_cost(model, num_images=1) or IMAGE_MODEL_RATES.get(model, Decimal(0))
        logger.info("%s %s drew a %s image, $%s", provider, model, image_type, cost)
        return ImageResult(url, model, provider, cost)

    def _require_key(self, provider: str) -> str:
        key = self.get_api_key(provider)
        if not key:
            raise AIProviderError("auth", f"No API key is configured for {provider}.", provider)
        return key
