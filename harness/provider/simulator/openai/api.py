"""A host that speaks OpenAI's API: who may ask, for which endpoint, and what the envelope of every answer looks like.

Source of shapes: real recordings (see docs/simulator.md) and facts on error types and codes. Other hosts have the same
endpoints below other paths (a prefix, /openai/deployments/NAME), and none of OpenAI's own headers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.core.cassette import RecordedResponse
from harness.provider.simulator import tokens
from harness.provider.simulator.answers import Answers
from harness.provider.simulator.openai import chat, embeddings, images, models, responses
from harness.provider.simulator.openai.errors import Refused
from harness.provider.simulator.wire import Asked, cloudflare, http_date, pretty, respond

ENDPOINTS = {
    "chat/completions": chat.answer,
    "responses": responses.answer,
    "embeddings": embeddings.answer,
    "images/generations": images.answer,
}
_ENDPOINT = re.compile(rf"(?:/[^/]+)*?/({'|'.join(ENDPOINTS)})/?")
LIMIT_REQUESTS, LIMIT_TOKENS = 10_000, 2_000_000


def answer(asked: Asked, answers: Answers) -> RecordedResponse | None:
    """None: an endpoint that is not simulated."""
    found = _ENDPOINT.fullmatch(asked.path)
    if found is None:
        return None
    try:
        check_key(asked)
        if asked.method != "POST":
            raise Refused(405, f"Not allowed to {asked.method} on {asked.path}.", code="method_not_supported")
        if not isinstance(asked.json, dict):
            raise Refused(400, "The body of the request is not a JSON object.")
        content_type, body, headers = ENDPOINTS[found.group(1)](asked, answers)
    except Refused as refused:
        return respond(refused.status, pretty(refused.body), {**_headers(asked, refused.status), **refused.headers})
    return respond(200, body, {**_headers(asked, 200), "Content-Type": content_type, **headers})


def check_key(asked: Asked) -> None:
    """Raise the refusal that a missing, revoked or unfunded key gets. Other hosts may ask for none."""
    key = asked.bearer
    if not key and models.is_openai(asked):
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
    content_type = "application/json" if status in (200, 400) else "application/json; charset=utf-8"
    mark = f"req_{chance.text(32, '0123456789abcdef')}"
    if not models.is_openai(asked):
        return {"Content-Type": content_type, "Date": http_date(asked.created_s), "x-request-id": mark}
    headers: dict[str, Any] = {"Content-Type": content_type, **cloudflare(asked), "x-request-id": mark}
    if status in (401, 404):  # seen in recordings: these are answered before an organization is known to the edge
        return {**headers, "vary": "Origin"}
    headers |= {
        "access-control-expose-headers": "X-Request-ID",
        "openai-organization": "org-simulated",
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
