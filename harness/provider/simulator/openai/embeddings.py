"""Embeddings: a unit vector of each text, the same for the same text and model, and the tokens of what was read."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Mapping
from typing import Any

from harness.provider.simulator import tokens
from harness.provider.simulator.answers import Answers
from harness.provider.simulator.chance import Chance
from harness.provider.simulator.openai import models
from harness.provider.simulator.openai.errors import Refused, invalid_value, missing_parameter
from harness.provider.simulator.wire import WARNING_HEADER, Asked, pretty

DIMENSIONS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
USUAL = 1536
MOST_TEXTS = 2048


def answer(asked: Asked, answers: Answers) -> tuple[str, bytes, Mapping[str, str]]:
    body = asked.json
    texts = check(body)
    model = body["model"]
    size = body.get("dimensions") or DIMENSIONS.get(model, USUAL)
    form = body.get("encoding_format", "float")
    data = [
        {"object": "embedding", "index": at, "embedding": _shown(vector(model, text, size), form)}
        for at, text in enumerate(texts)
    ]
    read = sum(tokens.count(text) if isinstance(text, str) else len(text) for text in texts)
    made = {"object": "list", "data": data, "model": model, "usage": {"prompt_tokens": read, "total_tokens": read}}
    known = model in DIMENSIONS and models.is_openai(asked)
    return "application/json", pretty(made), {} if known else {WARNING_HEADER: models.unknown(model)}


def check(body: Mapping[str, Any]) -> list[Any]:
    """The texts, each a string or a list of tokens. Raise the refusal that the request gets."""
    for name in ("model", "input"):
        if not body.get(name):
            raise missing_parameter(name)
    models.check(body["model"])
    given = body["input"]
    if isinstance(given, str) or (isinstance(given, list) and all(type(one) is int for one in given)):
        given = [given]
    if (
        not isinstance(given, list)
        or len(given) > MOST_TEXTS
        or not all(one and isinstance(one, str | list) for one in given)
    ):
        raise Refused(400, "'$.input' is invalid. Please check the API reference.")
    if body.get("encoding_format", "float") not in ("float", "base64"):
        raise invalid_value("encoding_format", body["encoding_format"], "Supported values are: 'float' and 'base64'.")
    size = body.get("dimensions")
    if size is not None and (type(size) is not int or not 1 <= size <= DIMENSIONS.get(body["model"], 8192)):
        raise invalid_value("dimensions", size, "Expected a positive integer that the model has.")
    return given


def vector(model: str, text: Any, size: int) -> list[float]:
    chance = Chance("embedding", model, text)
    raw = [chance.random() * 2 - 1 for _ in range(size)]
    length = math.sqrt(sum(value * value for value in raw))
    return [round(value / length, 8) for value in raw]


def _shown(values: list[float], form: str) -> Any:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode() if form == "base64" else values
