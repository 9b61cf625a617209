"""One raw interaction, as any vcrpy dialect wrote it, becomes a core Interaction.

vcrpy-1      request {method, uri, headers, body}, response {status {code, message}, headers, body {string}}
old-httpx    vcrpy before 6 with httpx: response {content, status_code, http_version, headers}
parsed_body  a JSON value beside the request or response stands for the body
python-keys  header names written as Python objects (seen by the loader, which yields plain strings)

What a body may be is in bodies.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from harness.core.cassette import Interaction, RecordedRequest, RecordedResponse
from harness.provider.cassettes.bodies import DialectError, decoded, json_bytes, measured, raw_body, sent_body

NEVER_ANSWERED = 0
"""The status of a request whose answer never came: a client gets a connection that is cut."""


@dataclass(frozen=True, slots=True)
class Read:
    interaction: Interaction
    dialect: str


def interaction(raw: Any, index: int) -> Read:
    """Normalise one item of `interactions`. Raises DialectError."""
    if (
        not isinstance(raw, dict)
        or not isinstance(raw.get("request"), dict)
        or not isinstance(raw.get("response"), dict)
    ):
        raise DialectError("an interaction needs a request and a response")
    request, response = raw["request"], raw["response"]
    dialect = "vcrpy-1"
    if "status_code" in response or ("content" in response and "body" not in response):
        dialect = "old-httpx"
    if "parsed_body" in request or "parsed_body" in response:
        dialect = "parsed_body"
    return Read(
        Interaction(
            request=_request(request),
            response=_response(response, raw.get("harness_encoding", ""), str(request.get("method")).upper()),
            times=_times(raw.get("harness_times", 1)),
            index=index,
            timing_ms=_timing(raw.get("harness_timing_ms", [])),
        ),
        dialect,
    )


def _request(raw: dict[str, Any]) -> RecordedRequest:
    method, uri = raw.get("method"), raw.get("uri")
    if not isinstance(method, str) or not isinstance(uri, str) or "://" not in uri:
        raise DialectError("a request needs a method and a full uri")
    uri = uri_of(uri)
    headers = headers_of(raw.get("headers"))
    if "parsed_body" in raw:
        body = json_bytes(raw["parsed_body"])
    else:
        body, headers, _ = decoded(sent_body(raw.get("body"), headers), headers)
    return RecordedRequest(method=method.upper(), uri=uri, headers=headers, body=body)


def _response(raw: dict[str, Any], encoding: Any, method: str) -> RecordedResponse:
    status = raw.get("status", raw.get("status_code"))
    reason = ""
    if isinstance(status, dict):
        reason = status.get("message") or ""
        status = status.get("code")
    headers = headers_of(raw.get("headers"))
    if not isinstance(encoding, str):
        raise DialectError(f"harness_encoding must be text, not {encoding!r}")
    if "parsed_body" in raw:
        body = json_bytes(raw["parsed_body"])
        return RecordedResponse(
            status=status_of(status), reason=str(reason), headers=measured(headers, body), body=body, encoding=encoding
        )
    body = raw_body(raw["body"] if "body" in raw else raw.get("content"))
    return response_of(method, status, reason, headers, body, encoding)


def response_of(
    method: str, status: Any, reason: Any, headers: dict[str, tuple[str, ...]], body: str | bytes, encoding: str = ""
) -> RecordedResponse:
    """An answer with its body decoded. Where there can be none (HEAD, 204, 304), the headers speak of another one and stay."""
    code, seen, plain = status_of(status), "", b""
    if body or not bodiless(method, code):
        plain, headers, seen = decoded(body, headers)
    return RecordedResponse(status=code, reason=str(reason), headers=headers, body=plain, encoding=encoding or seen)


def bodiless(method: str, status: int) -> bool:
    """Whether an answer has no body, whatever its headers say."""
    return method == "HEAD" or status < 200 or status in (204, 304)


def status_of(value: Any) -> int:
    """A status code. 0 and -1 are how browsers and recorders write that no answer came."""
    if value in (0, -1, "0", "-1") and not isinstance(value, bool):
        return NEVER_ANSWERED
    number = int(value) if isinstance(value, str) and value.isdigit() else value
    if isinstance(number, bool) or not isinstance(number, int) or not 100 <= number <= 599:
        raise DialectError(f"a response needs a status code, not {value!r}")
    return number


def uri_of(value: str) -> str:
    """A URI that can be taken apart: its host, and a port that there is."""
    try:
        _ = urlsplit(value).port
    except ValueError as error:
        raise DialectError(f"the uri {value[:200]!r} is none: {error}") from None
    return _text(value)


def headers_of(raw: Any) -> dict[str, tuple[str, ...]]:
    """A header mapping with every value; names keep their case."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise DialectError(f"headers must be a mapping, not {type(raw).__name__}")
    found: dict[str, tuple[str, ...]] = {}
    for name, values in raw.items():
        several = values if isinstance(values, (list, tuple)) else [values]
        if any(isinstance(value, (list, dict)) for value in several):
            raise DialectError(f"header {name!r} must hold text")
        found[_text(name)] = tuple(_text(value) for value in several)
    return found


def _text(value: Any) -> str:
    """Bytes that are no UTF-8 stay what they were, by surrogates; a recorder's own text may hold none."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    text = "" if value is None else str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DialectError(f"{ascii(text)[:80]} holds half a surrogate pair, which is no text") from None
    return text


def _times(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise DialectError(f"harness_times must be 0 (endless) or a count, not {value!r}")
    return value


def _timing(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or any(isinstance(ms, bool) or not isinstance(ms, int) or ms < 0 for ms in value):
        raise DialectError("harness_timing_ms must be a list of whole milliseconds")
    return tuple(value)
