"""Overlays: rules of provider traffic that no JSON Schema can say. Each yields "JSON path: what is wrong".

openai_chat     total = prompt + completion; details within their totals; indices; json_object needs the word json;
                streams: role first, one finish for each choice, usage where it was asked for, [DONE] at the end
openai_images   as many images as asked for, in the form asked for
runware_tasks   one answer or error for each task, none for a stranger; cost exactly where it was asked for
wordpress       the status in an error's body is the status on the wire
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Problems = Iterable[str]


def _quiet(*_: Any) -> Problems:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """`request(body)`, `response(body, request)`, `error(status, body)`, `stream(chunks, done, request)`."""

    request: Callable[[Any], Problems] = _quiet
    response: Callable[[Any, Any], Problems] = _quiet
    error: Callable[[int, Any], Problems] = _quiet
    stream: Callable[[list[Any], bool, Any], Problems] = _quiet


def frames(body: bytes | str) -> tuple[list[Any], bool]:
    """The JSON of each `data:` line of a stream (None where it is broken), and whether [DONE] ended it."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    payloads = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
    done = bool(payloads) and payloads[-1] == "[DONE]"
    return [_json(payload) for payload in payloads if payload != "[DONE]"], done


def _chat_request(body: Mapping[str, Any]) -> Iterator[str]:
    if (body.get("response_format") or {}).get("type") == "json_object" and "json" not in json.dumps(
        body["messages"]
    ).lower():
        yield "$.messages: the word 'json' must stand in a message when response_format is json_object"


def _chat_response(body: Mapping[str, Any], request: Any) -> Iterator[str]:
    yield from _usage(body["usage"], "$.usage")
    indices = sorted(choice["index"] for choice in body["choices"])
    if indices != list(range(len(indices))):
        yield f"$.choices: indices are {indices}, expected 0 to {len(indices) - 1}"
    for at, choice in enumerate(body["choices"]):
        message = choice["message"]
        if message.get("content") is None and not any(
            message.get(k) for k in ("refusal", "tool_calls", "function_call", "audio")
        ):
            yield f"$.choices[{at}].message: neither content, refusal nor tool calls"
    if isinstance(request, dict):
        asked = request.get("n") or 1
        if len(body["choices"]) != asked:
            yield f"$.choices: {len(body['choices'])} choices for n={asked}"
        yield from _same_model(body["model"], request)
        limit = request.get("max_completion_tokens") or request.get("max_tokens")
        if limit and body["usage"]["completion_tokens"] > limit * asked:
            yield f"$.usage.completion_tokens: {body['usage']['completion_tokens']} is above the limit of {limit * asked}"


def _chat_stream(chunks: list[Any], done: bool, request: Any) -> Iterator[str]:
    good = [chunk for chunk in chunks if isinstance(chunk, dict)]
    if not done:
        yield "$: the stream does not end with [DONE]"
    if len({(chunk.get("id"), chunk.get("model"), chunk.get("created")) for chunk in good}) > 1:
        yield "$: id, model or created change within the stream"
    choices = [choice for chunk in good for choice in chunk.get("choices") or [] if isinstance(choice, dict)]
    if not choices:
        yield "$: the stream has no choices"
    first: set[Any] = set()
    for choice in choices:
        if choice.get("index") not in first:
            first.add(choice.get("index"))
            if (choice.get("delta") or {}).get("role") != "assistant":
                yield f"$: the first delta of choice {choice.get('index')} has no role"
    ends = Counter(choice.get("index") for choice in choices if choice.get("finish_reason"))
    for index in sorted(first, key=str):
        if ends[index] != 1:
            yield f"$: choice {index} finishes {ends[index]} times"
    sums = [chunk["usage"] for chunk in good if isinstance(chunk.get("usage"), dict)]
    for usage in sums:
        yield from _usage(usage, "$.usage")
    if isinstance(request, dict) and (request.get("stream_options") or {}).get("include_usage") and len(sums) != 1:
        yield f"$: usage was asked for and came {len(sums)} times"


def _usage(usage: Mapping[str, Any], path: str) -> Iterator[str]:
    try:
        total = usage["prompt_tokens"] + usage["completion_tokens"]
        if usage["total_tokens"] != total:
            yield f"{path}.total_tokens: {usage['total_tokens']} is not prompt + completion = {total}"
        for whole, part in (("prompt_tokens", "cached_tokens"), ("completion_tokens", "reasoning_tokens")):
            inner = (usage.get(f"{whole}_details") or {}).get(part, 0)
            if inner > usage[whole]:
                yield f"{path}.{whole}_details.{part}: {inner} is more than {whole} = {usage[whole]}"
    except (KeyError, TypeError):
        return  # the schema has said so already


def _same_model(answered: str, request: Mapping[str, Any]) -> Iterator[str]:
    asked = str(request.get("model", ""))
    if asked and answered != asked and not answered.startswith(asked + "-"):
        yield f"$.model: '{answered}' is no snapshot of '{asked}'"


def _images_response(body: Mapping[str, Any], request: Any) -> Iterator[str]:
    if not isinstance(request, dict):
        return
    asked = request.get("n") or 1
    if len(body["data"]) != asked:
        yield f"$.data: {len(body['data'])} images for n={asked}"
    if str(request.get("model", "")).startswith("dall-e"):
        form = "b64_json" if request.get("response_format") == "b64_json" else "url"
        for at, image in enumerate(body["data"]):
            if form not in image:
                yield f"$.data[{at}]: no {form}, which was asked for"


def _tasks_request(body: list[Mapping[str, Any]]) -> Iterator[str]:
    seen = Counter(task.get("taskUUID") for task in body if task.get("taskUUID"))
    for uuid, times in seen.items():
        if times > 1:
            yield f"$: taskUUID {uuid} stands {times} times"


def _tasks_response(body: Mapping[str, Any], request: Any) -> Iterator[str]:
    if not isinstance(request, list):
        return
    tasks = {task["taskUUID"]: task for task in request if isinstance(task, dict) and task.get("taskUUID")}
    results = Counter(item.get("taskUUID") for item in body.get("data") or [] if item.get("taskUUID"))
    failed = {item.get("taskUUID") for item in body.get("errors") or []}
    for uuid in [*results, *failed]:
        if uuid and uuid not in tasks:
            yield f"$: taskUUID {uuid} was never asked for"
    for uuid, task in tasks.items():
        wanted = task.get("numberResults", 1)
        if uuid not in failed and results[uuid] != wanted:
            yield f"$.data: {results[uuid]} results for task {uuid}, expected {wanted}"
    for at, item in enumerate(body.get("data") or []):
        task = tasks.get(item.get("taskUUID"), {})
        if item.get("taskType") == "imageInference" and ("cost" in item) != bool(task.get("includeCost")):
            yield f"$.data[{at}].cost: {'not asked for' if 'cost' in item else 'asked for with includeCost, but absent'}"


def _wordpress_error(status: int, body: Mapping[str, Any]) -> Iterator[str]:
    said = (body.get("data") or {}).get("status")
    if said is not None and said != status:
        yield f"$.data.status: {said}, but the answer's status is {status}"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


NONE = Overlay()
OVERLAYS: Mapping[str, Overlay] = {
    "openai_chat": Overlay(request=_chat_request, response=_chat_response, stream=_chat_stream),
    "openai_images": Overlay(response=_images_response),
    "runware_tasks": Overlay(request=_tasks_request, response=_tasks_response),
    "wordpress": Overlay(error=_wordpress_error),
}
