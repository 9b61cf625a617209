"""HTTP archives (HAR 1.2) imported as cassettes; recorders such as Polly.JS write them."""

from __future__ import annotations

from typing import Any

from harness.core.cassette import Interaction, RecordedRequest, RecordedResponse
from harness.provider.cassettes.dialects import DialectError, decoded, headers_of, unbase64


def interactions(archive: Any) -> tuple[Interaction, ...]:
    """Every entry of log.entries, in recorded order. Raises DialectError."""
    try:
        entries = list(archive["log"]["entries"])
        return tuple(_entry(entry, index) for index, entry in enumerate(entries))
    except (KeyError, TypeError, AttributeError) as error:
        raise DialectError(f"not an HTTP archive: {error!r} is missing or of the wrong type") from None


def _entry(entry: dict[str, Any], index: int) -> Interaction:
    asked, answered = entry["request"], entry["response"]
    posted = asked.get("postData") or {}
    sent, asked_headers, _ = decoded(_body(posted), _headers(asked))
    body, headers, encoding = decoded(_body(answered.get("content") or {}), _headers(answered))
    return Interaction(
        request=RecordedRequest(method=asked["method"].upper(), uri=asked["url"], headers=asked_headers, body=sent),
        response=RecordedResponse(
            status=int(answered["status"]),
            reason=answered.get("statusText") or "",
            headers=headers,
            body=body,
            encoding=encoding,
        ),
        index=index,
    )


def _body(content: dict[str, Any]) -> str | bytes:
    text = content.get("text") or ""
    return unbase64(text) if content.get("encoding") == "base64" else text


def _headers(message: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    several: dict[str, list[str]] = {}
    for header in message.get("headers") or []:
        several.setdefault(header["name"], []).append(header["value"])
    return headers_of(several)
