"""One raw interaction, as any vcrpy dialect wrote it, becomes a core Interaction.

vcrpy-1      request {method, uri, headers, body}, response {status {code, message}, headers, body {string}}
old-httpx    vcrpy before 6 with httpx: response {content, status_code, http_version, headers}
parsed_body  a JSON value beside the request or response stands for the body
python-keys  header names written as Python objects (seen by the loader, which yields plain strings)

Bodies come as text, bytes (`!!binary`), base64_string, or null; '' and null both mean "no body". A content-encoding
header may stand over a body that was already decoded.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brotli

from harness.core.cassette import Interaction, RecordedRequest, RecordedResponse


class DialectError(ValueError):
    """What could not be understood; the reader adds the file's name."""


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
            response=_response(response, raw.get("harness_encoding", "")),
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
    headers = headers_of(raw.get("headers"))
    if "parsed_body" in raw:
        body = _json_bytes(raw["parsed_body"])
    else:
        body, headers, _ = decoded(raw_body(raw.get("body")), headers)
    return RecordedRequest(method=method.upper(), uri=uri, headers=headers, body=body)


def _response(raw: dict[str, Any], encoding: Any) -> RecordedResponse:
    status = raw.get("status", raw.get("status_code"))
    reason = ""
    if isinstance(status, dict):
        reason = status.get("message") or ""
        status = status.get("code")
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 599:
        raise DialectError(f"a response needs a status code, not {status!r}")
    headers = headers_of(raw.get("headers"))
    if "parsed_body" in raw:
        body, seen = _json_bytes(raw["parsed_body"]), ""
        headers = _measured(headers, body)
    else:
        body, headers, seen = decoded(raw_body(raw["body"] if "body" in raw else raw.get("content")), headers)
    if not isinstance(encoding, str):
        raise DialectError(f"harness_encoding must be text, not {encoding!r}")
    return RecordedResponse(status=status, reason=str(reason), headers=headers, body=body, encoding=encoding or seen)


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


def raw_body(raw: Any) -> str | bytes:
    """The body as it stands in the file, before any content-encoding is undone."""
    if raw is None:
        return b""
    if isinstance(raw, (str, bytes)):
        return raw
    if isinstance(raw, dict):
        if "base64_string" in raw:
            return unbase64(raw["base64_string"])
        if raw.get("encoding") == "base64":
            return unbase64(raw.get("string", ""))
        if "string" in raw:
            return raw_body(raw["string"])
        if not raw:
            return b""
    raise DialectError(f"a body of type {type(raw).__name__} is not understood")


def decoded(body: str | bytes, headers: dict[str, tuple[str, ...]]) -> tuple[bytes, dict[str, tuple[str, ...]], str]:
    """Undo the content-encoding that `headers` name: (body, headers that fit it, the encoding or "").

    A body that is not encoded after all is kept as it is: recorders often decode first and keep the header.
    """
    name = next((key for key in headers if key.lower() == "content-encoding"), None)
    encoding = ",".join(headers[name]).strip().lower() if name else ""
    data = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body
    if encoding in ("", "identity"):
        return data, headers, ""
    if isinstance(body, str) and body.startswith("\x1f\x8b"):
        data = body.encode("latin-1", "replace")
    plain = undo(data, encoding)
    kept = {key: value for key, value in headers.items() if key != name}
    return plain, _measured(kept, plain), encoding


def undo(data: bytes, encoding: str) -> bytes:
    """Decode gzip, deflate or br; bytes that are not in that encoding come back unchanged."""
    if not data:
        return data
    try:
        if encoding in ("gzip", "x-gzip"):
            return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        if encoding == "deflate":
            try:
                return zlib.decompress(data)
            except zlib.error:
                return zlib.decompress(data, -zlib.MAX_WBITS)
        if encoding == "br":
            return data if _is_text(data) and data[:1] in b'{["d<' else brotli.decompress(data)
    except (zlib.error, brotli.error):
        return _already_plain(data, encoding)
    except (OSError, EOFError) as error:
        raise DialectError(f"a gzip body is damaged: {error}") from None
    return _already_plain(data, encoding)


def _already_plain(data: bytes, encoding: str) -> bytes:
    if _is_text(data):
        return data
    raise DialectError(f"a body with content-encoding {encoding!r} cannot be decoded")


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def unbase64(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, TypeError, ValueError):
        raise DialectError("a base64 body is damaged") from None


def _measured(headers: dict[str, tuple[str, ...]], body: bytes) -> dict[str, tuple[str, ...]]:
    """Headers whose content-length, if there is one, is that of `body`."""
    length = (str(len(body)),)
    return {key: length if key.lower() == "content-length" else value for key, value in headers.items()}


def _json_bytes(value: Any) -> bytes:
    if value is None:
        return b""
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, RecursionError) as error:
        raise DialectError(f"parsed_body is not JSON: {error}") from None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return "" if value is None else str(value)


def _times(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise DialectError(f"harness_times must be 0 (endless) or a count, not {value!r}")
    return value


def _timing(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or any(isinstance(ms, bool) or not isinstance(ms, int) or ms < 0 for ms in value):
        raise DialectError("harness_timing_ms must be a list of whole milliseconds")
    return tuple(value)
