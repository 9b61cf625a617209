"""Runware over plain HTTP: one imageInference task a request."""

from __future__ import annotations

import uuid
from typing import Any

from igny8_core.ai.constants import RUNWARE_MODEL_PARAMETERS, RUNWARE_URL
from igny8_core.ai.exceptions import AIProviderError, ProviderErrorCode
from igny8_core.ai.transport import post_json

PROVIDER = "runware"


def draw(api_key: str, model: str, prompt: str, size: tuple[int, int]) -> str:
    """One image; its URL."""
    task = {
        "taskType": "imageInference",
        "taskUUID": str(uuid.uuid4()),
        "model": model,
        "positivePrompt": prompt,
        "width": size[0],
        "height": size[1],
        "numberResults": 1,
        "outputType": "URL",
        "outputFormat": "WEBP",
        "includeCost": True,
        **RUNWARE_MODEL_PARAMETERS.get(model, {}),
    }
    status, body = post_json(PROVIDER, RUNWARE_URL, api_key, [task])
    answer = body if isinstance(body, dict) else {}
    for item in answer.get("data") or []:
        if isinstance(item, dict) and item.get("taskUUID") == task["taskUUID"] and item.get("imageURL"):
            return item["imageURL"]
    errors = [e for e in answer.get("errors") or [] if isinstance(e, dict)]
    if errors or status != 200:
        raise error_from(status, errors[0] if errors else {})
    raise AIProviderError("malformed", "The answer holds no image of our task.", PROVIDER)


def error_from(status: int, error: dict[str, Any]) -> AIProviderError:
    """A member of Runware's `errors` as ours."""
    message = str(error.get("message") or f"HTTP {status}")
    return AIProviderError(_code(status, str(error.get("code") or "").lower()), message, PROVIDER)


def _code(status: int, code: str) -> ProviderErrorCode:
    """By category, not by exact name: Runware renames its codes."""
    if "apikey" in code or "auth" in code or status == 401:
        return "auth"
    if "credit" in code or status == 402:
        return "quota"
    if "ratelimit" in code or status == 429:
        return "rate_limit"
    if "policy" in code or "moderation" in code or "nsfw" in code:
        return "refused"
    if "timeout" in code:
        return "timeout"
    if "server" in code or status >= 500:
        return "server"
    return "bad_request"
