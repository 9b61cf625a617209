"""How each provider says no: the error forms of its refusals and faults, and of the fake's own "no recording matches".

Each function takes (kind, args, request JSON): kinds are those of harness.provider.fake.faults, and "unmatched".
Shapes: OpenAI {"error": {...}}, Runware {"errors": [one for each task]}, WordPress {"code", "message", "data"}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that the fake makes itself: a fault, or "no recording matches"."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


def asked_model(request: Any) -> str:
    """The model that a request names, of a batch the first; "" when it names none."""
    if isinstance(request, list):
        request = next((item for item in request if isinstance(item, dict) and item.get("model")), None)
    model = request.get("model") if isinstance(request, dict) else None
    return model if isinstance(model, str) else ""


def tasks_of(request: Any) -> list[dict[str, Any]]:
    """The tasks of a Runware request that ask for work."""
    found = [task for task in request if isinstance(task, dict)] if isinstance(request, list) else []
    return [task for task in found if task.get("taskType") != "authentication"]


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


def refuse_openai(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
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


def refuse_runware(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        status, code, message = 500, "harnessUnmatched", args["message"]
    else:
        status, code, message = _RUNWARE_FAULTS[kind]
        message = args.get("message") or message
    errors = []
    for task in tasks_of(request) or [{}]:
        error: dict[str, Any] = {"code": code, "message": message}
        if kind == "content_policy":
            error["parameter"] = "positivePrompt"
        for name in ("taskType", "taskUUID"):
            if name in task:
                error[name] = task[name]
        errors.append(error)
    return Refusal(status=status, body={"errors": errors}, headers=_retry_after(kind, args))


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


def refuse_wordpress(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        status, code, message = 500, "harness_unmatched", args["message"]
    else:
        status, code, message = _WORDPRESS_FAULTS[kind]
        message = args.get("message") or message
    body = {"code": code, "message": message, "data": {"status": status}}
    return Refusal(status=status, body=body, headers=_retry_after(kind, args))


def refuse_other(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        return Refusal(status=500, body={"error": args["message"]})
    status, _, message = _WORDPRESS_FAULTS[kind]
    return Refusal(status=status, body={"error": args.get("message") or message}, headers=_retry_after(kind, args))
