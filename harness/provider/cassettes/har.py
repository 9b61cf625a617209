"""HTTP archives (HAR 1.2) imported as cassettes; recorders such as Polly.JS write them."""

from __future__ import annotations

from typing import Any

from harness.core.cassette import Interaction, RecordedRequest
from harness.provider.cassettes.bodies import DialectError, decoded, form_body, pieces, unbase64, unhex
from harness.provider.cassettes.dialects import NEVER_ANSWERED, headers_of, response_of, uri_of


def interactions(archive: Any) -> tuple[Interaction, ...]:
    """Every entry of log.entries, in recorded order. Raises DialectError."""
    try:
        entries = list(archive["log"]["entries"])
    except (KeyError, TypeError) as error:
        raise DialectError(f"not an HTTP archive: {error!r} is missing or of the wrong type") from None
    return tuple(_entry(entry, index) for index, entry in enumerate(entries))


def _entry(entry: Any, index: int) -> Interaction:
    try:
        asked = entry["request"]
        method, uri, asked_headers = asked["method"].upper(), uri_of(asked["url"]), _headers(asked)
        sent, asked_headers, _ = decoded(_posted(asked.get("postData") or {}), asked_headers)
        answered = entry.get("response") or {"status": NEVER_ANSWERED}
        status, reason = answered["status"], answered.get("statusText") or ""
        status = NEVER_ANSWERED if status is None else status
        response = response_of(method, status, reason, _headers(answered), _body(answered.get("content") or {}))
    except DialectError as error:
        raise DialectError(f"entry {index}: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise DialectError(f"not an HTTP archive: entry {index}: {error!r} is missing or of the wrong type") from None
    request = RecordedRequest(method=method, uri=uri, headers=asked_headers, body=sent)
    return Interaction(request=request, response=response, index=index)


def _posted(posted: dict[str, Any]) -> str | bytes:
    """The body that was sent: as text, or (browsers leave the text of a form out) as its fields."""
    return _body(posted) or (form_body(posted["params"], posted.get("mimeType") or "") if posted.get("params") else "")


def _body(content: dict[str, Any]) -> str | bytes:
    text, encoding = content.get("text") or "", (content.get("encoding") or "").lower()
    if not isinstance(text, str):
        raise DialectError(f"a body of type {type(text).__name__} is not understood")
    if encoding == "base64":
        return pieces(text, unbase64)
    if encoding not in ("", "utf8", "utf-8"):
        raise DialectError(f"a body with the encoding {encoding!r} is not understood")
    return pieces(text, unhex) if content.get("_isBinary") else text


def _headers(message: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    several: dict[str, list[str]] = {}
    for header in message.get("headers") or []:
        several.setdefault(header["name"], []).append(header["value"])
    return headers_of(several)
