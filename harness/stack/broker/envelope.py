"""A task message on Redis as kombu writes it, read without loading anything: protocol 1 and 2, any serializer."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.stack.broker import content

MOST_CHARACTERS = 20_000
"""Of a body that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message. `eta` is the ISO time before which it may not run, "" for at once, `expires` that after which it may not;
    `parent` is the id of the message whose task sent it; `unreadable` says why its arguments
    cannot be shown: the only one is then the text of its bytes, whatever they mean, so that ids in it can be named."""

    id: str
    task: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = ()  # type: ignore[assignment]  # a mapping always; frozen values have no factory for free
    eta: str = ""
    expires: str = ""
    parent: str = ""
    retries: int = 0
    priority: int = 0
    routing_key: str = ""
    tag: str = ""
    unreadable: str = ""


def read(message: bytes) -> Envelope | None:
    """The task message in `message`; None for anything else that a program may push on a list."""
    try:
        outer = json.loads(message)
        properties, headers = outer["properties"], outer["headers"] or {}
        body = outer["body"]
        if not isinstance(properties, dict) or not isinstance(headers, dict):
            return None
    except (ValueError, TypeError, KeyError):
        return None
    payload = _bytes(body, properties.get("body_encoding"))
    try:
        said = content.decode(payload, outer.get("content-type") or "", str(headers.get("compression") or ""))
        unreadable = ""
    except content.Unreadable as why:
        said, unreadable = None, str(why)
    about = _second(headers, said) if "task" in headers else _first(said)
    if unreadable and about is not None:
        about["args"] = (_unread(payload),)
    if about is None:
        return None
    delivery = properties.get("delivery_info") or {}
    return Envelope(
        priority=properties.get("priority") or delivery.get("priority") or 0,
        routing_key=str(delivery.get("routing_key") or ""),
        tag=str(properties.get("delivery_tag") or ""),
        unreadable=unreadable,
        **about,
    )


def _bytes(body: Any, encoding: Any) -> bytes:
    raw = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else json.dumps(body).encode()
    return base64.b64decode(raw) if encoding == "base64" else raw


def _unread(payload: bytes) -> str:
    text = payload.decode("utf-8", "backslashreplace")
    return f"(not read) {text[:MOST_CHARACTERS]}"


def _second(headers: Mapping[str, Any], said: Any) -> dict[str, Any] | None:
    """Protocol 2: the task is in the headers, [args, kwargs, embed] in the body."""
    args, kwargs = (said[0], said[1]) if isinstance(said, list) and len(said) >= 2 else ((), {})
    return _about(headers, headers.get("task"), args, kwargs)


def _first(said: Any) -> dict[str, Any] | None:
    """Protocol 1: everything is in the body."""
    if not isinstance(said, Mapping) or "task" not in said or "id" not in said:
        return None
    return _about(said, said["task"], said.get("args") or (), said.get("kwargs") or {})


def _about(of: Mapping[str, Any], task: Any, args: Any, kwargs: Any) -> dict[str, Any]:
    return {
        "id": str(of.get("id")),
        "task": str(task),
        "args": tuple(args) if isinstance(args, list | tuple) else (args,),
        "kwargs": kwargs if isinstance(kwargs, Mapping) else {},
        "eta": str(of.get("eta") or ""),
        "expires": str(of.get("expires") or ""),
        "parent": str(of.get("parent_id") or ""),
        "retries": int(of.get("retries") or 0),
    }
