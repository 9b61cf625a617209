"""OpenAI, and every host that speaks its API: chat completions, responses, images; JSON and server-sent events.

An answer with status 200 is no success where it says so: an error in a key, a response that failed, was cancelled or is
incomplete, an error event after some text. A response that is queued or in progress is none yet.

Usage stands under "usage" (chat: prompt_tokens, completion_tokens; responses and images: input_tokens, output_tokens), in a
stream in its last chunk or in the response of its last event. Shapes: OpenAI's public API description.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.config import PUBLIC
from harness.provider.profiles.shape import (
    Profile,
    Reading,
    Refusal,
    asked_model,
    error_in,
    frames,
    is_stream,
    parse,
    retry_after,
)

_NO_SUCCESS = ("failed", "incomplete", "cancelled", "queued", "in_progress")
_FAILED_EVENTS = ("error", "response.failed", "response.incomplete", "response.cancelled", "response.error")
_DETAILS = (
    ("tokens_cached", ("prompt_tokens_details", "input_tokens_details"), "cached_tokens"),
    ("tokens_image_in", ("prompt_tokens_details", "input_tokens_details"), "image_tokens"),
    ("tokens_reasoning", ("completion_tokens_details", "output_tokens_details"), "reasoning_tokens"),
    ("tokens_image", ("completion_tokens_details", "output_tokens_details"), "image_tokens"),
)


def read(status: int, content_type: str, body: bytes, request: Any) -> Reading:
    asked = asked_model(request)
    if not 200 <= status < 400:
        return Reading(success=False, model=asked)
    if is_stream(content_type, body):
        return _streamed(body, asked)
    answer = parse(body)
    if not isinstance(answer, dict):
        return Reading(success=True, model=asked)
    model = answer.get("model")
    model = model if isinstance(model, str) else asked
    if _failed(answer):
        return Reading(success=False, model=model)
    return Reading(success=True, model=model, usage=_usage(answer.get("usage")), images=_drawn(answer))


def _streamed(body: bytes, asked: str) -> Reading:
    named = [(name, chunk if isinstance(chunk, dict) else {}) for name, chunk in frames(body)]
    inner = [chunk["response"] for _, chunk in named if isinstance(chunk.get("response"), dict)]
    chunks = [chunk for _, chunk in named]
    model = next((one["model"] for one in [*chunks, *inner] if isinstance(one.get("model"), str)), asked)
    if any(_failed_event(name, chunk) for name, chunk in named):
        return Reading(success=False, model=model)
    usages = [_usage(one.get("usage")) for one in [*chunks, *inner]]
    usage = next((found for found in reversed(usages) if found), None)
    drawn = sum(1 for chunk in chunks if str(chunk.get("type")).endswith(".completed") and "b64_json" in chunk)
    return Reading(success=True, model=model, usage=usage, images=drawn + sum(map(_drawn, inner[-1:])))


def _failed_event(name: str, chunk: Mapping[str, Any]) -> bool:
    if name in _FAILED_EVENTS or chunk.get("type") in _FAILED_EVENTS:
        return True
    return error_in(chunk) or error_in(chunk.get("response")) or _failed_choice(chunk)


def _failed(answer: Mapping[str, Any]) -> bool:
    return error_in(answer) or answer.get("status") in _NO_SUCCESS or _failed_choice(answer)


def _failed_choice(answer: Mapping[str, Any]) -> bool:
    """Gateways tell an upstream's error in the choice that it spoiled."""
    choices = answer.get("choices")
    several = [one for one in choices if isinstance(one, dict)] if isinstance(choices, list) else []
    return any(error_in(one) or one.get("finish_reason") == "error" for one in several)


def _drawn(answer: Mapping[str, Any]) -> int:
    """Images of an answer: items of `data`, and the calls of a response's image tool that gave one."""
    data, output = answer.get("data"), answer.get("output")
    items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    calls = [item for item in output if isinstance(item, dict)] if isinstance(output, list) else []
    tool = sum(1 for item in calls if item.get("type") == "image_generation_call" and item.get("result"))
    return tool + sum(1 for item in items if "url" in item or "b64_json" in item)


def _usage(found: Any) -> dict[str, int] | None:
    if not isinstance(found, dict):
        return None
    tokens_in = found.get("prompt_tokens", found.get("input_tokens"))
    tokens_out = found.get("completion_tokens", found.get("output_tokens"))
    if not isinstance(tokens_in, int) and not isinstance(tokens_out, int):
        return None
    usage = {"tokens_in": tokens_in or 0, "tokens_out": tokens_out or 0}
    for name, holders, key in _DETAILS:
        parts = [found[holder].get(key) for holder in holders if isinstance(found.get(holder), dict)]
        if parts and isinstance(parts[0], int) and parts[0] > 0:
            usage[name] = parts[0]
    return usage


RATE_HEADERS = {
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-limit-tokens": "30000",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-reset-tokens": "9.8s",
}

_FAULTS: dict[str, tuple[int, str, str | None, str]] = {
    # kind: status, type, code, message
    "http_400": (400, "invalid_request_error", None, "The request could not be understood."),
    "http_401": (
        401,
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
    ),
    "http_403": (
        403,
        "request_forbidden",
        "unsupported_country_region_territory",
        "Country, region, or territory not supported",
    ),
    "http_404": (
        404,
        "invalid_request_error",
        "model_not_found",
        "The model `{model}` does not exist or you do not have access to it.",
    ),
    "http_429": (
        429,
        "tokens",
        "rate_limit_exceeded",
        "Rate limit reached for {model} on tokens per min (TPM): Limit 30000, Used 29500, Requested 5400. "
        "Please try again in 9.8s. Visit https://platform.openai.com/account/rate-limits to learn more.",
    ),
    "insufficient_quota": (
        429,
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    "http_500": (500, "server_error", None, "The server had an error while processing your request. Sorry about that!"),
    "http_503": (503, "server_error", None, "The server is overloaded or not ready yet. Please try again later."),
    "content_policy": (
        400,
        "invalid_request_error",
        "content_policy_violation",
        "Your request was rejected as a result of our safety system.",
    ),
}


def refuse(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        error = {"message": args["message"], "type": "server_error", "param": None, "code": "harness_unmatched"}
        # the SDK's own retries would only repeat the refusal
        return Refusal(status=500, body={"error": error}, headers={"x-should-retry": "false"})
    status, kind_name, code, message = _FAULTS[kind]
    message = args.get("message") or message.format(model=asked_model(request) or "the model")
    headers = dict(RATE_HEADERS) if kind == "http_429" else {}
    headers |= retry_after(kind, args)
    param = "model" if kind == "http_404" and asked_model(request) else None
    return Refusal(
        status=status,
        headers=headers,
        body={"error": {"message": message, "type": kind_name, "param": param, "code": code}},
    )


OPENAI = Profile(name="openai", kind="openai", hosts=PUBLIC["openai"], refuse=refuse, read=read)
