"""The canonical form of interactions: what provenance hashes, and what the cache of parsed cassettes stores.

Cache: one JSON file per content hash, below a directory that the caller gives. Its first line is the SHA-256 of the
rest, so that a damaged file is rebuilt and never believed. Nothing in it is executable.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.core.cassette import Interaction, RecordedRequest, RecordedResponse

LAYOUT = 4
"""Part of every cache key: raise it whenever reading changes."""


def interactions_sha256(interactions: Iterable[Interaction]) -> str:
    """Hex SHA-256 over method, URL, headers (names in lower case, sorted), decoded bodies, status and multiplicity."""
    digest = hashlib.sha256()
    for one in interactions:
        row = [
            one.request.method,
            one.request.uri,
            _sorted_headers(one.request.headers),
            _packed(one.request.body),
            one.response.status,
            one.response.reason,
            _sorted_headers(one.response.headers),
            _packed(one.response.body),
            one.response.encoding,
            one.times,
            list(one.timing_ms),
        ]
        digest.update(json.dumps(row, sort_keys=True, separators=(",", ":")).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def stored(cache: Path, key: str) -> tuple[dict[str, Any], tuple[Interaction, ...]] | None:
    """The parsed form kept under `key`: (dialect, provenance, extra) and the interactions; None when absent or damaged."""
    try:
        checksum, _, payload = (cache / f"{key}.json").read_bytes().partition(b"\n")
        if hashlib.sha256(payload).hexdigest().encode() != checksum:
            return None
        found = json.loads(payload)
        tables = [{name: tuple(values) for name, values in table} for table in found["headers"]]
        interactions = tuple(_restored(row, index, tables) for index, row in enumerate(found["rows"]))
        return found["about"], interactions
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def store(cache: Path, key: str, about: Mapping[str, Any], interactions: Iterable[Interaction]) -> None:
    """Keep the parsed form under `key`, atomically. A cache that cannot be written is no error: the next load is slower."""
    tables: dict[str, int] = {}
    rows = []
    for one in interactions:
        request, response = one.request, one.response
        rows.append(
            [
                request.method,
                request.uri,
                _table(request.headers, tables),
                _packed(request.body),
                response.status,
                response.reason,
                _table(response.headers, tables),
                _packed(response.body),
                response.encoding,
                one.times,
                list(one.timing_ms),
            ]
        )
    found = {"about": about, "headers": [json.loads(table) for table in tables], "rows": rows}
    payload = json.dumps(found, separators=(",", ":"), default=str).encode()
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        descriptor, staged = tempfile.mkstemp(dir=cache, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(payload).hexdigest().encode() + b"\n" + payload)
            Path(staged).replace(cache / f"{key}.json")
        except OSError:
            Path(staged).unlink(missing_ok=True)


def _sorted_headers(headers: Mapping[str, tuple[str, ...]]) -> list[list[Any]]:
    return sorted([name.lower(), list(values)] for name, values in headers.items())


def _table(headers: Mapping[str, tuple[str, ...]], tables: dict[str, int]) -> int:
    text = json.dumps([[name, list(values)] for name, values in headers.items()])
    return tables.setdefault(text, len(tables))


def _packed(body: bytes) -> Any:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _unpacked(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else base64.b64decode(body["base64"])


def _restored(row: list[Any], index: int, tables: list[dict[str, tuple[str, ...]]]) -> Interaction:
    method, uri, asked, asked_body, status, reason, answered, body, encoding, times, timing_ms = row
    return Interaction(
        request=RecordedRequest(method=method, uri=uri, headers=tables[asked], body=_unpacked(asked_body)),
        response=RecordedResponse(
            status=status, reason=reason, headers=tables[answered], body=_unpacked(body), encoding=encoding
        ),
        times=times,
        index=index,
        timing_ms=tuple(timing_ms),
    )
