"""How an answer is put on the wire: JSON styles, headers, dates, keys; all made from the request alone."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.provider.simulator.chance import Chance

EPOCH_S = 1_763_971_200
"""2025-11-24 08:00 UTC: every `created` and Date lies within the following day."""
CLIENT_MADE = ("taskUUID",)
"""Fields that differ from one sending of the same request to the next: they are echoed, and decide nothing."""
WARNING_HEADER = "x-harness-warning"
"""What of an answer is assumed; a recorder takes it into the provenance and leaves the header out."""
ERROR_HEADER = "x-harness-error"
"""The simulator has no answer: the body is the error, and no provider's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request with what every provider needs to read from it. `json` is None when the body is no JSON."""

    method: str
    uri: str
    host: str
    path: str
    headers: Mapping[str, str]
    json: Any
    body: bytes
    chance: Chance
    created_s: int

    @property
    def bearer(self) -> str:
        """The key of a request: a bearer token, or in the header `api-key`."""
        kind, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() if kind.lower() == "bearer" else self.headers.get("api-key", "")

    @property
    def basic(self) -> tuple[str, str]:
        """User and password of Basic authentication, ("", "") when there is none."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return "", ""
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return user, password


def read(request: RecordedRequest, seed: int) -> Asked:
    url = urlsplit(request.uri)
    body = _json(request.body)
    canonical = json.dumps(_without_client_made(body), sort_keys=True) if body is not None else request.body.hex()
    chance = Chance(seed, request.method, url.netloc, url.path, url.query, canonical)
    return Asked(
        method=request.method.upper(),
        uri=request.uri,
        host=(url.hostname or "").lower(),
        path=url.path,
        headers={name.lower(): values[0] for name, values in request.headers.items() if values},
        json=body,
        body=request.body,
        chance=chance,
        created_s=EPOCH_S + chance.fork("created").below(86_400),
    )


def respond(status: int, body: bytes, headers: Mapping[str, str | tuple[str, ...]]) -> RecordedResponse:
    return RecordedResponse(
        status=status,
        reason=HTTPStatus(status).phrase,
        headers={name: (value,) if isinstance(value, str) else value for name, value in headers.items()},
        body=body,
    )


def pretty(value: Any) -> bytes:
    """OpenAI's style for whole answers."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def php(value: Any) -> bytes:
    """PHP's json_encode, which WordPress uses: ASCII only, and slashes escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()


def http_date(created_s: int) -> str:
    return format_datetime(datetime.fromtimestamp(created_s, UTC), usegmt=True)


def cloudflare(asked: Asked) -> dict[str, str | tuple[str, ...]]:
    """What the network in front of OpenAI and Runware adds; a recorder has to drop most of it, the cookie first."""
    chance = asked.chance.fork("edge")
    return {
        "Date": http_date(asked.created_s),
        "Connection": "keep-alive",
        "Server": "cloudflare",
        "CF-RAY": f"{chance.text(16, '0123456789abcdef')}-{chance.pick(('FRA', 'AMS', 'LHR', 'EWR'))}",
        "cf-cache-status": "DYNAMIC",
        "set-cookie": (
            f"__cf_bm={chance.text(43)}-{asked.created_s}-1.0.1.1-{chance.text(86)}; path=/; HttpOnly; Secure",
        ),
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
        "X-Content-Type-Options": "nosniff",
        "alt-svc": 'h3=":443"; ma=86400',
    }


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _without_client_made(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_client_made(item) for key, item in value.items() if key not in CLIENT_MADE}
    if isinstance(value, list):
        return [_without_client_made(item) for item in value]
    return value
