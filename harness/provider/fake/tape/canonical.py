"""The canonical key of a request: equal exactly for requests that a recording of one may answer for the other.

key = authority (host, and its port where that is not the scheme's own), METHOD, path + sorted query, and the body:

    json       sorted keys, without the fields that the client makes up, 1.0 written as 1
    form       names and values, whatever their escapes; values of one name in order
    multipart  each part's name, file name, type and content, whatever the boundary
    raw        any other body by its bytes; so is JSON with a flaw (a key twice, half a surrogate pair), which thus matches
               nothing but the very bytes that were recorded
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from harness.provider.profiles import Profile

_FORM = re.compile(rb"(?![{\[])[^&=\s\"<]+=[^&\s\"<]*(?:&[^&=\s\"<]+=[^&\s\"<]*)*")


def key_of(profile: Profile, host: str, method: str, target: str, body: bytes) -> bytes:
    """16 bytes."""
    return _digest(host, method, target, canonical_body(body, profile))


def form_key_of(host: str, method: str, target: str, body: bytes) -> bytes | None:
    """The key of the form with the names and values of a flat JSON object; None for any other body."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    flat = isinstance(value, dict) and value and all(type(item) in (str, int, float) for item in value.values())
    return _digest(host, method, target, _form([(name, str(item)) for name, item in value.items()])) if flat else None


def _digest(host: str, method: str, target: str, form: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{host}\n{method}\n{sorted_query(target)}\n".encode("utf-8", "surrogateescape"))
    digest.update(form)
    return digest.digest()


def canonical_body(body: bytes, profile: Profile) -> bytes:
    """The body's form, with its kind in front: see above."""
    if body[:1] in b"{[ \n\t\r" and body:
        try:
            value = json.loads(body, parse_float=_number, parse_constant=_refuse, object_pairs_hook=_once)
            for path in profile.volatile:
                remove(value, steps_of(path))
            return b"json:" + json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            return b"raw:" + body
    if body[:2] == b"--":
        boundary, newline, _ = body.partition(b"\r\n")
        if newline and 2 < len(boundary) <= 72 and body.rstrip().endswith(boundary + b"--"):
            return _parts(body, boundary)
    if _FORM.fullmatch(body):
        pairs = parse_qsl(body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")
        return _form(pairs)
    return b"raw:" + body


def flaw_of(body: bytes) -> str:
    """What keeps JSON from being one value for everybody who reads it; "" for nothing."""
    try:
        json.dumps(json.loads(body, object_pairs_hook=_once), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        near = ascii(error.object[max(error.start - 20, 0) : error.start + 1])
        return f"a text of the request body holds half a surrogate pair: {near}"
    except _Twice as error:
        return f"the request body gives the key {str(error)!r} twice in one object"
    except (ValueError, RecursionError):
        pass
    return ""


def pairs_of(form: bytes) -> list[tuple[str, str]] | None:
    """The names and values of a canonical form, a multipart's content by its hash; None for another body."""
    kind, _, rest = form.partition(b":")
    if kind == b"form":
        return [(name, value) for name, value in json.loads(rest)]
    if kind == b"multipart" and rest[:1] == b"[":
        return [(name, " ".join(part for part in about if part)) for name, *about in json.loads(rest)]
    return None


def _form(pairs: list[tuple[str, str]]) -> bytes:
    return b"form:" + json.dumps(sorted(pairs, key=lambda pair: pair[0]), separators=(",", ":")).encode()


def _parts(body: bytes, boundary: bytes) -> bytes:
    found = []
    for part in (b"\r\n" + body.rstrip()[:-2]).split(b"\r\n" + boundary)[1:-1]:
        head, blank, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "surrogateescape")
        named = re.search(r'(?i)^content-disposition:.*?[; ]name="([^"]*)"', lines, re.MULTILINE)
        if not blank or named is None:
            return b"multipart:" + body.rstrip().replace(boundary, b"--boundary")
        file = re.search(r'(?i)[; ]filename="([^"]*)"', lines)
        kind = re.search(r"(?i)^content-type:\s*([^;\s]+)", lines, re.MULTILINE)
        about = (file.group(1) if file else "", kind.group(1).lower() if kind else "text/plain")
        found.append([named.group(1), *about, f"{len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}"])
    return b"multipart:" + json.dumps(found, separators=(",", ":")).encode()


def sorted_query(target: str) -> str:
    """The target with its query pairs sorted and without a fragment."""
    path, _, query = target.partition("#")[0].partition("?")
    if not query:
        return path or "/"
    return f"{path or '/'}?{'&'.join(sorted(query.split('&')))}"


def steps_of(path: str) -> tuple[str, ...]:
    """ "data[].taskUUID" -> ("data", "[]", "taskUUID")"""
    return tuple(step for step in path.replace("[]", ".[]").split(".") if step)


def remove(value: Any, steps: tuple[str, ...]) -> None:
    """Delete every field that `steps` lead to, in place."""
    for holder, name in places(value, steps):
        del holder[name]


def places(value: Any, steps: tuple[str, ...]) -> list[tuple[dict[str, Any], str]]:
    """(mapping, key) of every field that `steps` lead to, in document order."""
    found = [value]
    for step in steps[:-1]:
        if step == "[]":
            found = [item for holder in found if isinstance(holder, list) for item in holder]
        else:
            found = [holder[step] for holder in found if isinstance(holder, dict) and step in holder]
    return [(holder, steps[-1]) for holder in found if isinstance(holder, dict) and steps[-1] in holder]


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _refuse(text: str) -> None:
    raise ValueError(text)


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found
