"""Images: dall-e-2 and dall-e-3 as links or base64, gpt-image always as base64 with the tokens that it used.

A model of another family gets what the images API has for all: links, or base64 where it is asked for.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from harness.provider.simulator import tokens
from harness.provider.simulator.answers import Answers, request_of
from harness.provider.simulator.openai import models
from harness.provider.simulator.openai.errors import (
    Refused,
    invalid_value,
    missing_parameter,
    unknown_parameter,
)
from harness.provider.simulator.pixels import png
from harness.provider.simulator.wire import WARNING_HEADER, Asked, pretty

FORMATS = ("url", "b64_json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`allowed` are the values of each parameter beyond model, prompt, n and user; () is any. `tokens` are those of an image by
    quality and size; with them every image is base64."""

    prefix: str
    allowed: Mapping[str, tuple[str, ...]]
    prompt_characters: int
    most: int
    tokens: Mapping[str, Mapping[str, int]] | None = None


_SQUARE, _WIDE, _TALL = "1024x1024", "1536x1024", "1024x1536"
FAMILIES = (
    Family(
        prefix="dall-e-3",
        allowed={
            "size": ("1024x1024", "1792x1024", "1024x1792"),
            "quality": ("standard", "hd"),
            "style": ("vivid", "natural"),
            "response_format": FORMATS,
        },
        prompt_characters=4_000,
        most=1,
    ),
    Family(
        prefix="dall-e-2",
        allowed={"size": ("256x256", "512x512", "1024x1024"), "quality": ("standard",), "response_format": FORMATS},
        prompt_characters=1_000,
        most=10,
    ),
    Family(
        prefix="gpt-image",
        allowed={
            "size": (_SQUARE, _WIDE, _TALL, "auto"),
            "quality": ("low", "medium", "high", "auto"),
            "background": ("transparent", "opaque", "auto"),
            "moderation": ("low", "auto"),
            "output_format": ("png", "jpeg", "webp"),
            "output_compression": (),
            "input_fidelity": (),
        },
        prompt_characters=32_000,
        most=10,
        # OpenAI's image generation guide
        tokens={
            "low": {_SQUARE: 272, _TALL: 408, _WIDE: 400},
            "medium": {_SQUARE: 1056, _TALL: 1584, _WIDE: 1568},
            "high": {_SQUARE: 4160, _TALL: 6240, _WIDE: 6208},
        },
    ),
)


def answer(asked: Asked, answers: Answers) -> tuple[str, bytes, Mapping[str, str]]:
    body = asked.json
    model = body.get("model") or "dall-e-2"
    family = next((one for one in FAMILIES if model.startswith(one.prefix)), None) if models.is_openai(asked) else None
    models.check(model)
    check(body, family)
    own = answers.ask("image", request_of(asked, text=body["prompt"])) or {}
    if "refusal" in own:
        raise _policy()
    if "error" in own:
        raise _refused(own["error"])
    count = body.get("n") or 1
    count = min(count, own.get("count", count))
    as_base64 = body.get("response_format") == "b64_json" or bool(family and family.tokens)
    data = [_image(asked, own, model, at, as_base64=as_base64) for at in range(count)]
    made: dict[str, Any] = {"created": asked.created_s, "data": data}
    if family is None:
        return "application/json", pretty(made), {WARNING_HEADER: models.unknown(model)}
    return "application/json", pretty(made | _drawn(body, family, count)), {}


def check(body: Mapping[str, Any], family: Family | None) -> None:
    prompt = body.get("prompt")
    for name in body if family else ():
        if name not in ("model", "prompt", "n", "user", *family.allowed):
            raise unknown_parameter(name)
    if not prompt or not isinstance(prompt, str):
        raise missing_parameter("prompt")
    if family and len(prompt) > family.prompt_characters:
        raise Refused(
            400,
            f"Invalid 'prompt': string too long. Expected a string with maximum length {family.prompt_characters}, but got a string with length {len(prompt)} instead.",
            param="prompt",
            code="string_above_max_length",
        )
    n = body.get("n") or 1
    if type(n) is not int or not 1 <= n <= (family.most if family else 10):
        wanted = "n=1 for this model" if family and family.most == 1 else "n from 1 to 10"
        raise Refused(400, f"You must provide {wanted}.", param="n", code="invalid_value")
    for name, allowed in family.allowed.items() if family else ():
        value = body.get(name)
        if value is not None and allowed and value not in allowed:
            raise invalid_value(
                name, value, "Supported values are: " + ", ".join(f"'{item}'" for item in allowed) + "."
            )


def _image(asked: Asked, own: Mapping[str, Any], model: str, at: int, *, as_base64: bool) -> dict[str, Any]:
    mark = "" if at == 0 else f" {at}"
    image: dict[str, Any] = {}
    if model.startswith("dall-e-3"):
        image["revised_prompt"] = own.get("revised_prompt", asked.json["prompt"])
    if as_base64:
        image["b64_json"] = own.get("b64_json") or base64.b64encode(png(asked.chance.fork(f"pixels{mark}"))).decode()
    else:
        image["url"] = own.get("url") or link(asked, mark)
    return image


def _drawn(body: Mapping[str, Any], family: Family, count: int) -> dict[str, Any]:
    """What gpt-image says beside its images: how they were drawn, and the tokens."""
    if family.tokens is None:
        return {}
    quality, size = body.get("quality", "auto"), body.get("size", "auto")
    quality, size = "medium" if quality == "auto" else quality, _SQUARE if size == "auto" else size
    read, written = tokens.count(body["prompt"]), family.tokens[quality][size] * count
    background = body.get("background", "auto")
    return {
        "background": "opaque" if background == "auto" else background,
        "output_format": body.get("output_format", "png"),
        "quality": quality,
        "size": size,
        "usage": {
            "input_tokens": read,
            "input_tokens_details": {"image_tokens": 0, "text_tokens": read},
            "output_tokens": written,
            "total_tokens": read + written,
        },
    }


def _policy() -> Refused:
    return Refused(
        400,
        "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.",
        code="content_policy_violation",
    )


def _refused(error: Mapping[str, Any]) -> Refused:
    return Refused(
        error.get("status", 400),
        error.get("message", "The request was refused."),
        param=error.get("parameter"),
        code=error.get("code"),
    )


def link(asked: Asked, mark: str = "") -> str:
    """A signed link in the shape of the real ones: account ids in the path, a signature in the query."""
    if not models.is_openai(asked):
        return f"https://{asked.host}/images/{asked.chance.fork(f'link{mark}').uuid()}.png"
    chance = asked.chance.fork(f"link{mark}")
    made = datetime.fromtimestamp(asked.created_s, UTC)

    def stamp(hours: int) -> str:
        return quote((made + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ"), safe="")

    signature = quote(base64.b64encode(chance.text(32).encode()).decode(), safe="")
    return (
        f"https://oaidalleapiprodscus.blob.core.windows.net/private/org-{chance.text(24)}/user-{chance.text(24)}"
        f"/img-{chance.text(24)}.png?st={stamp(-1)}&se={stamp(1)}&sp=r&sv=2024-08-04&sr=b&rscd=inline&rsct=image/png"
        f"&skoid={chance.uuid()}&sktid={chance.uuid()}&skt={stamp(-1)}&ske={stamp(23)}&sks=b&skv=2024-08-04&sig={signature}"
    )
