"""What a profile is made of, and what every provider's answers have in common: JSON, event streams, an error in a key."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an answer says the provider did.

    `usage` is {"tokens_in", "tokens_out"}, None where it reports none. Where the answer says more there is also, each a part
    of one of these two and never 0: "tokens_cached" and "tokens_image_in" of those in, "tokens_reasoning" and
    "tokens_image" of those out. An image may come with tokens.
    """

    success: bool
    model: str = ""
    usage: Mapping[str, int] | None = None
    images: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that the fake makes itself: a fault, or "no recording matches"."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One provider. `name` is how history calls it, `kind` whose rules hold.

    volatile   JSON paths ("[].taskUUID") of fields that the client makes up: left out of the match key
    echo       (request path, answer paths): a volatile value of the request replaces the recorded one in the answer
    sockets    WebSocket host -> HTTPS URL whose recordings answer its messages
    composes   a batch may be answered from recordings of its single elements
    refuse     (kind, args, request JSON) -> Refusal; kinds are those of harness.provider.fake.faults, and "unmatched"
    read       (status, content type, body, request JSON) -> Reading
    """

    name: str
    kind: str
    hosts: tuple[str, ...] = ()
    refuse: Callable[[str, Mapping[str, Any], Any], Refusal]
    read: Callable[[int, str, bytes, Any], Reading]
    volatile: tuple[str, ...] = ()
    echo: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sockets: Mapping[str, str] = field(default_factory=dict)
    composes: bool = False


def parse(body: bytes) -> Any:
    """JSON of a body, or None."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def is_stream(content_type: str, body: bytes) -> bool:
    """Whether a body is server-sent events; some recorders write another content-type over them."""
    return "event-stream" in content_type or body.startswith((b"data:", b"event:"))


def events(body: bytes) -> list[Any]:
    """The JSON payloads of a server-sent event stream, in order; `[DONE]` and broken frames are left out."""
    return [payload for _, payload in frames(body) if payload is not None]


def frames(body: bytes) -> list[tuple[str, Any]]:
    """(event name, JSON payload) of each `data:` line; "" where the event has no name, None where there is no JSON.

    JSON on a line of its own, which some gateways send when they fail within a stream, is a frame too.
    """
    found: list[tuple[str, Any]] = []
    name = ""
    for line in body.splitlines():
        if not line.strip():
            name = ""
        elif line.startswith(b"event:"):
            name = line[6:].strip().decode("utf-8", "replace")
        elif line.startswith(b"data:"):
            found.append((name, parse(line[5:].strip())))
        elif line.startswith(b"{") and (payload := parse(line)) is not None:
            found.append((name, payload))
    return found


def error_in(answer: Any) -> bool:
    """Whether JSON tells an error by its key, whatever its status: {"error": ...} that is neither null nor empty."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        return any(value is not None for value in error.values())
    return bool(error)


def asked_model(request: Any) -> str:
    """The model that a request names, of a batch the first; "" when it names none."""
    if isinstance(request, list):
        request = next((item for item in request if isinstance(item, dict) and item.get("model")), None)
    model = request.get("model") if isinstance(request, dict) else None
    return model if isinstance(model, str) else ""


def retry_after(kind: str, args: Mapping[str, Any]) -> dict[str, str]:
    """The Retry-After header of a fault: the one that is asked for; a 429 always has one."""
    if kind == "http_429" or "retry_after_s" in args:
        return {"retry-after": str(args.get("retry_after_s", 10))}
    return {}
