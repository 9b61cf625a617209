"""Scan: the independent look for secrets in what is to be committed. It shares no code with `scrub`, on purpose.

Keys are known by kept rules (scan_rules); what else is a secret stands here, in `TESTS`. Everything is decoded as far as it goes: YAML, JSON, server-sent events (also joined over their deltas), gzip, zlib,
brotli, base64, hex, UTF-16, entities, percent- and form-encoding, header values. A secret that survives in any of these layers is a finding.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.provider.cassettes.scan_layers import layers, unbase64
from harness.provider.cassettes.scan_rules import keys_in

DEPTH = 7
FOLLOWING = "fields that follow each other"
_HARMLESS = re.compile(
    r"\W*(?:(?:sk-|org-|user-|proj_|Bearer |Basic )?(?:\[?REDACTED\]?|X{4}(?: X{4})*|replay-0+))?\W*"
)
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
    look = _Look(exact=tuple(secret for secret in known if len(secret) >= 6))
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    found = list(look.into(raw, "file", DEPTH))
    try:
        document = yaml.load(raw, _LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):
        document = None  # JSON and HAR are YAML too; what is neither has been looked at as text
    if isinstance(document, dict | list):
        found += look.through(document, "", DEPTH)
        found += _across(list(_texts(document)), look.exact)
    return tuple(dict.fromkeys(found))


def _across(texts: Sequence[str], exact: Sequence[str]) -> Iterator[Finding]:
    """A key that is cut over fields that follow each other, and stands whole in none."""
    whole = "".join(texts)
    for secret in exact:
        if secret in whole:
            yield Finding(where=FOLLOWING, kind="a key that was in use")
    for kind, key in keys_in(whole, whole.lower()):
        if not _harmless(key) and not any(key in text for text in texts):
            yield Finding(where=FOLLOWING, kind=f"a key: {kind}")


def _texts(value: Any) -> Iterator[str]:
    """Every text of a parsed value, in reading order: a key may be cut in two."""
    if isinstance(value, dict):
        yield from (text for item in value.values() for text in _texts(item))
    elif isinstance(value, list | tuple):
        yield from (text for item in value for text in _texts(item))
    elif isinstance(value, str):
        yield value


@dataclass(slots=True)
class _Look:
    """One scan: what it knows by heart, and what it has seen already. The same bytes below another decoding are looked at once."""

    exact: tuple[str, ...]
    _seen: dict[int, int] = field(default_factory=dict)
    """Hash of bytes -> how deep they were looked into."""

    def through(self, value: Any, where: str, depth: int, name: str = "") -> Iterator[Finding]:
        """Every string of a parsed value, with the name it stands under."""
        if isinstance(value, dict):
            # HAR: {"name": "authorization", "value": "..."}
            inner = (
                value.get("name") if isinstance(value.get("value"), str) and isinstance(value.get("name"), str) else ""
            )
            for key, item in value.items():
                place = f"{where}.{str(key)[:40]}"
                yield from self.into(str(key).encode("utf-8", "surrogatepass"), place, depth - 1)
                yield from self.through(item, place.lstrip("."), depth, inner if inner and key == "value" else str(key))
        elif isinstance(value, list | tuple):
            for at, item in enumerate(value):
                yield from self.through(item, f"{where}[{at}]", depth, name)
        elif isinstance(value, str | bytes):
            data = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
            yield from _named(name, data, where)
            yield from self.into(data, where, depth)

    def into(self, data: bytes, where: str, depth: int) -> Iterator[Finding]:
        if depth <= self._seen.get(hash(data), 0) or not data:
            return
        self._seen[hash(data)] = depth
        text = data.decode("utf-8", "replace")
        small = text.lower()
        for secret in self.exact:
            if secret in text:
                yield Finding(where=where, kind="a key that was in use")
        for kind, words, test in TESTS:
            if any(word in small for word in words) and test(text):
                yield Finding(where=where, kind=kind)
        for kind, key in keys_in(text, small):
            if not _harmless(key):
                yield Finding(where=where, kind=f"a key: {kind}")
        for how, inner in layers(data, text):
            place = f"{where} ({how})"
            if isinstance(inner, bytes):
                yield from self.into(inner, place, depth - 1)
            else:
                yield from self.through(inner, place, depth - 1)


def _named(name: str, data: bytes, where: str) -> Iterator[Finding]:
    plain = re.sub(r"[^a-z]", "", name.lower())
    text = data.decode("utf-8", "replace")
    if _HARMLESS.fullmatch(text):
        return
    if plain in _SECRET_NAMES and len(text) >= 4:
        yield Finding(where=where, kind=f"a value under '{name}'")
    elif plain in _MAYBE_NAMES and len(text) >= 16 and " " not in text and _entropy(text) > 3.2:
        yield Finding(where=where, kind=f"a random-looking value under '{name}'")


def _entropy(text: str) -> float:
    """Bits a character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def _harmless(key: str) -> bool:
    """Whether a key is left blank, or the harness's own, which is nobody's."""
    return bool(_HARMLESS.fullmatch(key))


def _pattern(expression: str, flags: int = 0) -> Callable[[str], bool]:
    compiled = re.compile(expression, flags)
    return lambda text: any(not _harmless(m.group(0)) for m in compiled.finditer(text))


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


TESTS: tuple[tuple[str, tuple[str, ...], Callable[[str], bool]], ...] = (
    ("an API key (sk-)", ("sk-",), _pattern(r"(?<![A-Za-z0-9])sk-[\w*-]{8,}")),
    ("a bearer token", ("bearer",), _pattern(r"(?i)\bbearer[ \t]+(?=[\w.~+/*-]*\d)[\w.~+/*-]{8,}")),
    ("basic credentials", ("basic",), _has_basic),
    ("an organization id", ("org-",), _pattern(r"(?<![A-Za-z0-9])org-[A-Za-z0-9]{12,}")),
    ("a user id", ("user-", "user_"), _pattern(r"(?<![A-Za-z0-9])user[-_][A-Za-z0-9]{16,}")),
    ("a project id", ("proj_",), _pattern(r"(?<![A-Za-z0-9])proj_[A-Za-z0-9]{12,}")),
    (
        "a session cookie",
        ("__cf_bm", "_cfuvid", "sessionid", "wordpress_"),
        _pattern(r"\b(?:__cf_bm|_cfuvid|sessionid|wordpress_(?:sec_|logged_in_)?[0-9a-f]{8,})=[^;\s\"]{8,}"),
    ),
    ("a Google key", ("aiza",), _pattern(r"\bAIza[\w-]{30,}")),
    ("a private key", ("private key",), _pattern(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")),
    ("an application password", (" ",), _has_application_password),
    ("an e-mail address", ("@",), _has_mail),
)
"""(kind, words, test): what no kept rule knows. A text that holds none of the words, in small letters, is not asked."""
