"""Scan: the independent look for secrets in what is to be committed. It shares no code with `scrub`, on purpose.

Everything is decoded as far as it goes: YAML, JSON, server-sent events (also joined over their deltas), gzip, zlib,
brotli, base64, hex, UTF-16, entities, percent- and form-encoding, header values. A secret that survives in any of these layers is a finding.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.provider.cassettes.scan_layers import layers, unbase64

DEPTH = 7
_HARMLESS = re.compile(r"\W*(?:(?:sk-|org-|user-|proj_|Bearer |Basic )?(?:\[?REDACTED\]?|X{4}(?: X{4})*))?\W*")
_SECRET_NAMES = frozenset(
    {"apikey", "xapikey", "authorization", "proxyauthorization", "password", "passwd", "secret", "clientsecret", "accesstoken",
     "refreshtoken", "idtoken", "sessiontoken", "cookie", "setcookie", "privatekey", "applicationpassword", "openaiorganization",
     "openaiproject", "sig", "signature", "skoid", "sktid"}
)  # fmt: skip
_MAYBE_NAMES = frozenset({"key", "token", "auth", "session", "credential", "credentials", "connectionsessionuuid"})
_RESERVED_MAIL = re.compile(
    r"@(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net))?|test|invalid|localhost|local)$", re.IGNORECASE
)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`where` is a path through the file and its encodings; the secret itself is never repeated."""

    where: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind} at {self.where}"


def scan_file(path: Path, known: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Findings in a cassette or HAR file, without repetitions, in reading order."""
    return scan(path.read_bytes(), known)


def scan(data: bytes | str, known: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Findings in any bytes. `known` are secrets that must not stand anywhere, in any encoding."""
    exact = tuple(secret for secret in known if len(secret) >= 6)
    raw = data.encode() if isinstance(data, str) else data
    found = list(_look(raw, "file", DEPTH, exact))
    try:
        document = yaml.load(raw, _LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):
        document = None  # JSON and HAR are YAML too; what is neither has been looked at as text
    if isinstance(document, dict | list):
        found += _walk(document, "", DEPTH, exact)
        whole = "".join(_texts(document)) if exact else ""
        found += [
            Finding(where="fields that follow each other", kind="a key that was in use")
            for one in exact
            if one in whole
        ]
    return tuple(dict.fromkeys(found))


def _texts(value: Any) -> Iterator[str]:
    """Every text of a parsed value, in reading order: a key may be cut in two."""
    if isinstance(value, dict):
        yield from (text for item in value.values() for text in _texts(item))
    elif isinstance(value, list | tuple):
        yield from (text for item in value for text in _texts(item))
    elif isinstance(value, str):
        yield value


def _walk(value: Any, where: str, depth: int, exact: tuple[str, ...], name: str = "") -> Iterator[Finding]:
    """Every string of a parsed value, with the name it stands under."""
    if isinstance(value, dict):
        # HAR: {"name": "authorization", "value": "..."}
        inner = value.get("name") if isinstance(value.get("value"), str) and isinstance(value.get("name"), str) else ""
        for key, item in value.items():
            yield from _look(str(key).encode(), f"{where}.{str(key)[:40]}", depth - 1, exact)
            yield from _walk(
                item,
                f"{where}.{str(key)[:40]}".lstrip("."),
                depth,
                exact,
                inner if inner and key == "value" else str(key),
            )
    elif isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from _walk(item, f"{where}[{at}]", depth, exact, name)
    elif isinstance(value, str | bytes):
        data = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        yield from _named(name, data, where)
        yield from _look(data, where, depth, exact)


def _named(name: str, data: bytes, where: str) -> Iterator[Finding]:
    plain = re.sub(r"[^a-z]", "", name.lower())
    text = data.decode("utf-8", "replace")
    if _HARMLESS.fullmatch(text):
        return
    if plain in _SECRET_NAMES and len(text) >= 4:
        yield Finding(where=where, kind=f"a value under '{name}'")
    elif plain in _MAYBE_NAMES and len(text) >= 16 and " " not in text and _entropy(text) > 3.2:
        yield Finding(where=where, kind=f"a random-looking value under '{name}'")


def _look(data: bytes, where: str, depth: int, exact: tuple[str, ...]) -> Iterator[Finding]:
    if depth <= 0 or not data:
        return
    text = data.decode("utf-8", "replace")
    for secret in exact:
        if secret in text:
            yield Finding(where=where, kind="a key that was in use")
    for kind, test in TESTS:
        if test(text):
            yield Finding(where=where, kind=kind)
    for how, inner in layers(data, text):
        place = f"{where} ({how})"
        if isinstance(inner, bytes):
            yield from _look(inner, place, depth - 1, exact)
        else:
            yield from _walk(inner, place, depth - 1, exact)


def _entropy(text: str) -> float:
    """Bits a character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def _pattern(expression: str, flags: int = 0) -> Callable[[str], bool]:
    compiled = re.compile(expression, flags)
    return lambda text: any(not _HARMLESS.fullmatch(m.group(0)) for m in compiled.finditer(text))


def _has_basic(text: str) -> bool:
    for match in re.finditer(r"\bbasic\s+([A-Za-z0-9+/]{6,}={0,2})", text, re.IGNORECASE):
        plain = unbase64(match.group(1))
        if plain is not None and b":" in plain:
            return True
    return False


def _has_application_password(text: str) -> bool:
    for match in re.finditer(r"(?<!\w)\w{4}(?: \w{4}){5}(?!\w)", text):
        word = match.group(0)
        if re.search(r"\d", word) and word != word.lower() and word != word.upper():
            return True
    return False


def _has_mail(text: str) -> bool:
    found = re.findall(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", text)
    return any(not _RESERVED_MAIL.search(mail) for mail in found)


TESTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("an API key (sk-)", _pattern(r"(?<![A-Za-z0-9])sk-[\w*-]{8,}")),
    ("a bearer token", _pattern(r"(?i)\bbearer[ \t]+(?=[\w.~+/*-]*\d)[\w.~+/*-]{8,}")),
    ("basic credentials", _has_basic),
    ("an organization id", _pattern(r"(?<![A-Za-z0-9])org-[A-Za-z0-9]{12,}")),
    ("a user id", _pattern(r"(?<![A-Za-z0-9])user[-_][A-Za-z0-9]{16,}")),
    ("a project id", _pattern(r"(?<![A-Za-z0-9])proj_[A-Za-z0-9]{12,}")),
    (
        "a session cookie",
        _pattern(r"\b(?:__cf_bm|_cfuvid|sessionid|wordpress_(?:sec_|logged_in_)?[0-9a-f]{8,})=[^;\s\"]{8,}"),
    ),
    ("a web token", _pattern(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    ("a cloud key", _pattern(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|AIza[\w-]{30,}|xox[abprs]-[\w-]{10,})")),
    ("a private key", _pattern(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("an application password", _has_application_password),
    ("an e-mail address", _has_mail),
)
