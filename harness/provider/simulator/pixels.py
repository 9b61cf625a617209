"""A small real picture, where an answer carries the picture itself and not a link."""

from __future__ import annotations

import struct
import zlib

from harness.provider.simulator.chance import Chance

SIDE_PX = 16


def png(chance: Chance) -> bytes:
    """A valid PNG: a soft gradient between two colours."""
    top = [chance.between(40, 220) for _ in range(3)]
    bottom = [chance.between(40, 220) for _ in range(3)]
    rows = bytearray()
    for y in range(SIDE_PX):
        colour = bytes(a + (b - a) * y // (SIDE_PX - 1) for a, b in zip(top, bottom, strict=True))
        rows += b"\0" + colour * SIDE_PX
    header = struct.pack(">IIBBBBB", SIDE_PX, SIDE_PX, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
