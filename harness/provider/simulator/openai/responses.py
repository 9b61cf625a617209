"""The Responses API: one response with its output items, whole or as named events, and its usage.

Shapes: OpenAI's public API description and SDK; no recording at hand confirms them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.provider.simulator import tokens
from harness.provider.simulator.answers import Answers, request_of
from harness.provider.simulator.openai import models
from harness.provider.simulator.openai.chat import check_sampling
from harness.provider.simulator.openai.errors import Refused, context_exceeded, missing_parameter
from harness.provider.simulator.openai.saying import Said, Wish, say
from harness.provider.simulator.wire import WARNING_HEADER, Asked, compact, pretty

_ECHOED: Mapping[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "store": True,
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
}


def answer(asked: Asked, answers: Answers) -> tuple[str, bytes, Mapping[str, str]]:
    body = asked.json
    messages = check(asked, body)
    wanted = wish(body, messages)
    if any(isinstance(tool, dict) and tool.get("type") == "image_generation" for tool in body.get("tools") or ()):
        request = request_of(asked, text=wanted.text, system=wanted.system, user=wanted.user)
        raise answers.missing(
            "serve", request, "it has the tool image_generation, which the simulator does not draw with"
        )
    said = say(asked, wanted, answers)
    pieces = tokens.split(said.words)
    limit = body.get("max_output_tokens")
    cut = limit is not None and len(pieces) > limit
    pieces = pieces[:limit] if cut else pieces
    item = _item(asked, said, "".join(pieces), "incomplete" if cut else "completed")
    described = [body.get("tools"), body.get("text")]
    read = tokens.count_messages(messages) + sum(tokens.count(compact(one)) for one in described if one)
    made = _response(asked, body, item, _usage(read, len(pieces)), cut=cut)
    headers = {} if models.family_of(asked, body["model"]) else {WARNING_HEADER: models.unknown(body["model"])}
    if body.get("stream"):
        return "text/event-stream; charset=utf-8", _stream(made, item, said, pieces), headers
    return "application/json", pretty(made), headers


def check(asked: Asked, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The input as messages. Raise the refusal that the request gets."""
    model = body.get("model")
    if not model or not isinstance(model, str):
        raise missing_parameter("model")
    models.check(model)
    given = body.get("input")
    if not given:
        raise missing_parameter("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused(400, "Invalid 'input': expected a string or an array of items.", param="input")
    instructions = body.get("instructions")
    messages = [{"role": "system", "content": instructions}] if isinstance(instructions, str) else []
    messages += [{**item, "content": item.get("content", item.get("output", ""))} for item in items]
    family = models.family_of(asked, model)
    check_sampling(family, model, body, (body.get("reasoning") or {}).get("effort", "none"))
    needed = tokens.count_messages(messages)
    if family is not None and needed > family.context_tokens:
        raise context_exceeded(family.context_tokens, needed, "input")
    return messages


def wish(body: Mapping[str, Any], messages: list[dict[str, Any]]) -> Wish:
    form = (body.get("text") or {}).get("format") or {}
    tools = [tool for tool in body.get("tools") or () if isinstance(tool, dict) and tool.get("type") == "function"]
    choice = body.get("tool_choice") or "auto"
    if isinstance(choice, dict):
        choice = f"={choice.get('name', '')}"
    texts = [(message.get("role"), tokens.text_of(message)) for message in messages]
    return Wish(
        system="\n".join(text for role, text in texts if role in ("system", "developer")),
        user="\n".join(text for role, text in texts if role == "user"),
        text="\n".join(text for _, text in texts),
        model=body["model"],
        form=form.get("type", "text"),
        schema=form.get("schema", {}),
        tools={tool["name"]: tool.get("parameters") for tool in tools if tool.get("name")},
        choice=choice,
        returned=messages[-1].get("type") == "function_call_output",
    )


def _usage(read: int, written: int) -> dict[str, Any]:
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }


def _item(asked: Asked, said: Said, words: str, status: str) -> dict[str, Any]:
    chance = asked.chance.fork("item")
    if said.tool:
        ids = {"id": f"fc_{chance.text(48)}", "call_id": f"call_{chance.text(24)}"}
        return {**ids, "type": "function_call", "status": status, "name": said.tool, "arguments": words}
    part: dict[str, Any] = {"type": "output_text", "annotations": [], "logprobs": [], "text": words}
    if said.refusal:
        part = {"type": "refusal", "refusal": words}
    return {
        "id": f"msg_{chance.text(48)}",
        "type": "message",
        "status": status,
        "content": [part],
        "role": "assistant",
    }


def _response(
    asked: Asked, body: Mapping[str, Any], item: Mapping[str, Any], usage: Any, *, cut: bool
) -> dict[str, Any]:
    return {
        "id": f"resp_{asked.chance.fork('id').text(48)}",
        "object": "response",
        "created_at": asked.created_s,
        "status": "incomplete" if cut else "completed",
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "model": models.SNAPSHOTS.get(body["model"], body["model"]),
        "output": [item],
        **{name: body.get(name, usual) for name, usual in _ECHOED.items()},
        "reasoning": {"effort": None, "summary": None} | (body.get("reasoning") or {}),
        "service_tier": "default",
        "text": {"format": {"type": "text"}} | (body.get("text") or {}),
        "usage": usage,
        "user": body.get("user"),
    }


def _stream(made: Mapping[str, Any], item: Mapping[str, Any], said: Said, pieces: list[str]) -> bytes:
    begun = {**made, "status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    ended = f"response.{made['status']}"
    events = [
        ("response.created", {"response": begun}),
        ("response.in_progress", {"response": begun}),
        *(_called(item, pieces) if said.tool else _spoken(item, said, pieces)),
        ("response.output_item.done", {"output_index": 0, "item": item}),
        (ended, {"response": made}),
    ]
    frames = []
    for number, (name, fields) in enumerate(events):
        frames.append(f"event: {name}\ndata: {compact({'type': name, 'sequence_number': number, **fields})}\n\n")
    return "".join(frames).encode()


def _called(item: Mapping[str, Any], pieces: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    place = {"item_id": item["id"], "output_index": 0}
    yield "response.output_item.added", {"output_index": 0, "item": {**item, "status": "in_progress", "arguments": ""}}
    for piece in pieces:
        yield "response.function_call_arguments.delta", {**place, "delta": piece}
    yield "response.function_call_arguments.done", {**place, "arguments": item["arguments"]}


def _spoken(item: Mapping[str, Any], said: Said, pieces: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    (part,) = item["content"]
    kind, key = ("refusal", "refusal") if said.refusal else ("output_text", "text")
    more = {} if said.refusal else {"logprobs": []}
    yield "response.output_item.added", {"output_index": 0, "item": {**item, "status": "in_progress", "content": []}}
    yield "response.content_part.added", {**place, "part": {**part, key: ""}}
    for piece in pieces:
        yield f"response.{kind}.delta", {**place, "delta": piece, **more}
    yield f"response.{kind}.done", {**place, key: part[key], **more}
    yield "response.content_part.done", {**place, "part": part}
