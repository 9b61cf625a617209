"""Small interactions and cassettes, made in memory."""

from __future__ import annotations

import json
from typing import Any

from harness.core.cassette import Cassette, Interaction, Provenance, RecordedRequest, RecordedResponse
from tests.provider.simulator.ask import CHAT, post, say

JSON = {"Content-Type": ("application/json",)}


def interaction(
    uri: str = CHAT,
    asked: Any = None,
    answered: Any = None,
    *,
    status: int = 200,
    request_headers: dict[str, tuple[str, ...]] | None = None,
    response_headers: dict[str, tuple[str, ...]] | None = None,
    index: int = 0,
) -> Interaction:
    return Interaction(
        request=RecordedRequest(method="POST", uri=uri, headers=request_headers or JSON, body=raw(asked)),
        response=RecordedResponse(status=status, reason="OK", headers=response_headers or JSON, body=raw(answered)),
        index=index,
    )


def raw(value: Any) -> bytes:
    if value is None or isinstance(value, bytes):
        return value or b""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def chat(text: str = "Say hello", index: int = 0, **more: Any) -> Interaction:
    """A chat as the simulator answers it, with the headers that a recorder keeps."""
    body = say(text, **more)
    response = post(CHAT, body)
    return interaction(CHAT, body, response.body, status=response.status, index=index)


def cassette(*interactions: Interaction, name: str = "openai/writer/x", **change: Any) -> Cassette:
    about = {
        "origin": "simulated", "recorded_at": "2026-11-22", "upstream": "harness.provider.simulator", "command": "nox -s record -- writer/x",
        "provider": "openai", "model": "gpt-4o-mini-2024-07-18", "shutdown_date": "2027-01-14",
    }  # fmt: skip
    return Cassette(name=name, interactions=interactions, provenance=Provenance(**{**about, **change}))
