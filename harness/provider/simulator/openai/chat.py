"""Chat completions: the rules of each model, the answer whole or streamed, and its usage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.provider.simulator import tokens
from harness.provider.simulator.answers import Answers
from harness.provider.simulator.openai import models
from harness.provider.simulator.openai.errors import (
    Refused,
    context_exceeded,
    invalid_value,
    missing_parameter,
    unknown_parameter,
    unsupported_value,
)
from harness.provider.simulator.openai.saying import Said, Wish, say
from harness.provider.simulator.wire import WARNING_HEADER, Asked, compact, pretty

PARAMETERS = frozenset(
    str.split(
        "model messages max_completion_tokens max_tokens temperature top_p n stop seed stream stream_options response_format "
        "frequency_penalty presence_penalty logit_bias logprobs top_logprobs user tools tool_choice parallel_tool_calls "
        "reasoning_effort verbosity metadata store service_tier modalities prediction prompt_cache_key safety_identifier "
        "functions function_call audio web_search_options prompt_cache_retention"
    )
)
_ROLES = (("system", "developer"), ("user",))


def answer(asked: Asked, answers: Answers) -> tuple[str, bytes, Mapping[str, str]]:
    body = asked.json
    check(asked, body)
    said = say(asked, wish(body), answers)
    pieces = tokens.split(said.words)
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    finish = "tool_calls" if said.tool and body.get("tool_choice", "auto") in ("auto", "required") else "stop"
    if limit is not None and len(pieces) > limit:
        pieces, finish = pieces[:limit], "length"
    usage = usage_of(_prompt_tokens(body), len(pieces) * (body.get("n") or 1))
    headers = {} if models.family_of(asked, body["model"]) else {WARNING_HEADER: models.unknown(body["model"])}
    envelope = {
        "id": f"chatcmpl-{asked.chance.fork('id').text(29)}",
        "created": asked.created_s,
        "model": models.SNAPSHOTS.get(body["model"], body["model"]),
    }
    call = f"call_{asked.chance.fork('call').text(24)}"
    if body.get("stream"):
        return "text/event-stream; charset=utf-8", _stream(envelope, body, said, pieces, call, finish, usage), headers
    message = _message(said, "".join(pieces), call)
    choices = [_choice(index, {"message": message}, body, finish) for index in range(body.get("n") or 1)]
    whole = {
        "id": envelope["id"],
        "object": "chat.completion",
        "created": envelope["created"],
        "model": envelope["model"],
        "choices": choices,
        "usage": usage,
        "service_tier": "default",
        "system_fingerprint": _fingerprint(asked, body["model"]),
    }
    return "application/json", pretty(whole) + b"\n", headers


def wish(body: Mapping[str, Any]) -> Wish:
    """What a chat request asks for."""
    messages = body["messages"]
    form = body.get("response_format") or {}
    tools = [tool.get("function") or {} for tool in body.get("tools") or () if isinstance(tool, dict)]
    choice = body.get("tool_choice") or "auto"
    if isinstance(choice, dict):
        choice = f"={(choice.get('function') or {}).get('name', '')}"
    said = {role: [tokens.text_of(one) for one in messages if one.get("role") in role] for role in _ROLES}
    return Wish(
        system="\n".join(said[_ROLES[0]]),
        user="\n".join(said[_ROLES[1]]),
        text="\n".join(tokens.text_of(message) for message in messages),
        model=body["model"],
        form=form.get("type", "text"),
        schema=(form.get("json_schema") or {}).get("schema", {}),
        tools={tool["name"]: tool.get("parameters") for tool in tools if tool.get("name")},
        choice=choice,
        returned=messages[-1].get("role") == "tool",
    )


def usage_of(prompt: int, completion: int) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def check(asked: Asked, body: Mapping[str, Any]) -> None:
    """Raise the refusal that these parameters get from this model. Of other hosts only what all of them need is known."""
    for name in body if models.is_openai(asked) else ():
        if name not in PARAMETERS:
            raise unknown_parameter(name)
    model, messages = body.get("model"), body.get("messages")
    if not model or not isinstance(model, str):
        raise Refused(400, "you must provide a model parameter")
    if messages is None:
        raise missing_parameter("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise Refused(400, "Invalid 'messages': expected a non-empty array of messages.", param="messages")
    models.check(model)
    family = models.family_of(asked, model)
    check_sampling(family, model, body, body.get("reasoning_effort", "none"))
    _check_format(messages, body)
    needed = tokens.count_messages(messages)
    if family is not None and needed > family.context_tokens:
        raise context_exceeded(family.context_tokens, needed, "messages")


def check_sampling(family: models.Family | None, model: str, body: Mapping[str, Any], effort: str) -> None:
    reasons = family is not None and family.reasoning
    if reasons and "max_tokens" in body:
        raise Refused(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
    free = not reasons or (model.startswith("gpt-5.1") and effort == "none")
    for name in ("temperature", "top_p"):
        value = body.get(name)
        if value is None:
            continue
        top = 2 if name == "temperature" else 1
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= top:
            raise invalid_value(name, value, f"Expected a number from 0 to {top}.")
        if not free and value != 1:
            raise unsupported_value(name, value, "Only the default (1) value is supported.")
    for name in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise invalid_value(name, value, "Expected a positive integer.")
    n = body.get("n")
    if n is not None and (isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= 8):
        raise invalid_value("n", n, "Expected an integer from 1 to 8.")


def _check_format(messages: list[dict], body: Mapping[str, Any]) -> None:
    kind = (body.get("response_format") or {}).get("type", "text")
    if kind not in ("text", "json_object", "json_schema"):
        raise invalid_value(
            "response_format.type", kind, "Supported values are: 'json_object', 'json_schema', and 'text'."
        )
    if kind == "json_object" and not any("json" in tokens.text_of(message).lower() for message in messages):
        raise Refused(
            400,
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            param="messages",
        )


def _prompt_tokens(body: Mapping[str, Any]) -> int:
    described = [body.get("tools"), (body.get("response_format") or {}).get("json_schema")]
    return tokens.count_messages(body["messages"]) + sum(tokens.count(compact(one)) for one in described if one)


def _message(said: Said, words: str, call: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    if said.tool:
        function = {"name": said.tool, "arguments": words}
        message["tool_calls"] = [{"id": call, "type": "function", "function": function}]
    else:
        message["refusal" if said.refusal else "content"] = said.refusal or words
    return {**message, "annotations": []}


def _choice(index: int, what: dict[str, Any], body: Mapping[str, Any], finish: str | None) -> dict[str, Any]:
    """gpt-5 models send no `logprobs` key at all; the others send null."""
    choice: dict[str, Any] = {"index": index, **what}
    if not body["model"].startswith("gpt-5"):
        choice["logprobs"] = None
    return {**choice, "finish_reason": finish}


def _fingerprint(asked: Asked, model: str) -> str | None:
    if model.startswith("gpt-5"):
        return None
    return f"fp_{asked.chance.fork('fingerprint').text(10, '0123456789abcdef')}"


def _stream(
    envelope: Mapping[str, Any],
    body: Mapping[str, Any],
    said: Said,
    pieces: list[str],
    call: str,
    finish: str,
    usage: Mapping[str, Any],
) -> bytes:
    with_usage = bool((body.get("stream_options") or {}).get("include_usage"))

    def frame(choices: list[dict], usage_now: Mapping[str, Any] | None) -> str:
        chunk: dict[str, Any] = {
            "id": envelope["id"],
            "object": "chat.completion.chunk",
            "created": envelope["created"],
            "model": envelope["model"],
            "service_tier": "default",
            "system_fingerprint": None,
            "choices": choices,
        }
        if with_usage:
            chunk["usage"] = usage_now
        return f"data: {compact(chunk)}\n\n"

    frames: list[str] = []
    for index in range(body.get("n") or 1):
        frames += [frame([_choice(index, {"delta": delta}, body, None)], None) for delta in _deltas(said, pieces, call)]
        frames.append(frame([_choice(index, {"delta": {}}, body, finish)], None))
    if with_usage:
        frames.append(frame([], usage))
    return "".join([*frames, "data: [DONE]\n\n"]).encode()


def _deltas(said: Said, pieces: list[str], call: str) -> list[dict[str, Any]]:
    first: dict[str, Any] = {"role": "assistant", "content": None if said.refusal or said.tool else "", "refusal": None}
    if not said.tool:
        field = "refusal" if said.refusal else "content"
        return [first, *({field: piece} for piece in pieces)]
    opened = {"index": 0, "id": call, "type": "function", "function": {"name": said.tool, "arguments": ""}}
    parts = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    return [{**first, "tool_calls": [opened]}, *parts]
