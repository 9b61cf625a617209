"""How a request came and what stood in its head, as the history tells it: all but what free.toml lists, no credential raw.

A request's head is kept as bytes while the client waits; it is read when the report is asked for.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from harness.provider.marks import mark
from harness.provider.profiles import name_of

FREE = Path(__file__).with_name("free.toml")
DEFAULT_PORTS = {"https": 443, "http": 80, "smtp": 25}
AUTHENTICATION = b":authentication"
"""A head line that no client sends: the credential of a WebSocket's first message."""

_KEYS = r"(api|access|private|secret|subscription|auth)_?key"
_SAID = rf"authorization|cookie|{_KEYS}|auth|token|secret|password|passwd|credentials?|signature|session|jwt"
_HEADER = re.compile(rf"(^|_)({_SAID})($|_)|^(x_)?key$")
_PARAMETER = re.compile(rf"(^|_)({_SAID}|sig|pass)$|^key$")
_FIELD = re.compile(rf"(^|_)(authorization|{_KEYS}|token|secret|password|passwd|credentials?|jwt)$")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Via(NamedTuple):
    """How a connection was made; `sni` is the server name of its TLS handshake."""

    scheme: str = "https"
    sni: str = ""


class Head(NamedTuple):
    """`lines` are the header lines as they came, one after the other."""

    via: Via = Via()
    query: str = ""
    lines: bytes = b""


def kept(via: Via, target: str, headers: Iterable[tuple[bytes, bytes]]) -> Head:
    """The head of one request, in few bytes."""
    return Head(via, target.partition("?")[2], b"\n".join(b"%b:%b" % line for line in headers))


def port_of(host: str, scheme: str) -> int:
    """The port that an authority names, else its scheme's own."""
    name = name_of(host)
    return DEFAULT_PORTS[scheme] if name == host else int(host[len(name) + 1 :])


def headers_of(head: Head, key: bytes) -> dict[str, str]:
    """Name in small letters -> value; of a header that came several times all values, in their order."""
    free, whole, cut = _free()
    told: dict[str, str] = {}
    for line in head.lines.split(b"\n") if head.lines else ():
        raw, value = _split(line)
        name = raw.decode("latin-1").lower()
        if name in whole or any(name.startswith(prefix) for prefix in free):
            continue
        text = value.decode("latin-1").strip()
        if name == AUTHENTICATION.decode() or _HEADER.search(_plain(name)):
            text = _credential(name, text, key)
        elif name in cut:
            text = cut[name][0].sub(cut[name][1], text)
        told[name] = f"{told[name]}, {text}" if name in told else text
    return told


def query_of(head: Head, key: bytes) -> str:
    """The query as it was sent, credentials marked."""
    return pairs(head.query, key) if head.query else ""


def pairs(text: str, key: bytes) -> str:
    """A query or a form with its credentials marked."""
    parts = []
    for part in text.split("&"):
        name, said, value = part.partition("=")
        secret = said and _PARAMETER.search(_plain(unquote_plus(name)))
        parts.append(f"{name}={mark(key, unquote_plus(value))}" if secret else part)
    return "&".join(parts)


def body_of(value: Any, key: bytes, content_type: str = "") -> Any:
    """A request's body with its credentials marked, whatever it is."""
    match value:
        case str() if content_type.startswith("application/x-www-form-urlencoded"):
            return pairs(value, key)
        case Mapping():
            return {name: _leaf(name, item, key) for name, item in value.items()}
        case list():
            return [body_of(item, key) for item in value]
    return value


def changes_of(nearest: Mapping[str, Any] | None, key: bytes) -> Mapping[str, Any] | None:
    """What a miss says of the nearest recording, credentials marked."""
    if not nearest or not nearest.get("changes"):
        return nearest
    changes = [
        {**change, "sent": mark(key, str(change.get("sent")))}
        if _FIELD.search(_plain(re.split(r"[.\] ]", str(change.get("path")))[-1]))
        else change
        for change in nearest["changes"]
    ]
    return {**nearest, "changes": changes}


def _split(line: bytes) -> tuple[bytes, bytes]:
    at = line.index(b":", 1)
    return line[:at], line[at + 1 :]


def _leaf(name: str, item: Any, key: bytes) -> Any:
    if isinstance(item, str):
        return mark(key, item) if _FIELD.search(_plain(name)) else item
    return body_of(item, key)


def _credential(name: str, text: str, key: bytes) -> str:
    """The scheme and, of Basic, the user are told as they are."""
    if name in ("cookie", "cookie2"):
        return "; ".join(
            f"{part.partition('=')[0].strip()}={mark(key, part.partition('=')[2])}" for part in text.split(";")
        )
    scheme, between, rest = text.partition(" ")
    if not between or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", scheme):
        return mark(key, text)
    if scheme.lower() == "basic":
        try:
            user, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user, colon, password = "", "", ""
        if colon:
            return f"{scheme} {user} {mark(key, password)}".rstrip()
    return f"{scheme} {mark(key, rest.strip())}".rstrip()


def _plain(name: str) -> str:
    """A name in small letters with underscores: apiKey, X-Api-Key."""
    return _HUMP.sub("_", name).replace("-", "_").replace(".", "_").lower()


@cache
def _free() -> tuple[tuple[str, ...], frozenset[str], dict[str, tuple[re.Pattern[str], str]]]:
    """(beginnings of names that are left out, whole names, name -> what is cut out and what stands there instead)."""
    listed = tomllib.loads(FREE.read_text(encoding="utf-8"))
    names = listed["headers"]
    beginnings = tuple(name[:-1] for name in names if name.endswith("*"))
    cut = {name: (re.compile(how["pattern"]), how["instead"]) for name, how in listed["cut"].items()}
    return beginnings, frozenset(names), cut
