"""Chat completions: the rules of each model, the answer whole or streamed, and its usage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.provider.simulator import policy, prompts, prose, tokens
from harness.provider.simulator.openai.errors import (
    Refused,
    invalid_value,
    missing_parameter,
    unknown_model,
    unknown_parameter,
    unsupported_value,
)
from harness.provider.simulator.wire import Asked, compact, pretty

SNAPSHOTS = {
    "gpt-5.1": "gpt-5.1-2025-11-13",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
}
CONTEXT_TOKENS = {"gpt-5": 400_000, "gpt-4.1": 1_047_576, "gpt-4o": 128_000}
PARAMETERS = frozenset(
    str.split(
        "model messages max_completion_tokens max_tokens temperature top_p n stop seed stream stream_options response_format "
        "frequency_penalty presence_penalty logit_bias logprobs top_logprobs user tools tool_choice parallel_tool_calls "
        "reasoning_effort verbosity metadata store service_tier modalities prediction prompt_cache_key safety_identifier"
    )
)


def answer(asked: Asked) -> tuple[str, bytes, Mapping[str, str]]:
    body = asked.json
    check(body)
    messages = body["messages"]
    content, refusal = _reply(asked, messages, body)
    pieces = tokens.split(refusal or content or "")
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    finish = "stop"
    if limit is not None and len(pieces) > limit:
        pieces, finish = pieces[:limit], "length"
        content = "".join(pieces)
    usage = usage_of(tokens.count_messages(messages), len(pieces) * (body.get("n") or 1))
    envelope = {
        "id": f"chatcmpl-{asked.chance.fork('id').text(29)}",
        "created": asked.created_s,
        "model": SNAPSHOTS.get(body["model"], body["model"]),
    }
    if body.get("stream"):
        return "text/event-stream; charset=utf-8", _stream(envelope, body, pieces, refusal, finish, usage), {}
    message = {"role": "assistant", "content": content, "refusal": refusal, "annotations": []}
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
    return "application/json", pretty(whole) + b"\n", {}


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


def check(body: Mapping[str, Any]) -> None:
    """Raise the refusal that these parameters get from this model."""
    for name in body:
        if name not in PARAMETERS:
            raise unknown_parameter(name)
    model, messages = body.get("model"), body.get("messages")
    if not model:
        raise Refused(400, "you must provide a model parameter")
    if messages is None:
        raise missing_parameter("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise Refused(400, "Invalid 'messages': expected a non-empty array of messages.", param="messages")
    if model not in SNAPSHOTS and model not in SNAPSHOTS.values():
        raise unknown_model(model)
    _check_sampling(model, body)
    _check_format(messages, body)
    context = next(size for family, size in CONTEXT_TOKENS.items() if model.startswith(family))
    needed = tokens.count_messages(messages)
    if needed > context:
        raise Refused(
            400,
            f"This model's maximum context length is {context} tokens. However, your messages resulted in {needed} tokens.",
            param="messages",
            code="context_length_exceeded",
        )


def _check_sampling(model: str, body: Mapping[str, Any]) -> None:
    five = model.startswith("gpt-5")
    if five and "max_tokens" in body:
        raise Refused(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
    free = not five or (model.startswith("gpt-5.1") and body.get("reasoning_effort", "none") == "none")
    for name in ("temperature", "top_p"):
        value = body.get(name)
        if value is None:
            continue
        top = 2 if name == "temperature" else 1
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= top:
            raise invalid_value(name, value, f"Expected a number from 0 to {top}.")
        if not free and value != 1:
            raise unsupported_value(name, value, "Only the default (1) value is supported.")
    for name in ("max_tokens", "max_completion_tokens"):
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


def _reply(asked: Asked, messages: list[dict], body: Mapping[str, Any]) -> tuple[str | None, str | None]:
    topic = policy.disallowed_topic("\n".join(tokens.text_of(message) for message in messages))
    if topic:
        return None, "I'm sorry, but I can't help with that request."
    prompt = prompts.read(messages)
    wants_json = (body.get("response_format") or {}).get("type", "text") != "text"
    written = prose.write(prompt, asked.chance.fork("prose"))
    if isinstance(written, str):
        return (compact({"answer": written}) if wants_json else written), None
    if body["model"].startswith("gpt-5"):
        return compact(written), None
    return pretty(written).decode(), None  # the older models indent the JSON that they write


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
    pieces: list[str],
    refusal: str | None,
    finish: str,
    usage: Mapping[str, Any],
) -> bytes:
    with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    field = "refusal" if refusal else "content"

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
        first = {"role": "assistant", "content": None if refusal else "", "refusal": None}
        deltas = [first, *({field: piece} for piece in pieces)]
        frames += [frame([_choice(index, {"delta": delta}, body, None)], None) for delta in deltas]
        frames.append(frame([_choice(index, {"delta": {}}, body, finish)], None))
    if with_usage:
        frames.append(frame([], usage))
    return "".join([*frames, "data: [DONE]\n\n"]).encode()
