"""The body of a message, as a recorder wrote it, becomes the bytes that stood behind every encoding.

    raw_body   text, bytes (`!!binary`), base64_string, {string}, null: what stands in the file
    pieces     Polly.JS keeps a compressed answer as a JSON list of base64 (older: hexadecimal) pieces
    decoded    the content-encoding of the headers is undone
    sent_body  a request that aiohttp made of a mapping: the JSON or the form that went out
    form_body  the fields of an HTTP archive's postData.params

'' and null both mean "no body". A content-encoding header may stand over a body that its recorder already decoded: text,
or a picture with its signature, is that; anything else that cannot be decoded raises DialectError and is never served.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import brotli

Headers = dict[str, tuple[str, ...]]
_MEDIA = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"%PDF", b"OggS", b"ID3", b"PK\x03\x04")
BOUNDARY = "harness-boundary"


class DialectError(ValueError):
    """What could not be understood; the reader adds the file's name."""


def raw_body(raw: Any) -> str | bytes:
    """The body as it stands in the file, before any content-encoding is undone."""
    if raw is None:
        return b""
    if isinstance(raw, (str, bytes)):
        return raw
    if isinstance(raw, list) and all(isinstance(piece, bytes) for piece in raw):
        return b"".join(raw)  # an iterator, piece by piece
    if isinstance(raw, dict):
        if "base64_string" in raw:
            return unbase64(raw["base64_string"])
        if raw.get("encoding") == "base64":
            return pieces(raw.get("string", ""), unbase64)
        if "string" in raw:
            return raw_body(raw["string"])
        if not raw:
            return b""
    raise DialectError(f"a body of type {type(raw).__name__} is not understood")


def sent_body(raw: Any, headers: Headers) -> str | bytes:
    """A request's body. What aiohttp was given as `json=` or `data=` is a mapping or a list in vcrpy's file.

    The recorded content-type says which of the two it was; without one it is JSON, but for what JSON cannot hold (pairs,
    bytes), which is a form.
    """
    wrapped = (
        isinstance(raw, dict) and raw.keys() <= {"string", "base64_string", "encoding"} and raw.keys() != {"encoding"}
    )
    if not isinstance(raw, (dict, list)) or wrapped or (isinstance(raw, list) and _is(raw, bytes)):
        return raw_body(raw)
    kind = header(headers, "content-type").lower()
    if "multipart/form-data" in kind:
        fields = [{"name": name, "value": value} for name, value in _pairs(raw)]
        return form_body(fields, kind)
    holds_bytes = isinstance(raw, dict) and any(isinstance(value, bytes) for value in raw.values())
    if "x-www-form-urlencoded" in kind or holds_bytes or (isinstance(raw, list) and _is(raw, tuple)):
        return urlencode(_pairs(raw), doseq=True)
    return json_bytes(raw)


def form_body(fields: Any, kind: str) -> str | bytes:
    """The body of `postData.params`, {name, value, fileName?, contentType?} each, in the form that `kind` names."""
    if not isinstance(fields, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in fields
    ):
        raise DialectError("postData.params must be a list of names and values")  # fmt: skip
    if "multipart/form-data" not in kind.lower():
        return urlencode([(one["name"], _plain(one.get("value"))) for one in fields])
    named = re.search(r'boundary="?([^";]+)', kind)
    boundary = named.group(1) if named else BOUNDARY
    body = b""
    for one in fields:
        file = f'; filename="{one["fileName"]}"' if one.get("fileName") else ""
        kept = f"Content-Type: {one['contentType']}\r\n" if one.get("contentType") else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{one["name"]}"{file}\r\n{kept}\r\n'
        value = _plain(one.get("value"))
        body += _utf8(head) + (value if isinstance(value, bytes) else _utf8(value)) + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


def decoded(body: str | bytes, headers: Headers) -> tuple[bytes, Headers, str]:
    """Undo the content-encoding that `headers` name: (body, headers that fit it, the encoding or "")."""
    name = next((key for key in headers if key.lower() == "content-encoding"), None)
    encoding = ",".join(headers[name]).strip().lower() if name else ""
    if "chunked" in header(headers, "transfer-encoding").lower():
        body = _unchunked(body)
    if encoding in ("", "identity"):
        return _utf8(body), headers, ""
    plain = _compressed_text(body, encoding) if isinstance(body, str) else None
    if plain is None:
        plain = undo(_utf8(body), encoding)
    kept = {key: value for key, value in headers.items() if key != name}
    return plain, measured(kept, plain), encoding


def undo(data: bytes, encoding: str) -> bytes:
    """Decode gzip, deflate or br, one after the other where several are named; what was decoded before stays as it is."""
    for one in reversed([name.strip() for name in encoding.split(",")]):
        data = _undone(data, one) if data and one not in ("", "identity") else data
    return data


def _undone(data: bytes, encoding: str) -> bytes:
    try:
        if encoding in ("gzip", "x-gzip") and data[:2] == b"\x1f\x8b":
            return gzip.decompress(data)
        if encoding == "deflate":
            try:
                return zlib.decompress(data)
            except zlib.error:
                return zlib.decompress(data, -zlib.MAX_WBITS)
        if encoding == "br" and not (_is_text(data) and data[:1] in b'{["d<'):
            return brotli.decompress(data)
    except (zlib.error, brotli.error):
        return _already_plain(data, encoding)
    except (OSError, EOFError) as error:
        raise DialectError(f"a gzip body is damaged: {error}") from None
    return _already_plain(data, encoding)


def _already_plain(data: bytes, encoding: str) -> bytes:
    if data[:2] != b"\x1f\x8b" and (_is_text(data) or data.startswith(_MEDIA) or data[4:8] == b"ftyp"):
        return data
    raise DialectError(f"a body with content-encoding {encoding!r} cannot be decoded")


def _compressed_text(text: str, encoding: str) -> bytes | None:
    """The plain bytes of a compressed body that was written as text: its characters are bytes, base64, hex, or pieces of these."""
    if text.startswith("\x1f\x8b"):
        return undo(text.encode("latin-1", "replace"), encoding)
    for read in (unhex, unbase64):
        try:
            packed = pieces(text, read)
            plain = undo(packed, encoding)
        except DialectError:
            continue
        if plain and plain != packed:
            return plain
    return None


def pieces(text: Any, read: Callable[[Any], bytes]) -> bytes:
    """One encoded text, or the JSON list of its pieces: each encoded by itself, or one text that was cut."""
    if not (isinstance(text, str) and text.lstrip().startswith("[")):
        return read(text)
    try:
        several = json.loads(text)
    except (ValueError, RecursionError):
        several = None
    if not isinstance(several, list) or not _is(several, str):
        raise DialectError("a body in pieces is no list of encoded texts")
    try:
        return b"".join(read(piece) for piece in several)
    except DialectError:
        return read("".join(several))


def unbase64(text: Any) -> bytes:
    """Every character must belong: what is only skipped would be a body that nobody recorded."""
    try:
        data = text if isinstance(text, bytes) else text.encode("ascii")
        data = b"".join(data.split()).translate(bytes.maketrans(b"-_", b"+/"))
        return base64.b64decode(data, validate=True)
    except (AttributeError, ValueError):
        raise DialectError("a base64 body is damaged") from None


def unhex(text: Any) -> bytes:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        raise DialectError("a hexadecimal body is damaged") from None


def measured(headers: Headers, body: bytes) -> Headers:
    """Headers whose content-length, if there is one, is that of `body`."""
    length = (str(len(body)),)
    return {key: length if key.lower() == "content-length" else value for key, value in headers.items()}


def header(headers: Mapping[str, tuple[str, ...]], name: str) -> str:
    return next((", ".join(values) for key, values in headers.items() if key.lower() == name), "")


def json_bytes(value: Any) -> bytes:
    if value is None:
        return b""
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise DialectError("a body holds half a surrogate pair, which is no text") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise DialectError(f"a body of values is not JSON: {error}") from None


def _unchunked(body: str | bytes) -> str | bytes:
    """The joined chunks of a body whose recorder kept the framing of the connection, to its last chunk; else `body`."""
    data, at = _utf8(body), 0
    joined: list[bytes] = []
    while match := re.compile(rb"([0-9a-fA-F]{1,8})(?:;[^\r\n]*)?\r\n").match(data, at):
        size, start = int(match.group(1), 16), match.end()
        if size == 0:
            return b"".join(joined) if data[start:] == b"\r\n" else body
        if data[start + size : start + size + 2] != b"\r\n":
            return body
        joined.append(data[start : start + size])
        at = start + size + 2
    return body


def _utf8(body: str | bytes) -> bytes:
    if isinstance(body, bytes):
        return body
    try:
        return body.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise DialectError("a body holds half a surrogate pair, which is no text") from None


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is(several: list[Any], kind: type) -> bool:
    return bool(several) and all(isinstance(item, kind) for item in several)


def _pairs(raw: Any) -> list[tuple[Any, Any]]:
    pairs = list(raw.items()) if isinstance(raw, dict) else raw
    if not all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in pairs):
        raise DialectError("a form must be names with their values")
    return [(name, _plain(value)) for name, value in pairs]


def _plain(value: Any) -> Any:
    """A form's value as aiohttp and browsers send it."""
    return "" if value is None else value if isinstance(value, (str, bytes, list)) else str(value)
