"""What the fake knows of each provider, in one readable place.

openai      JSON and SSE; usage in the answer; images are counted; rate-limit headers
runware     an array of tasks; the client makes up taskUUID, so it is ignored in matching and echoed in the answer
wordpress   REST errors {code, message, data: {status}}; nothing here is paid for
other       any other host: plain JSON errors

The shapes come from OpenAI's public API description, Runware's documentation and WordPress core.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

UNMATCHED_HEADER = "x-harness-unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an answer says the provider did. `usage` is {"tokens_in", "tokens_out"}, None where it reports none."""

    success: bool
    model: str = ""
    usage: Mapping[str, int] | None = None
    images: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that the fake makes itself: a fault, or "no recording matches"."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One provider.

    volatile   JSON paths ("[].taskUUID") of fields that the client makes up: left out of the match key
    echo       (request path, answer paths): a volatile value of the request replaces the recorded one in the answer
    sockets    WebSocket host -> HTTPS URL whose recordings answer its messages
    composes   a batch may be answered from recordings of its single elements
    refuse     (kind, args, request JSON) -> Refusal; kinds are those of harness.provider.fake.faults, and "unmatched"
    read       (status, content type, body, request JSON) -> Reading
    """

    name: str
    hosts: tuple[str, ...]
    refuse: Callable[[str, Mapping[str, Any], Any], Refusal]
    read: Callable[[int, str, bytes, Any], Reading]
    volatile: tuple[str, ...] = ()
    echo: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sockets: Mapping[str, str] = field(default_factory=dict)
    composes: bool = False


def profile_for(host: str, path: str = "", declared: Mapping[str, str] | None = None) -> Profile:
    """The profile that `declared` (host -> provider name) or a known host names; a WordPress path; else `other`."""
    if declared and host in declared:
        return PROFILES.get(declared[host], OTHER)
    known = BY_HOST.get(host)
    if known is not None:
        return known
    return WORDPRESS if path.startswith("/wp-json") else OTHER


def parse(body: bytes) -> Any:
    """JSON of a body, or None."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def is_stream(content_type: str, body: bytes) -> bool:
    """Whether a body is server-sent events; some recorders write another content-type over them."""
    return "event-stream" in content_type or body.startswith(b"data:")


def events(body: bytes) -> list[Any]:
    """The JSON payloads of a server-sent event stream, in order; `[DONE]` and broken frames are left out."""
    found = []
    for line in body.splitlines():
        if line.startswith(b"data:"):
            payload = parse(line[5:].strip())
            if payload is not None:
                found.append(payload)
    return found


def asked_model(request: Any) -> str:
    """The model that a request names, of a batch the first; "" when it names none."""
    if isinstance(request, list):
        request = next((item for item in request if isinstance(item, dict) and item.get("model")), None)
    model = request.get("model") if isinstance(request, dict) else None
    return model if isinstance(model, str) else ""


def _usage(found: Any) -> dict[str, int] | None:
    if not isinstance(found, dict):
        return None
    tokens_in = found.get("prompt_tokens", found.get("input_tokens"))
    tokens_out = found.get("completion_tokens", found.get("output_tokens"))
    if not isinstance(tokens_in, int) and not isinstance(tokens_out, int):
        return None
    return {"tokens_in": tokens_in or 0, "tokens_out": tokens_out or 0}


def _read_openai(status: int, content_type: str, body: bytes, request: Any) -> Reading:
    asked = asked_model(request)
    if status >= 400:
        return Reading(success=False, model=asked)
    if is_stream(content_type, body):
        chunks = [chunk for chunk in events(body) if isinstance(chunk, dict)]
        usage = next((u for u in (_usage(chunk.get("usage")) for chunk in reversed(chunks)) if u), None)
        model = next((chunk["model"] for chunk in chunks if isinstance(chunk.get("model"), str)), asked)
        return Reading(success=True, model=model, usage=usage)
    answer = parse(body)
    if not isinstance(answer, dict):
        return Reading(success=True, model=asked)
    data = answer.get("data")
    drawn = 0
    if isinstance(data, list):
        drawn = sum(1 for item in data if isinstance(item, dict) and ("url" in item or "b64_json" in item))
    model = answer.get("model")
    return Reading(
        success=True,
        model=model if isinstance(model, str) else asked,
        usage=_usage(answer.get("usage")),
        images=drawn,
    )


RATE_HEADERS = {
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-limit-tokens": "30000",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-reset-tokens": "9.8s",
}

_OPENAI_FAULTS: dict[str, tuple[int, str, str | None, str]] = {
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


def _refuse_openai(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        error = {"message": args["message"], "type": "server_error", "param": None, "code": "harness_unmatched"}
        # the SDK's own retries would only repeat the refusal
        return Refusal(status=500, body={"error": error}, headers={"x-should-retry": "false"})
    status, kind_name, code, message = _OPENAI_FAULTS[kind]
    message = args.get("message") or message.format(model=asked_model(request) or "the model")
    headers = dict(RATE_HEADERS) if kind == "http_429" else {}
    headers.update(_retry_after(kind, args))
    param = "model" if kind == "http_404" and asked_model(request) else None
    return Refusal(
        status=status,
        headers=headers,
        body={"error": {"message": message, "type": kind_name, "param": param, "code": code}},
    )


def _retry_after(kind: str, args: Mapping[str, Any]) -> dict[str, str]:
    if kind == "http_429":
        return {"retry-after": str(args.get("retry_after_s", 10))}
    if "retry_after_s" in args:
        return {"retry-after": str(args["retry_after_s"])}
    return {}


_RUNWARE_FAULTS: dict[str, tuple[int, str, str]] = {
    "http_400": (400, "invalidRequest", "The request could not be understood."),
    "http_401": (401, "invalidApiKey", "Invalid API key. Get one at https://my.runware.ai/signup"),
    "http_403": (403, "forbidden", "This API key may not run this task."),
    "http_404": (404, "notFound", "The requested resource does not exist."),
    "http_429": (429, "rateLimitExceeded", "Too many requests. Please try again later."),
    "insufficient_quota": (402, "insufficientCredits", "Insufficient credits. Add credits to your account to go on."),
    "http_500": (500, "internalServerError", "An internal error occurred while processing the task."),
    "http_503": (503, "noAvailableServer", "No server is available for this task at the moment."),
    "content_policy": (
        400,
        "providerContentPolicyViolation",
        "The provider refused the task because of its content policy.",
    ),
}


def _tasks(request: Any) -> list[dict[str, Any]]:
    found = [task for task in request if isinstance(task, dict)] if isinstance(request, list) else []
    return [task for task in found if task.get("taskType") != "authentication"]


def _refuse_runware(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        status, code, message = 500, "harnessUnmatched", args["message"]
    else:
        status, code, message = _RUNWARE_FAULTS[kind]
        message = args.get("message") or message
    errors = []
    for task in _tasks(request) or [{}]:
        error: dict[str, Any] = {"code": code, "message": message}
        if kind == "content_policy":
            error["parameter"] = "positivePrompt"
        for name in ("taskType", "taskUUID"):
            if name in task:
                error[name] = task[name]
        errors.append(error)
    return Refusal(status=status, body={"errors": errors}, headers=_retry_after(kind, args))


def _read_runware(status: int, content_type: str, body: bytes, request: Any) -> Reading:
    model = asked_model(_tasks(request))
    answer = parse(body)
    data = answer.get("data") if isinstance(answer, dict) else None
    results = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    drawn = sum(1 for item in results if any(name.startswith("image") and name != "imageInference" for name in item))
    return Reading(success=status < 400 and bool(results), model=model, images=drawn)


_WORDPRESS_FAULTS: dict[str, tuple[int, str, str]] = {
    "http_400": (400, "rest_invalid_param", "Invalid parameter(s)."),
    "http_401": (401, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user."),
    "http_403": (403, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user."),
    "http_404": (404, "rest_no_route", "No route was found matching the URL and request method."),
    "http_429": (429, "too_many_requests", "Too many requests."),
    "insufficient_quota": (507, "insufficient_storage", "The site has no space left."),
    "http_500": (500, "db_insert_error", "Could not insert post into the database."),
    "http_503": (503, "wp_maintenance", "Briefly unavailable for scheduled maintenance. Check back in a minute."),
    "content_policy": (400, "rest_invalid_param", "Invalid parameter(s): content"),
}


def _refuse_wordpress(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        status, code, message = 500, "harness_unmatched", args["message"]
    else:
        status, code, message = _WORDPRESS_FAULTS[kind]
        message = args.get("message") or message
    body = {"code": code, "message": message, "data": {"status": status}}
    return Refusal(status=status, body=body, headers=_retry_after(kind, args))


def _read_plain(status: int, content_type: str, body: bytes, request: Any) -> Reading:
    return Reading(success=status < 400)


def _refuse_other(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        return Refusal(status=500, body={"error": args["message"]})
    status, _, message = _WORDPRESS_FAULTS[kind]
    return Refusal(status=status, body={"error": args.get("message") or message}, headers=_retry_after(kind, args))


OPENAI = Profile(name="openai", hosts=("api.openai.com",), refuse=_refuse_openai, read=_read_openai)
RUNWARE = Profile(
    name="runware",
    hosts=("api.runware.ai", "ws-api.runware.ai"),
    refuse=_refuse_runware,
    read=_read_runware,
    # an API key in the body (first element "authentication") is scrubbed from recordings, so it cannot be matched
    volatile=("[].taskUUID", "[].apiKey"),
    echo=(("[].taskUUID", ("data[].taskUUID", "errors[].taskUUID")),),
    sockets={"ws-api.runware.ai": "https://api.runware.ai/v1"},
    composes=True,
)
WORDPRESS = Profile(name="wordpress", hosts=(), refuse=_refuse_wordpress, read=_read_plain)
OTHER = Profile(name="other", hosts=(), refuse=_refuse_other, read=_read_plain)

PROFILES = {profile.name: profile for profile in (OPENAI, RUNWARE, WORDPRESS, OTHER)}
BY_HOST = {host: profile for profile in PROFILES.values() for host in profile.hosts}
