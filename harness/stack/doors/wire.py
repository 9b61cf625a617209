"""The frames between the two ends of the door: kind, connection, length, payload."""

from __future__ import annotations

import struct
from collections.abc import Iterator

OPEN, DATA, END, CLOSE = range(4)
"""OPEN: payload says where to ("tcp:host:port", "unix:/path"). END: this side has said all. CLOSE: the connection is gone."""

_HEAD = struct.Struct(">BII")


def frame(kind: int, connection: int, payload: bytes = b"") -> bytes:
    return _HEAD.pack(kind, connection, len(payload)) + payload


class Frames:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            kind, connection, length = _HEAD.unpack_from(self._buffer)
            end = _HEAD.size + length
            if len(self._buffer) < end:
                return
            payload = bytes(self._buffer[_HEAD.size : end])
            del self._buffer[:end]
            yield kind, connection, payload
