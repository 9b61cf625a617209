"""Scrub: keep what a replay needs, by allow-list, and take everything secret-looking out of what is kept.

Headers that are not listed here are dropped, whatever they are called. Bodies and URLs are kept as text, but for keys,
tokens, account ids and signatures. The independent check of the result is `scan`, which shares no code with this module.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit, urlunsplit

from harness.core.cassette import Interaction, RecordedRequest, RecordedResponse

REDACTED = "REDACTED"
REQUEST_HEADERS = ("accept", "content-type", "content-disposition")
_ALWAYS = ("content-type", "retry-after")
RESPONSE_HEADERS: Mapping[str, tuple[str, ...]] = {
    "openai": (
        *_ALWAYS, "openai-processing-ms", "openai-version", "x-request-id", "x-should-retry",
        "x-ratelimit-limit-requests", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-requests",
        "x-ratelimit-remaining-tokens", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens",
    ),
    "runware": _ALWAYS,
    "wordpress": (*_ALWAYS, "location", "allow", "x-wp-total", "x-wp-totalpages"),
    # which head names a request, each provider decides for itself: ledgers are joined by it
    "other": (*_ALWAYS, "x-request-id", "request-id", "x-trace-id", "x-correlation-id"),
}  # fmt: skip

_PARAMETERS = "sig|signature|skoid|sktid|key|api_?key|apikey|access_token|token|auth|password|secret|x-amz-signature|x-amz-credential"
_FIELDS = (
    "api[_-]?key|x-api-key|authorization|password|passwd|secret|client_secret|access_token|refresh_token|id_token|"
    "session_token|cookie|set-cookie|private_key|application_password|connectionSessionUUID"
)
_IN_QUERY = re.compile(rf"((?:[?&;]|&amp;|\\u0026)(?:{_PARAMETERS})=)([^&\"'\s<>\\#]+)", re.IGNORECASE)
_IN_JSON = re.compile(rf'("(?:{_FIELDS})"\s*:\s*")((?:[^"\\]|\\.)+)(")', re.IGNORECASE)
_IN_FORM = re.compile(rf"(^|&)((?:{_PARAMETERS}|{_FIELDS})=)([^&\s]+)", re.IGNORECASE)
_TOKENS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("key", re.compile(r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_*-]{8,}"), f"sk-{REDACTED}"),
    ("organization id", re.compile(r"(?<![A-Za-z0-9])org-[A-Za-z0-9]{12,}"), f"org-{REDACTED}"),
    ("user id", re.compile(r"(?<![A-Za-z0-9])user[-_][A-Za-z0-9]{16,}"), f"user-{REDACTED}"),
    ("project id", re.compile(r"(?<![A-Za-z0-9])proj_[A-Za-z0-9]{12,}"), f"proj_{REDACTED}"),
    ("bearer token", re.compile(r"\bBearer\s+(?=[A-Za-z0-9._~+/*-]*\d)[A-Za-z0-9._~+/*-]{8,}=*", re.IGNORECASE), f"Bearer {REDACTED}"),
    ("web token", re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"), REDACTED),
    ("cloud key", re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|AIza[0-9A-Za-z_-]{30,}|xox[abprs]-[A-Za-z0-9-]{10,})"), REDACTED),
)  # fmt: skip
_BASIC = re.compile(r"\bBasic\s+([A-Za-z0-9+/]{8,}={0,2})", re.IGNORECASE)
_APPLICATION_PASSWORD = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4}(?![A-Za-z0-9])")


def scrub(interaction: Interaction, provider: str, known: Iterable[str] = ()) -> tuple[Interaction, tuple[str, ...]]:
    """The interaction as it may be committed, and what was taken out, as sorted short phrases without any value.

    `known` are secrets that were in use while recording: they are replaced wherever they stand, in any usual encoding.
    """
    redacted: set[str] = set()
    forms = _forms(known)
    asked, answered = interaction.request, interaction.response
    kept_request = _headers(asked.headers, REQUEST_HEADERS, "request", forms, redacted)
    allowed = RESPONSE_HEADERS.get(provider, RESPONSE_HEADERS["other"])
    kept_response = _headers(answered.headers, allowed, "response", forms, redacted)
    request = RecordedRequest(
        method=asked.method,
        uri=_text(_uri(asked.uri, redacted), "request URL", forms, redacted),
        headers=kept_request,
        body=_body(asked.body, "request body", forms, redacted),
    )
    response = RecordedResponse(
        status=answered.status,
        reason=answered.reason,
        headers=kept_response,
        body=_body(answered.body, "response body", forms, redacted),
        encoding="",
    )
    return replace(interaction, request=request, response=response), tuple(sorted(redacted))


def _headers(
    headers: Mapping[str, tuple[str, ...]], allowed: Iterable[str], side: str, forms: list[str], redacted: set[str]
) -> dict[str, tuple[str, ...]]:
    kept: dict[str, tuple[str, ...]] = {}
    for name, values in headers.items():
        if name.lower() in allowed:
            kept[name] = tuple(_text(value, f"{side} header {name.lower()}", forms, redacted) for value in values)
        elif name.lower() in (
            "authorization",
            "cookie",
            "set-cookie",
            "openai-organization",
            "openai-project",
            "x-api-key",
        ):
            redacted.add(f"{side} header {name.lower()}")
    return kept


def _uri(uri: str, redacted: set[str]) -> str:
    parts = urlsplit(uri)
    if "@" in parts.netloc:
        redacted.add("request URL: user and password")
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return urlunsplit(parts)


def _body(body: bytes, where: str, forms: list[str], redacted: set[str]) -> bytes:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body  # a picture or a compressed part: the scan decides
    return _text(text, where, forms, redacted).encode()


def _text(text: str, where: str, forms: list[str], redacted: set[str]) -> str:
    def note(kind: str) -> None:
        redacted.add(f"{where}: {kind}")

    for form in forms:
        if form in text:
            text = text.replace(form, REDACTED)
            note("a key that was in use")
    for kind, pattern, instead in _TOKENS:
        text, found = pattern.subn(instead, text)
        if found:
            note(kind)
    text, found = _IN_QUERY.subn(rf"\g<1>{REDACTED}", text)
    if found:
        note("signature or key in a query")
    text, found = _IN_JSON.subn(rf"\g<1>{REDACTED}\g<3>", text)
    if found:
        note("a secret field")
    if "\n" not in text and " " not in text:
        text, found = _IN_FORM.subn(rf"\g<1>\g<2>{REDACTED}", text)
        if found:
            note("a secret form field")
    text = _BASIC.sub(lambda m: _basic(m, note), text)
    return _APPLICATION_PASSWORD.sub(lambda m: _application_password(m, note), text)


def _basic(match: re.Match[str], note) -> str:
    """Only what decodes to user:password: "basic information" is plain English."""
    value = match.group(1)
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return match.group(0)
    if b":" not in decoded:
        return match.group(0)
    note("basic credentials")
    return f"Basic {REDACTED}"


def _application_password(match: re.Match[str], note) -> str:
    """WordPress makes them of letters in both cases and digits; six short English words in a row have no digit."""
    text = match.group(0)
    if any(c.isdigit() for c in text) and any(c.isupper() for c in text) and any(c.islower() for c in text):
        note("an application password")
        return " ".join(["XXXX"] * 6)
    return text


def _forms(known: Iterable[str]) -> list[str]:
    """Each secret as it is, percent-encoded, JSON-escaped and in base64; the longest first."""
    forms: set[str] = set()
    for secret in known:
        if len(secret) >= 6:
            forms |= {
                secret,
                quote(secret, safe=""),
                json.dumps(secret)[1:-1],
                base64.b64encode(secret.encode()).decode(),
            }
    return sorted(forms, key=len, reverse=True)
