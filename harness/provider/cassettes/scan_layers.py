"""What bytes may hold below their surface: every decoding that the scan undoes, one step at a time.

Independent of `scrub` and of the cassette reader: nothing that might hide a secret may be shared with what writes it.
"""

from __future__ import annotations

import base64
import html
import json
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

import brotli

SIZE_LIMIT_BYTES = 32 * 1024 * 1024
_BYTE = re.compile(r"\\x([0-9a-fA-F]{2})")


def layers(data: bytes, text: str) -> Iterator[tuple[str, Any]]:
    """What else the bytes may be: each decoding that succeeds."""
    for how, decode in DECOMPRESSORS:
        plain = decode(data)
        if plain is not None:
            yield how, plain
    stripped = text.strip()
    if stripped[:1] in ("{", "[", '"'):
        parsed = _frame(stripped)
        if parsed is not None:
            yield "json", parsed
    if "data:" in text and re.search(r"^data:", text, re.MULTILINE):
        frames = [
            frame for frame in map(_frame, re.findall(r"^data:[ ]?(.*)$", text, re.MULTILINE)) if frame is not None
        ]
        yield "events", frames
        for channel, joined in _joined(frames).items():
            yield f"events joined over {channel}", joined.encode()
    if "%" in text and (plain := unquote_plus(text)) != text:
        yield "percent-encoding", plain.encode()
    for query in re.findall(r"[?&]([^\s\"'<>]*=[^\s\"'<>]*)", text)[:200]:
        pairs = [pair.partition("=") for pair in re.split(r"&(?:amp;)?", query)]
        yield "query", {key: unquote_plus(value) for key, _, value in pairs if key}
    if re.fullmatch(r"[\w.\[\]-]+=[^\s&]*(?:&[\w.\[\]-]+=[^\s&]*)*", stripped):
        yield (
            "form",
            {key: unquote_plus(value) for key, _, value in (pair.partition("=") for pair in stripped.split("&"))},
        )
    if "\\u" in text or "\\/" in text or '\\"' in text:
        yield (
            "escapes",
            re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m.group(1), 16)), text)
            .replace("\\/", "/")
            .replace('\\"', '"')
            .encode("utf-8", "replace"),
        )
    if "&#" in text and (plain := html.unescape(text)) != text:
        yield "entities", plain.encode("utf-8", "replace")
    if "\\x" in text:
        yield "escapes", _BYTE.sub(lambda m: chr(int(m.group(1), 16)), text).encode("utf-8", "replace")
    if b"\0" in data and (plain_bytes := data.replace(b"\0", b"")).strip():
        yield "utf-16", plain_bytes
    for run in re.findall(r"(?:[0-9a-fA-F]{2}){10,}", text):
        if (plain_bytes := _text_in(bytes.fromhex(run))) is not None:
            yield "hex", plain_bytes
    for run in re.findall(r"[A-Za-z0-9+/_-]{12,}={0,2}", text):
        plain = unbase64(run)
        if plain is not None:
            yield "base64", plain


def unbase64(run: str) -> bytes | None:
    """The decoded bytes when they look like text or like something compressed; most long words do not."""
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        plain = base64.b64decode(body + "=" * (-len(body) % 4))
    except ValueError:
        return None
    return _text_in(plain)


def _text_in(plain: bytes) -> bytes | None:
    """Bytes that are text, in UTF-8 or UTF-16, or compressed; None of any other."""
    if plain[:2] in (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        return plain
    wide = plain.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if wide.count(b"\0") * 2 >= len(wide) - 1 > 0:
        plain = wide.replace(b"\0", b"")
    try:
        decoded = plain.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return plain if decoded.isprintable() or all(c.isprintable() or c in "\r\n\t" for c in decoded) else None


def _gunzip(data: bytes) -> bytes | None:
    if data[:2] != b"\x1f\x8b":
        return None
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, SIZE_LIMIT_BYTES)
    except zlib.error:
        return None


def _inflate(data: bytes) -> bytes | None:
    if data[:1] != b"\x78":
        return None
    try:
        return zlib.decompressobj().decompress(data, SIZE_LIMIT_BYTES)
    except zlib.error:
        return None


def _unbrotli(data: bytes) -> bytes | None:
    """Brotli has no magic number: only what is not text is tried."""
    try:
        data.decode("utf-8")
        return None
    except UnicodeDecodeError:
        pass
    try:
        return brotli.decompress(data)[:SIZE_LIMIT_BYTES]
    except brotli.error:
        return None


def _frame(text: str) -> Any:
    try:
        return _loads(text)
    except (ValueError, RecursionError):
        return None


def _loads(text: str) -> Any:
    """JSON with repeated keys kept: the last one wins in `json`, and a secret could stand in the first."""
    return json.loads(
        text,
        object_pairs_hook=lambda pairs: dict(pairs) if len(dict(pairs)) == len(pairs) else [dict([p]) for p in pairs],
    )


def _joined(frames: list[Any]) -> dict[str, str]:
    """A stream cuts words anywhere: the deltas of each choice and field, put together again."""
    joined: dict[str, list[str]] = {}

    def collect(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                collect(item, f"{path}.{key}")
        elif isinstance(value, list):
            for item in value:
                number = item.get("index", "") if isinstance(item, dict) else ""
                collect(item, f"{path}[{number}]")
        elif isinstance(value, str):
            joined.setdefault(path, []).append(value)

    for frame in frames:
        collect(frame, "")
    return {path: "".join(parts) for path, parts in joined.items() if len(parts) > 1}


DECOMPRESSORS: tuple[tuple[str, Callable[[bytes], bytes | None]], ...] = (
    ("gzip", _gunzip),
    ("zlib", _inflate),
    ("brotli", _unbrotli),
)
