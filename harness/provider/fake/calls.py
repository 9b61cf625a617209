"""One provider call: as the ledger keeps it while it runs, and as the history shows it.

What costs time (parsing bodies, reading usage, checking the contract) is done when the report is asked for, not while
a client waits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from harness.core.history import Call
from harness.provider.fake import head
from harness.provider.fake.tape.answer import Answer
from harness.provider.fake.tape.match import Recording
from harness.provider.profiles import Profile, events, is_stream, parse

MOST_CHARACTERS = 65536
"""Longer texts (drawn images as base64) stand in the history by hash and length."""

REQUEST_ID = re.compile(r"(x-|apim-|cf-)?(request|trace|correlation)-?id")
"""Heads that name the request: OpenAI's x-request-id, DeepL's x-trace-id, and their like."""

Validate = Callable[[str, str, str, Any], tuple[str, ...]]


class Entry:
    """A call in the ledger. `status` is 0 until (and unless) an answer went out; `works`: the provider did the work."""

    __slots__ = (
        "answer",
        "body",
        "disposition",
        "done",
        "fault",
        "head",
        "host",
        "method",
        "n",
        "nearest",
        "path",
        "problems",
        "profile",
        "recording",
        "status",
        "works",
    )

    def __init__(self, n: int, profile: Profile, host: str, method: str, path: str, body: bytes) -> None:
        self.n = n
        self.profile = profile
        self.host = host
        self.method = method
        self.path = path
        self.body = body
        self.status = 0
        self.disposition = "unmatched"
        self.works = False
        self.answer: Answer | None = None
        self.recording: Recording | None = None
        self.fault = ""
        self.nearest: Mapping[str, Any] | None = None
        self.problems: tuple[str, ...] | None = None
        self.done = False
        self.head = head.Head()

    @property
    def route(self) -> str:
        return f"{self.profile.name} {self.method} {self.path}"


def problems_of(entry: Entry, validate: Validate | None) -> tuple[str, ...]:
    """Breaches of the provider contract by the request; found once."""
    if entry.problems is None:
        entry.problems = ()
        if validate is not None and entry.method not in ("", "TLS"):
            value = parse(entry.body)
            body = value if value is not None else entry.body
            entry.problems = tuple(validate(entry.profile.name, entry.method, entry.path, body))
    return entry.problems


def request_json(body: bytes) -> Any:
    """The request as history shows it: JSON, text, a hash for other bytes, None for nothing."""
    if not body:
        return None
    value = parse(body)
    return value if value is not None else _text(body)


def shown(entry: Entry, validate: Validate | None, key: bytes) -> Call:
    """The call as a core value, credentials marked by `key`. `success` is what the provider did; usage and images count only then."""
    request = request_json(entry.body)
    answer, recording = entry.answer, entry.recording
    success, model, usage, images, response = False, "", None, 0, None
    ids: tuple[str, ...] = ()
    headers = head.headers_of(entry.head, key)
    if answer is not None:
        content_type = answer.header("content-type")
        reading = entry.profile.read(answer.status, content_type, answer.body, request)
        success, model = entry.works and reading.success, reading.model
        if success:
            usage, images = reading.usage, reading.images
        response = _response(content_type, answer.body)
        ids = tuple(value for name, value in answer.headers if REQUEST_ID.fullmatch(name.lower()))
    return Call(
        n=entry.n,
        provider=entry.profile.name,
        host=entry.host,
        method=entry.method,
        path=entry.path,
        request=_short(head.body_of(request, key, headers.get("content-type", ""))),
        status=entry.status,
        disposition=entry.disposition,
        success=success,
        response=_short(response),
        cassette=recording.cassette if recording else "",
        index=recording.interaction.index if recording else -1,
        fault=entry.fault,
        model=model,
        usage=usage,
        images=images,
        nearest=head.changes_of(entry.nearest, key),
        problems=problems_of(entry, validate),
        request_ids=ids,
        scheme=entry.head.via.scheme,
        port=head.port_of(entry.host, entry.head.via.scheme),
        sni=entry.head.via.sni,
        query=head.query_of(entry.head, key),
        headers=headers,
    )


def _response(content_type: str, body: bytes) -> Any:
    if not body:
        return None
    if is_stream(content_type, body):
        return events(body)
    value = parse(body)
    return value if value is not None else _text(body)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()})"


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        return f"({len(value)} characters, sha256 {digest})"
    if isinstance(value, list):
        return [_short(item) for item in value]
    if isinstance(value, dict):
        return {name: _short(item) for name, item in value.items()}
    return value
