"""What the fake knows of each provider, in one readable place.

openai      JSON and SSE; usage in the answer; images are counted; rate-limit headers
runware     an array of tasks; the client makes up taskUUID, so it is ignored in matching and echoed in the answer
wordpress   REST errors {code, message, data: {status}}; nothing here is paid for
other       any other host: plain JSON errors

How each says no is in refusals.py. The shapes come from OpenAI's public API description, Runware's documentation and WordPress core.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from harness.provider.refusals import (
    Refusal,
    asked_model,
    refuse_openai,
    refuse_other,
    refuse_runware,
    refuse_wordpress,
    tasks_of,
)

UNMATCHED_HEADER = "x-harness-unmatched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an answer says the provider did. `usage` is {"tokens_in", "tokens_out"}, None where it reports none."""

    success: bool
    model: str = ""
    usage: Mapping[str, int] | None = None
    images: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One provider.

    volatile   JSON paths ("[].taskUUID") of fields that the client makes up: left out of the match key
    echo       (request path, answer paths): a volatile value of the request replaces the recorded one in the answer
    sockets    WebSocket host -> HTTPS URL whose recordings answer its messages
    composes   a batch may be answered from recordings of its single elements
    refuse     (kind, args, request JSON) -> Refusal; kinds are those of harness.provider.fake.faults, and "unmatched"
    read       (status, content type, body, request JSON) -> Reading
    """

    name: str
    hosts: tuple[str, ...]
    refuse: Callable[[str, Mapping[str, Any], Any], Refusal]
    read: Callable[[int, str, bytes, Any], Reading]
    volatile: tuple[str, ...] = ()
    echo: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sockets: Mapping[str, str] = field(default_factory=dict)
    composes: bool = False


def profile_for(host: str, path: str = "", declared: Mapping[str, str] | None = None) -> Profile:
    """The profile that `declared` (host -> provider name) or a known host names; a WordPress path; else `other`."""
    name = name_of(host)
    if declared and (host in declared or name in declared):
        return PROFILES.get(declared.get(host, declared.get(name, "")), OTHER)
    known = BY_HOST.get(name)
    if known is not None:
        return known
    return WORDPRESS if path.startswith("/wp-json") else OTHER


_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}


def authority_of(uri: str) -> str:
    """Whom a URI is sent to: its host in small letters, and ":PORT" where that is not the scheme's own."""
    parts = urlsplit(uri)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


def name_of(authority: str) -> str:
    """An authority without its port."""
    name, _, port = authority.rpartition(":")
    return name if name and port.isdigit() else authority


def parse(body: bytes) -> Any:
    """JSON of a body, or None."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def is_stream(content_type: str, body: bytes) -> bool:
    """Whether a body is server-sent events; some recorders write another content-type over them."""
    return "event-stream" in content_type or body.startswith(b"data:")


def events(body: bytes) -> list[Any]:
    """The JSON payloads of a server-sent event stream, in order; `[DONE]` and broken frames are left out."""
    found = []
    for line in body.splitlines():
        if line.startswith(b"data:"):
            payload = parse(line[5:].strip())
            if payload is not None:
                found.append(payload)
    return found


def _usage(found: Any) -> dict[str, int] | None:
    if not isinstance(found, dict):
        return None
    tokens_in = found.get("prompt_tokens", found.get("input_tokens"))
    tokens_out = found.get("completion_tokens", found.get("output_tokens"))
    if not isinstance(tokens_in, int) and not isinstance(tokens_out, int):
        return None
    return {"tokens_in": tokens_in or 0, "tokens_out": tokens_out or 0}


def _read_openai(status: int, content_type: str, body: bytes, request: Any) -> Reading:
    asked = asked_model(request)
    if status >= 400:
        return Reading(success=False, model=asked)
    if is_stream(content_type, body):
        chunks = [chunk for chunk in events(body) if isinstance(chunk, dict)]
        usage = next((u for u in (_usage(chunk.get("usage")) for chunk in reversed(chunks)) if u), None)
        model = next((chunk["model"] for chunk in chunks if isinstance(chunk.get("model"), str)), asked)
        return Reading(success=True, model=model, usage=usage)
    answer = parse(body)
    if not isinstance(answer, dict):
        return Reading(success=True, model=asked)
    data = answer.get("data")
    drawn = 0
    if isinstance(data, list):
        drawn = sum(1 for item in data if isinstance(item, dict) and ("url" in item or "b64_json" in item))
    model = answer.get("model")
    return Reading(
        success=True,
        model=model if isinstance(model, str) else asked,
        usage=_usage(answer.get("usage")),
        images=drawn,
    )


def _read_runware(status: int, content_type: str, body: bytes, request: Any) -> Reading:
    model = asked_model(tasks_of(request))
    answer = parse(body)
    data = answer.get("data") if isinstance(answer, dict) else None
    results = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    drawn = sum(1 for item in results if any(name.startswith("image") and name != "imageInference" for name in item))
    return Reading(success=status < 400 and bool(results), model=model, images=drawn)


def _read_plain(status: int, content_type: str, body: bytes, request: Any) -> Reading:
    return Reading(success=status < 400)


OPENAI = Profile(name="openai", hosts=("api.openai.com",), refuse=refuse_openai, read=_read_openai)
RUNWARE = Profile(
    name="runware",
    hosts=("api.runware.ai", "ws-api.runware.ai"),
    refuse=refuse_runware,
    read=_read_runware,
    # an API key in the body (first element "authentication") is scrubbed from recordings, so it cannot be matched
    volatile=("[].taskUUID", "[].apiKey"),
    echo=(("[].taskUUID", ("data[].taskUUID", "errors[].taskUUID")),),
    sockets={"ws-api.runware.ai": "https://api.runware.ai/v1"},
    composes=True,
)
WORDPRESS = Profile(name="wordpress", hosts=(), refuse=refuse_wordpress, read=_read_plain)
OTHER = Profile(name="other", hosts=(), refuse=refuse_other, read=_read_plain)

PROFILES = {profile.name: profile for profile in (OPENAI, RUNWARE, WORDPRESS, OTHER)}
BY_HOST = {host: profile for profile in PROFILES.values() for host in profile.hosts}
