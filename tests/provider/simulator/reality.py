"""Aspects of the simulator's answers, each with the real recordings that can confirm it, or the reason why none does.

`ASPECTS` is the table of docs/simulator.md: test_reality compares it with the recordings and with the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness.core.cassette import Interaction, RecordedResponse
from harness.provider.cassettes import read
from harness.provider.cassettes.drift import shape
from tests.provider import real
from tests.provider.simulator.ask import CHAT, IMAGES, post, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """`view` reduces an answer to what must be equal; `ours` makes the simulator's; `files` are real answers: name, position."""

    name: str
    view: Callable[[RecordedResponse], Any]
    ours: Callable[[], RecordedResponse]
    files: tuple[tuple[str, int], ...]


def recorded(name: str, position: int) -> Interaction:
    folder = real.folder() or Path()
    return read(next(path for path in folder.iterdir() if path.name.startswith(name))).interactions[position]


def keys(path: str) -> Callable[[RecordedResponse], list[str]]:
    """The keys, in order, of the object at a dotted path."""

    def view(response: RecordedResponse) -> list[str]:
        value = json.loads(response.body)
        for part in path.split(".") if path else ():
            value = value[int(part)] if part.isdigit() else value[part]
        return list(value)

    return view


def types(response: RecordedResponse) -> dict[str, list[str]]:
    """Every JSON path with its types; texts may be null or not."""
    found: dict[str, set[str]] = {}
    for path, kind in shape(response.body):
        found.setdefault(path, set()).add(kind)
    return {path: sorted(kinds) for path, kinds in found.items() if path != "$.system_fingerprint"}


def chunks(response: RecordedResponse) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in response.body.decode().splitlines() if line.startswith("data: {")]


def framing(response: RecordedResponse) -> str:
    """The stream with every payload replaced by a dot and repeated frames by one: blank lines and the end remain."""
    return re.sub(r"(data: \.\n\n)+", r"\1", re.sub(r"data: \{.*\}", "data: .", response.body.decode()))


def error_text(response: RecordedResponse) -> dict[str, Any]:
    """The whole error, with the names that a request brings in replaced."""
    error = dict(json.loads(response.body)["error"])
    error["message"] = re.sub(r"`[^`]+`|provided: \S+?\.(?= )|'[^']+'", "…", error["message"])
    error["param"] = bool(error["param"])
    return error


def link_parameters(response: RecordedResponse) -> list[str]:
    return [name for name, _ in parse_qsl(urlsplit(json.loads(response.body)["data"][0]["url"]).query)]


def link_path(response: RecordedResponse) -> str:
    """Host and path of an image's link, with the ids reduced to their length."""
    url = urlsplit(json.loads(response.body)["data"][0]["url"])
    return url.netloc + re.sub(r"(org|user|img)-(\w+)", lambda m: f"{m.group(1)}-{len(m.group(2))}", url.path)


def identifiers(response: RecordedResponse) -> tuple[bool, bool]:
    """Whether the answer's id and the request id have the known forms."""
    request_id = next(values[0] for name, values in response.headers.items() if name.lower() == "x-request-id")
    return (
        bool(re.fullmatch(r"chatcmpl-[A-Za-z0-9]{29}", json.loads(response.body)["id"])),
        bool(re.fullmatch(r"req_[0-9a-f]{32}", request_id)),
    )


def hello() -> RecordedResponse:
    return post(CHAT, say("Say hello to the reader of this page"))


def streamed() -> RecordedResponse:
    return post(CHAT, say("Say hello to the reader", stream=True, stream_options={"include_usage": True}))


def drawn() -> RecordedResponse:
    return post(
        IMAGES, {"model": "dall-e-3", "prompt": "a cute robot", "size": "1024x1024", "quality": "standard", "n": 1}
    )


NEWEST = (("12_oll", 1), ("12_oll", 2))  # March 2026
NEW_STREAM = (("36_llm", 1),)  # May 2025
ASPECTS = (
    Aspect(name="chat 200: keys and their order", view=keys(""), ours=hello, files=NEWEST),
    Aspect(name="chat 200: keys of a choice", view=keys("choices.0"), ours=hello, files=(*NEWEST, ("01_otel", 0))),
    Aspect(name="chat 200: keys of the message", view=keys("choices.0.message"), ours=hello, files=NEWEST),
    Aspect(name="chat 200: keys of usage", view=keys("usage"), ours=hello, files=(*NEWEST, ("01_otel", 0))),
    Aspect(name="chat 200: every path and type", view=types, ours=hello, files=NEWEST),
    Aspect(name="chat 200: form of the ids", view=identifiers, ours=hello, files=(*NEWEST, ("01_otel", 0))),
    Aspect(name="chat stream: blank lines and [DONE]", view=framing, ours=streamed, files=(*NEW_STREAM, ("04_otel", 0), ("44_elastic", 0))),
    Aspect(name="chat stream: keys of a chunk", view=lambda r: list(chunks(r)[0]), ours=streamed, files=NEW_STREAM),
    Aspect(name="chat stream: first delta", view=lambda r: chunks(r)[0]["choices"], ours=streamed, files=(*NEW_STREAM, ("04_otel", 0), ("44_elastic", 0))),
    Aspect(name="chat stream: last choice", view=lambda r: chunks(r)[-2]["choices"], ours=streamed, files=(*NEW_STREAM, ("04_otel", 0), ("44_elastic", 0))),
    Aspect(name="chat stream: usage chunk has no choices", view=lambda r: (chunks(r)[-1]["choices"], list(chunks(r)[-1]["usage"])), ours=streamed, files=(*NEW_STREAM, ("44_elastic", 0))),
    Aspect(name="404 model_not_found: the whole error", view=error_text, ours=lambda: post(CHAT, say("x", model="nonexistent")), files=(("08_otel", 0),)),
    Aspect(name="401 invalid_api_key: the whole error", view=error_text, ours=lambda: post(CHAT, say("x"), key="Bearer sk-revoked-0000"), files=(("24_dd", 0),)),
    Aspect(name="400 unknown_parameter: the whole error", view=error_text, ours=lambda: post(IMAGES, {"model": "dall-e-3", "prompt": "x", "colour": "red"}), files=(("20_oll", 1),)),
    Aspect(name="400 unsupported_value: keys, type and code", view=lambda r: {k: v for k, v in error_text(r).items() if k != "message"}, ours=lambda: post(CHAT, say("x", model="gpt-5", temperature=0.1)), files=(("38_pyd", 0),)),
    Aspect(name="dall-e-3 200: keys", view=keys(""), ours=drawn, files=(("48_nodellm", 0),)),
    Aspect(name="dall-e-3 200: keys of an image", view=keys("data.0"), ours=drawn, files=(("48_nodellm", 0),)),
    Aspect(name="dall-e-3 200: host and path of the link", view=link_path, ours=drawn, files=(("48_nodellm", 0),)),
    Aspect(name="dall-e-3 200: parameters of the link", view=link_parameters, ours=drawn, files=(("48_nodellm", 0),)),
)  # fmt: skip
HEADERS_OF = (("12_oll", 1), ("12_oll", 2), ("34_bt", 0), ("36_llm", 1), ("48_nodellm", 0), ("20_oll", 1))
NOT_SENT = {
    "transfer-encoding": "the server in front frames the answer",
    "content-length": "the server in front frames the answer",
    "content-encoding": "the simulator does not compress",
    "x-envoy-upstream-service-time": "seen in 2025, gone in 2026",
    "x-openai-proxy-wasm": "an experiment of the network in front",
}
UNCONFIRMED = (
    (
        "gpt-5.1",
        "no recording of this model is public; that gpt-5 models send no `logprobs` was seen on gpt-5-mini elsewhere",
    ),
    ("400 unsupported_parameter for max_tokens", "issue threads only"),
    ("400 context_length_exceeded", "facts only"),
    ("400 content_policy_violation of dall-e-3", "facts only"),
    ("message.refusal", "the field is recorded as null only"),
    ("finish_reason length", "no recording cut at the limit"),
    ("dall-e-3 with b64_json, other sizes, hd", "one public recording of dall-e-3 exists: url, 1024x1024, standard"),
    ("429 rate_limit_exceeded and insufficient_quota", "no recording of OpenAI's own; OpenRouter's differs"),
    ("500 and 503", "no recording"),
    ("Runware: every answer and error, over HTTP and WebSocket", "no public recording was found anywhere"),
    ("WordPress: posts, media, errors", "written from WordPress core; no recording among those at hand"),
)
