"""The bytes of an answer: what was recorded, with the client's own ids echoed, in the encoding it accepts.

The recorded headers are kept but for those that describe the old connection. A stream keeps its framing: one event,
one chunk.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import brotli

from harness.core.cassette import RecordedResponse
from harness.provider.fake.tape.canonical import places, steps_of
from harness.provider.fake.tape.match import Recording
from harness.provider.profiles import UNMATCHED_HEADER, Profile, Refusal, is_stream, parse

_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "trailer"}
_OF_THE_BODY = {"content-length", "content-encoding"}
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_EVENT = re.compile(rb".*?(?:\r\n\r\n|\n\n|\r\r|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent. `body` is decoded; `encoding` is applied again for clients that accept it.

    `declared` is what the recorded head says of a body that it does not have: an answer to HEAD, a 304.
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    encoding: str = ""
    timing_ms: tuple[int, ...] = ()
    streamed: bool = False
    declared: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


def recorded(response: RecordedResponse, timing_ms: tuple[int, ...] = ()) -> Answer:
    """The recorded answer, ready to be sent."""
    lines = [
        (name, _CONTROL.sub(" ", value))
        for name, values in response.headers.items()
        if _TOKEN.fullmatch(name)  # not ":status", which archives of HTTP/2 hold
        for value in values
    ]
    headers = [(name, value) for name, value in lines if name.lower() not in _OF_THE_CONNECTION]
    return Answer(
        status=response.status,
        reason=_CONTROL.sub(" ", response.reason),
        headers=tuple(headers),
        body=response.body,
        encoding=response.encoding,
        timing_ms=timing_ms,
        streamed=is_stream(
            next((value for name, value in headers if name.lower() == "content-type"), ""), response.body
        ),
        declared=tuple((name, value) for name, value in lines if name.lower() in _OF_THE_BODY and not response.body),
    )


def made(refusal: Refusal, *, unmatched: bool = False) -> Answer:
    """An answer of the fake's own: a fault or a refusal."""
    headers = {"content-type": "application/json", **refusal.headers}
    if unmatched:
        headers[UNMATCHED_HEADER] = "1"
    body = json.dumps(refusal.body).encode()
    return Answer(status=refusal.status, reason="", headers=tuple(headers.items()), body=body)


def echoed(answer: Answer, profile: Profile, recording: Recording, sent: bytes) -> Answer:
    """The answer with every volatile id of the recorded request replaced by the one that the client sent.

    By value where the recorded ids are distinct; by position where a scrubbed recording repeats one.
    """
    asked_then, asked_now = parse(recording.interaction.request.body), parse(sent)
    body = answer.body
    for source, targets in profile.echo:
        old, new = _values(asked_then, source), _values(asked_now, source)
        if old == new or len(old) != len(new):
            continue
        value = parse(body)
        spots = [spot for target in targets for spot in places(value, steps_of(target))]
        distinct = len(set(map(str, old))) == len(old)
        by_value = dict(zip(map(str, old), new, strict=True)) if distinct else {}
        for position, (holder, name) in enumerate(spots):
            if distinct:
                holder[name] = by_value.get(str(holder[name]), holder[name])
            else:
                holder[name] = new[min(position, len(new) - 1)]
        body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return replaced(answer, body)


def composed(parts: list[Answer]) -> Answer:
    """One answer for a batch from the answers of its single tasks: data and errors stand side by side."""
    merged: dict[str, list[Any]] = {}
    for part in parts:
        value = parse(part.body)
        for name in ("data", "errors"):
            found = value.get(name) if isinstance(value, dict) else None
            merged.setdefault(name, []).extend(found if isinstance(found, list) else [])
    lead = next((part for part in parts if part.status < 400), parts[0])
    body = {name: found for name, found in merged.items() if found}
    return replaced(lead, json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass"))


def replaced(answer: Answer, body: bytes) -> Answer:
    return answer if body is answer.body else replace(answer, body=body)


def head_and_body(answer: Answer, *, accepts: str, keep_alive: bool, head_only: bool) -> tuple[bytes, bytes]:
    """The response head and a body of known length, ready for the wire. Where there can be no body, the head says of it
    what the recording says."""
    if answer.status == 204:
        return _head(answer, (), keep_alive), b""
    if answer.status == 304 or (head_only and not answer.body):
        return _head(answer, answer.declared, keep_alive), b""
    body, encoding = _encoded(answer, accepts)
    extra = [("content-encoding", encoding)] if encoding else []
    head = _head(answer, [*extra, ("content-length", str(len(body)))], keep_alive)
    return head, b"" if head_only else body


def stream_head(answer: Answer, *, keep_alive: bool, chunked: bool) -> bytes:
    """The head of a stream; without `chunked` (HTTP/1.0) its end is the end of the connection."""
    return _head(answer, [("transfer-encoding", "chunked")] if chunked else [], keep_alive)


def stream_parts(body: bytes) -> list[bytes]:
    """The events of a stream, each with its blank line; joined they are the body."""
    return [part for part in _EVENT.findall(body) if part]


def chunk(part: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(part), part)


def _head(answer: Answer, extra: Iterable[tuple[str, str]], keep_alive: bool) -> bytes:
    reason = answer.reason or _reason(answer.status)
    lines = [f"HTTP/1.1 {answer.status} {reason}"]
    lines.extend(f"{name}: {value}" for name, value in answer.headers)
    lines.extend(f"{name}: {value}" for name, value in extra)
    if not keep_alive:
        lines.append("connection: close")
    return b"\r\n".join([*map(_wire, lines), b"", b""])


def _wire(text: str) -> bytes:
    """The recording's bytes. Some clients give a recorder UTF-8 read as Latin-1: that is undone here."""
    if text.isascii():
        return text.encode()
    with contextlib.suppress(UnicodeError):
        return text.encode("latin-1").decode("utf-8").encode()
    return text.encode("utf-8", "surrogateescape")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _encoded(answer: Answer, accepts: str) -> tuple[bytes, str]:
    encoding = answer.encoding
    if not encoding or not answer.body or encoding not in accepts.replace(" ", "").split(","):
        return answer.body, ""
    if encoding == "gzip":
        return gzip.compress(answer.body, 1, mtime=0), encoding
    if encoding == "br":
        return brotli.compress(answer.body, quality=1), encoding
    if encoding == "deflate":
        return zlib.compress(answer.body, 1), encoding
    return answer.body, ""


def _values(value: Any, path: str) -> list[Any]:
    return [holder[name] for holder, name in places(value, steps_of(path))]
