"""Images by dall-e-3: one a request, as a link that ends after an hour or as base64."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from harness.provider.simulator import policy
from harness.provider.simulator.openai.errors import (
    Refused,
    invalid_value,
    missing_parameter,
    unknown_parameter,
)
from harness.provider.simulator.pixels import png
from harness.provider.simulator.prose import pictures
from harness.provider.simulator.wire import Asked, pretty

SIZES = ("1024x1024", "1792x1024", "1024x1792")
ALLOWED = {
    "size": SIZES,
    "quality": ("standard", "hd"),
    "style": ("vivid", "natural"),
    "response_format": ("url", "b64_json"),
}
PARAMETERS = frozenset(("model", "prompt", "n", "user", *ALLOWED))
PROMPT_CHARACTERS = 4_000


def answer(asked: Asked) -> tuple[str, bytes, Mapping[str, str]]:
    body = asked.json
    check(body)
    if policy.disallowed_topic(body["prompt"]):
        raise Refused(
            400,
            "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.",
            code="content_policy_violation",
        )
    image: dict[str, Any] = {"revised_prompt": pictures.revise(body["prompt"], asked.chance.fork("revised"))}
    if body.get("response_format") == "b64_json":
        image["b64_json"] = base64.b64encode(png(asked.chance.fork("pixels"))).decode()
    else:
        image["url"] = link(asked)
    return "application/json", pretty({"created": asked.created_s, "data": [image]}), {}


def check(body: Mapping[str, Any]) -> None:
    for name in body:
        if name not in PARAMETERS:
            raise unknown_parameter(name)
    model, prompt = body.get("model", "dall-e-2"), body.get("prompt")
    if not prompt or not isinstance(prompt, str):
        raise missing_parameter("prompt")
    if model != "dall-e-3":
        raise Refused(400, f"Invalid value: '{model}'. Value must be 'dall-e-3'.", param="model", code="invalid_value")
    if len(prompt) > PROMPT_CHARACTERS:
        raise Refused(
            400,
            f"Invalid 'prompt': string too long. Expected a string with maximum length {PROMPT_CHARACTERS}, but got a string with length {len(prompt)} instead.",
            param="prompt",
            code="string_above_max_length",
        )
    n = body.get("n", 1)
    if isinstance(n, bool) or n != 1:
        raise Refused(400, "You must provide n=1 for this model.", param="n", code="invalid_value")
    for name, allowed in ALLOWED.items():
        value = body.get(name)
        if value is not None and value not in allowed:
            raise invalid_value(
                name, value, "Supported values are: " + ", ".join(f"'{item}'" for item in allowed) + "."
            )


def link(asked: Asked) -> str:
    """A signed link in the shape of the real ones: account ids in the path, a signature in the query."""
    chance = asked.chance.fork("link")
    made = datetime.fromtimestamp(asked.created_s, UTC)

    def stamp(hours: int) -> str:
        return quote((made + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ"), safe="")

    signature = quote(base64.b64encode(chance.text(32).encode()).decode(), safe="")
    return (
        f"https://oaidalleapiprodscus.blob.core.windows.net/private/org-{chance.text(24)}/user-{chance.text(24)}"
        f"/img-{chance.text(24)}.png?st={stamp(-1)}&se={stamp(1)}&sp=r&sv=2024-08-04&sr=b&rscd=inline&rsct=image/png"
        f"&skoid={chance.uuid()}&sktid={chance.uuid()}&skt={stamp(-1)}&ske={stamp(23)}&sks=b&skv=2024-08-04&sig={signature}"
    )
