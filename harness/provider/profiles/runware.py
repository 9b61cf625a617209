"""Runware: an array of tasks in, `data` and `errors` side by side out; each element names its task.

The client makes up taskUUID, so it is ignored in matching and echoed in the answer. What was drawn is what stands in `data`,
whatever became of the other tasks; a task that is still processing has drawn nothing. Shapes: Runware's documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.config import PUBLIC
from harness.provider.profiles.shape import Profile, Reading, Refusal, asked_model, parse, retry_after

_NO_WORK = ("authentication", "ping")
_PENDING = ("processing", "pending", "queued", "error", "failed")


def read(status: int, content_type: str, body: bytes, request: Any) -> Reading:
    answer = parse(body)
    data = answer.get("data") if isinstance(answer, dict) else None
    results = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    done = [item for item in results if item.get("taskType") not in _NO_WORK and item.get("status") not in _PENDING]
    drawn = sum(1 for item in done if any(name.lower().startswith("image") for name in item))
    # errors beside results may come with any status: what is in `data` was done
    return Reading(
        success=bool(done) and (status < 400 or drawn > 0), model=asked_model(tasks_of(request)), images=drawn
    )


def tasks_of(request: Any) -> list[dict[str, Any]]:
    """The tasks of a request that ask for work."""
    found = [task for task in request if isinstance(task, dict)] if isinstance(request, list) else []
    return [task for task in found if task.get("taskType") != "authentication"]


_FAULTS: dict[str, tuple[int, str, str]] = {
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


def refuse(kind: str, args: Mapping[str, Any], request: Any) -> Refusal:
    if kind == "unmatched":
        status, code, message = 500, "harnessUnmatched", args["message"]
    else:
        status, code, message = _FAULTS[kind]
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
    return Refusal(status=status, body={"errors": errors}, headers=retry_after(kind, args))


RUNWARE = Profile(
    name="runware",
    kind="runware",
    hosts=PUBLIC["runware"],
    refuse=refuse,
    read=read,
    # an API key in the body (first element "authentication") is scrubbed from recordings, so it cannot be matched
    volatile=("[].taskUUID", "[].apiKey"),
    echo=(("[].taskUUID", ("data[].taskUUID", "errors[].taskUUID")),),
    sockets={"ws-api.runware.ai": "https://api.runware.ai/v1"},
    composes=True,
)
