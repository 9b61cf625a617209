"""Runware's HTTP API: an array of tasks in, `data` and `errors` out, each element naming its task.

What a model takes and costs is the project's to say (`image` of its answers): of a model that it says nothing of, nothing is
checked and the cost is assumed, with a warning.

Source: facts (Runware's documentation and SDKs). No public recording confirms any of it; docs/simulator.md says so.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from harness.core.cassette import RecordedResponse
from harness.provider.simulator.answers import Answers, request_of
from harness.provider.simulator.chance import Chance
from harness.provider.simulator.pixels import png
from harness.provider.simulator.wire import WARNING_HEADER, Asked, cloudflare, compact, respond

TASKS = ("imageInference", "ping", "authentication")
OUTPUT_TYPES = ("URL", "base64Data", "dataURI")
OUTPUT_FORMATS = ("JPG", "PNG", "WEBP")
ASSUMED_COST_USD = 0.01
"""Of an image of a model whose cost nobody says."""


class TaskError(Exception):
    """One task cannot be done; the others of the request go on."""

    def __init__(self, code: str, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.parameter = parameter


def answer(asked: Asked, answers: Answers) -> RecordedResponse | None:
    """None: an endpoint or a task that is not simulated."""
    if asked.path.rstrip("/") != "/v1":
        return None
    if asked.method != "POST":
        return _send(asked, 400, {"errors": [_error("invalidMethod", "Send tasks with POST.")]})
    tasks = asked.json
    if not isinstance(tasks, list) or not tasks or not all(isinstance(task, dict) for task in tasks):
        return _send(
            asked, 400, {"errors": [_error("invalidPayload", "The body must be a JSON array of task objects.")]}
        )
    if any(isinstance(task.get("taskType"), str) and task["taskType"] not in TASKS for task in tasks):
        return None
    key = asked.bearer or next((str(t.get("apiKey", "")) for t in tasks if t.get("taskType") == "authentication"), "")
    if not key or "revoked" in key:
        return _send(
            asked,
            401,
            {"errors": [_error("invalidApiKey", "The API key is missing, invalid or revoked.", parameter="apiKey")]},
        )
    if "unfunded" in key:
        return _send(
            asked, 402, {"errors": [_error("insufficientCredits", "The account has not enough credits for this task.")]}
        )
    data: list[dict] = []
    errors: list[dict] = []
    assumed: list[str] = []
    for position, task in enumerate(tasks):
        try:
            data += _run(asked, task, answers, asked.chance.fork(_identity(position, task)), assumed)
        except TaskError as error:
            errors.append(_error(error.code, str(error), parameter=error.parameter, task=task))
    body = {**({"data": data} if data or not errors else {}), **({"errors": errors} if errors else {})}
    return _send(asked, 200 if data or not errors else 400, body, assumed)


def _run(asked: Asked, task: Mapping[str, Any], answers: Answers, chance: Chance, assumed: list[str]) -> list[dict]:
    kind = task.get("taskType")
    if kind == "authentication":
        return [{"taskType": "authentication", "connectionSessionUUID": chance.uuid()}]
    if kind == "ping":
        return [{"taskType": "ping", "pong": True}]
    if kind not in TASKS:
        raise TaskError("invalidTaskType", f"'{kind}' is no task type.", "taskType")
    check(task)
    own = answers.ask("image", request_of(asked, text=task["positivePrompt"], json=dict(task), chance=chance))
    if own is None or not own.keys() & {"cost", "error", "refusal"}:
        assumed.append(f"no rules and no cost of the model {task['model']} are known: {ASSUMED_COST_USD} USD an image")
    own = own or {}
    if "error" in own:
        error = own["error"]
        raise TaskError(error.get("code", "invalidValue"), error.get("message", ""), error.get("parameter", ""))
    if "refusal" in own:
        raise TaskError(
            "providerContentPolicyViolation",
            own["refusal"] or "The prompt was refused by the content policy of the model's provider.",
            "positivePrompt",
        )
    count = task.get("numberResults") or 1
    return [_image(task, own, chance.fork(str(n))) for n in range(min(count, own.get("count", count)))]


def check(task: Mapping[str, Any]) -> None:
    """Raise the error that this imageInference task gets, whatever its model."""
    for name in ("taskUUID", "model", "positivePrompt"):
        if not task.get(name) or not isinstance(task[name], str):
            raise TaskError("missingParameter", f"The parameter '{name}' is required.", name)
    for name, allowed in (
        ("outputType", OUTPUT_TYPES),
        ("outputFormat", OUTPUT_FORMATS),
        ("deliveryMethod", ("sync",)),
    ):
        if task.get(name) is not None and str(task[name]).lower() not in map(str.lower, allowed):
            raise TaskError("invalidValue", f"'{name}' must be one of {', '.join(allowed)}.", name)
    count = task.get("numberResults", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 20:
        raise TaskError("invalidValue", "'numberResults' must be an integer from 1 to 20.", "numberResults")
    if not isinstance(task.get("includeCost", False), bool):
        raise TaskError("invalidValue", "'includeCost' must be a boolean.", "includeCost")


def _image(task: Mapping[str, Any], own: Mapping[str, Any], chance: Chance) -> dict[str, Any]:
    ending = task.get("outputFormat", "JPG").lower()
    image_uuid = chance.uuid()
    image: dict[str, Any] = {"taskType": "imageInference", "taskUUID": task["taskUUID"], "imageUUID": image_uuid}
    output = task.get("outputType", "URL").lower()
    if output == "url":
        image["imageURL"] = own.get("url") or f"https://im.runware.ai/image/ws/2/ii/{image_uuid}.{ending}"
    else:
        pixels = own.get("b64_json") or base64.b64encode(png(chance)).decode()
        # the picture itself is always a PNG; only its link would carry the wanted format
        image |= (
            {"imageBase64Data": pixels}
            if output == "base64data"
            else {"imageDataURI": f"data:image/png;base64,{pixels}"}
        )
    image["seed"] = task["seed"] if isinstance(task.get("seed"), int) else chance.between(1, 2**31 - 1)
    if task.get("checkNSFW"):
        image["NSFWContent"] = False
    if task.get("includeCost"):
        image["cost"] = own.get("cost", ASSUMED_COST_USD)
    return image


def _identity(position: int, task: Mapping[str, Any]) -> str:
    return json.dumps([position, {k: v for k, v in task.items() if k not in ("taskUUID", "apiKey")}], sort_keys=True)


def _error(code: str, message: str, *, parameter: str = "", task: Mapping[str, Any] | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if parameter:
        error["parameter"] = parameter
    if task is not None:
        error |= {key: task[key] for key in ("taskType", "taskUUID") if isinstance(task.get(key), str)}
    return {**error, "documentation": "https://runware.ai/docs/en/getting-started/how-to-connect"}


def _send(asked: Asked, status: int, body: Mapping[str, Any], assumed: list[str] | None = None) -> RecordedResponse:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        **cloudflare(asked),
        "access-control-allow-origin": "*",
    }
    if assumed:
        headers[WARNING_HEADER] = "; ".join(dict.fromkeys(assumed))
    return respond(status, compact(body).encode(), headers)
