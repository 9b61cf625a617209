"""OpenAI over plain HTTP: chat completions and DALL-E."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from igny8_core.ai.constants import OPENAI_CHAT_URL, OPENAI_IMAGES_URL
from igny8_core.ai.exceptions import AIProviderError, ProviderErrorCode
from igny8_core.ai.transport import post_json

PROVIDER = "openai"


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    text: str
    input_tokens: int
    output_tokens: int


def chat(api_key: str, body: dict[str, Any]) -> ChatAnswer:
    """One completion. A refusal, a filtered or a cut answer is an error."""
    status, data = post_json(PROVIDER, OPENAI_CHAT_URL, api_key, body)
    if status != 200:
        raise error_from(status, data)
    try:
        choice = data["choices"][0]
        message = choice["message"]
        usage = data["usage"]
        answer = ChatAnswer(message["content"] or "", int(usage["prompt_tokens"]), int(usage["completion_tokens"]))
    except (KeyError, IndexError, TypeError, ValueError):
        raise AIProviderError("malformed", "The completion lacks its message or its usage.", PROVIDER) from None
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        raise AIProviderError("refused", message.get("refusal") or "The answer was filtered.", PROVIDER)
    if choice.get("finish_reason") == "length":
        raise AIProviderError("malformed", "The answer was cut at the token limit.", PROVIDER)
    return answer


def draw(api_key: str, model: str, prompt: str, size: tuple[int, int]) -> str:
    """One image; its URL, which OpenAI keeps for an hour."""
    body = {
        "model": model,
        "prompt": prompt,
        "n": 1,
        "size": f"{size[0]}x{size[1]}",
        "quality": "standard",
        "response_format": "url",
    }
    status, data = post_json(PROVIDER, OPENAI_IMAGES_URL, api_key, body)
    if status != 200:
        raise error_from(status, data)
    try:
        url = data["data"][0]["url"]
    except (KeyError, IndexError, TypeError):
        url = None
    if not isinstance(url, str) or not url:
        raise AIProviderError("malformed", "The answer holds no image URL.", PROVIDER)
    return url


def error_from(status: int, body: Any) -> AIProviderError:
    """OpenAI's {"error": {message, type, code}} as ours."""
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    message = str(error.get("message") or f"HTTP {status}")
    return AIProviderError(_code(status, str(error.get("code") or ""), str(error.get("type") or "")), message, PROVIDER)


def _code(status: int, code: str, kind: str) -> ProviderErrorCode:
    if status in (401, 403):
        return "auth"
    if status == 429:
        return "quota" if "insufficient_quota" in (code, kind) else "rate_limit"
    if status == 408:
        return "timeout"
    if status >= 500:
        return "server"
    if code in ("content_policy_violation", "moderation_blocked"):
        return "refused"
    return "bad_request" if 400 <= status < 500 else "malformed"
