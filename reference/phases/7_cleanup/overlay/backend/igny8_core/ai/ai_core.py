"""The two calls that cost money: a chat completion and an image."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from decimal import Decimal

from igny8_core.ai import openai_client, runware_client
from igny8_core.ai.constants import DEFAULT_IMAGE_SIZE, IMAGE_SIZES, MAX_PROMPT_CHARS
from igny8_core.ai.exceptions import AIProviderError
from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.ai.prompts import Prompt
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import IntegrationProvider

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
        self._api_keys: dict[str, str] = {}
        self._load_account_settings()

    def _load_account_settings(self) -> None:
        """Load the API keys of the active providers."""
        providers = IntegrationProvider.objects.filter(is_active=True).exclude(api_key="")
        self._api_keys = dict(providers.values_list("provider_id", "api_key"))

    def get_api_key(self, provider: str) -> str | None:
        return self._api_keys.get(provider)

    def run_ai_request(self, prompt: Prompt, model: str, max_tokens: int, temperature: float) -> AIResult:
        """Ask a chat model for one JSON object."""
        self._require_model(model, "text")
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
        self._require_model(model, "image")
        size = IMAGE_SIZES.get(model, {}).get(image_type, DEFAULT_IMAGE_SIZE)
        key = self._require_key(provider)
        text = prompt[: MAX_PROMPT_CHARS.get(provider, 3000)]
        draw = openai_client.draw if provider == "openai" else runware_client.draw
        url = draw(key, model, text, size)
        cost = ModelRegistry.calculate_cost(model, num_images=1)
        logger.info("%s %s drew a %s image, $%s", provider, model, image_type, cost)
        return ImageResult(url, model, provider, cost)

    @staticmethod
    def _require_model(model: str, model_type: str) -> None:
        if not model:
            raise AIProviderError("bad_request", f"No {model_type} model is active and marked as default.")

    def _require_key(self, provider: str) -> str:
        key = self.get_api_key(provider)
        if not key:
            raise AIProviderError("auth", f"No API key is configured for {provider}.", provider)
        return key
