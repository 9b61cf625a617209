"""An answer of the target as the history tells it: every header but those of free.toml, and the whole body."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import requests

FREE = Path(__file__).with_name("free.toml")
MOST_BYTES = 4 << 20
"""Of an answer that is looked into: an export of a million rows would cost minutes of judging, line by line."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
"""In which order an Allow is told: it is a set, and frameworks print it as one, in the order of this process's hash seed."""
Cuts = dict[str, list[tuple[re.Pattern[str], str]]]


def headers_of(answer: requests.Response) -> dict[str, str]:
    """Name in small letters -> value; of a header that came several times all values, a line each."""
    free, cuts = _free()
    told: dict[str, str] = {}
    for raw, value in _lines(answer):
        name = raw.lower()
        if name not in free:
            text = _cut(_allowed(value) if name == "allow" else value, cuts.get(name, ()))
            told[name] = f"{told[name]}\n{text}" if name in told else text
    return told


def _allowed(value: str) -> str:
    ranked = {method: n for n, method in enumerate(METHODS)}
    return ", ".join(sorted((one.strip() for one in value.split(",")), key=lambda one: (ranked.get(one, len(METHODS)), one)))  # fmt: skip


def body_of(answer: requests.Response) -> Any:
    """JSON, else text, else, and of what is longer than `MOST_BYTES`, size and digest of the bytes."""
    raw = answer.content
    if len(raw) > MOST_BYTES:
        return digest_of(raw)
    try:
        return answer.json()
    except ValueError:
        pass
    try:
        text = raw.decode(answer.encoding or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return digest_of(raw)
    return _cut(text, _free()[1]["body"])


def digest_of(raw: bytes) -> str:
    return f"({len(raw)} bytes, sha256 {hashlib.sha256(raw).hexdigest()})"


def redirects_of(answer: requests.Response) -> tuple[str, ...]:
    """ "302 /there/" for each answer that led to this one."""
    return tuple(f"{one.status_code} {one.headers.get('location', '')}" for one in answer.history)


def _lines(answer: requests.Response) -> Iterable[tuple[str, str]]:
    raw = getattr(answer.raw, "headers", None)
    return (answer.headers if raw is None else raw).items()


def _cut(text: str, cuts: Iterable[tuple[re.Pattern[str], str]]) -> str:
    for pattern, instead in cuts:
        text = pattern.sub(instead, text)
    return text


@cache
def _free() -> tuple[frozenset[str], Cuts]:
    """(headers that are left out, name of a header or "body" -> what is cut out and what stands there instead)."""
    listed = tomllib.loads(FREE.read_text(encoding="utf-8"))
    cuts = {
        name: [(re.compile(one["pattern"]), one["instead"]) for one in many] for name, many in listed["cut"].items()
    }
    return frozenset(listed["headers"]), cuts
