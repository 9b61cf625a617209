"""api.openai.com: who may ask, for which route, and what the envelope of every answer looks like.

Source of shapes: real recordings (see docs/simulator.md) and facts on error types and codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.cassette import RecordedResponse
from harness.provider.simulator import tokens
from harness.provider.simulator.openai import chat, images
from harness.provider.simulator.openai.errors import Refused
from harness.provider.simulator.wire import Asked, cloudflare, pretty, respond

ROUTES = {"/v1/chat/completions": chat.answer, "/v1/images/generations": images.answer}
LIMIT_REQUESTS, LIMIT_TOKENS = 10_000, 2_000_000


def answer(asked: Asked) -> RecordedResponse:
    try:
        check_key(asked.bearer)
        route = ROUTES.get(asked.path)
        if route is None:
            raise Refused(404, f"Invalid URL ({asked.method} {asked.path})")
        if asked.method != "POST":
            raise Refused(405, f"Not allowed to {asked.method} on {asked.path}.", code="method_not_supported")
        if not isinstance(asked.json, dict):
            raise Refused(400, "The body of the request is not a JSON object.")
        content_type, body, headers = route(asked)
    except Refused as refused:
        return respond(refused.status, pretty(refused.body), {**_headers(asked, refused.status), **refused.headers})
    return respond(200, body, {**_headers(asked, 200), "Content-Type": content_type, **headers})


def check_key(key: str) -> None:
    """Raise the refusal that a missing, revoked or unfunded key gets."""
    if not key:
        raise Refused(401, "You didn't provide an API key. Send it in an Authorization header as a Bearer token.")
    if "revoked" in key:
        shown = f"{key[:5]}{'*' * 12}{key[-4:]}"
        raise Refused(
            401,
            f"Incorrect API key provided: {shown}. You can find your API key at https://platform.openai.com/account/api-keys.",
            code="invalid_api_key",
        )
    if "unfunded" in key:
        raise Refused(
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            kind="insufficient_quota",
            code="insufficient_quota",
        )


def _headers(asked: Asked, status: int) -> dict[str, Any]:
    chance = asked.chance.fork("headers")
    headers: dict[str, Any] = {
        "Content-Type": "application/json" if status in (200, 400) else "application/json; charset=utf-8",
        **cloudflare(asked),
        "x-request-id": f"req_{chance.text(32, '0123456789abcdef')}",
    }
    if status in (401, 404):  # seen in recordings: these are answered before an organization is known to the edge
        return {**headers, "vary": "Origin"}
    headers |= {
        "access-control-expose-headers": "X-Request-ID",
        "openai-organization": "igny8-simulated",
        "openai-processing-ms": str(chance.between(240, 9_500)),
        "openai-project": f"proj_{chance.text(24)}",
        "openai-version": "2020-10-01",
    }
    if status == 200 and asked.path == "/v1/chat/completions":
        headers |= _rate_limits(asked.json)
    return headers


def _rate_limits(body: Mapping[str, Any]) -> dict[str, str]:
    used = tokens.count_messages(body.get("messages") or [])
    return {
        "x-ratelimit-limit-requests": str(LIMIT_REQUESTS),
        "x-ratelimit-limit-tokens": str(LIMIT_TOKENS),
        "x-ratelimit-remaining-requests": str(LIMIT_REQUESTS - 1),
        "x-ratelimit-remaining-tokens": str(LIMIT_TOKENS - used),
        "x-ratelimit-reset-requests": "6ms",
        "x-ratelimit-reset-tokens": f"{used * 60_000 // LIMIT_TOKENS}ms",
    }
