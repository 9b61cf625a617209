"""A folder as one file and back, faster than tar for a thousand small files: what a prepared database is cached as.

line 1   "harness-pack 1 <crc32 of the rest, hex> <length of the index>"
index    JSON: {"folders": [path], "files": [[path, offset, size]]}; offsets count from the end of the index
bytes    each distinct content once (PostgreSQL's template databases are copies of each other)
"""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path

from harness.store.files import write_bytes

_MAGIC = b"harness-pack 1 "


class CorruptPack(Exception):
    """The file is not a whole pack: truncated, altered, or something else."""


def write(folder: Path, target: Path) -> None:
    """Pack `folder` (plain files and folders only) into `target`, atomically: readers see the old file or the new."""
    folders: list[str] = []
    files: list[tuple[str, int, int]] = []
    parts: list[bytes] = []
    where: dict[bytes, int] = {}
    end = 0
    for root, names_of_folders, names in os.walk(folder):
        here = Path(root)
        folders += [os.fspath((here / name).relative_to(folder)) for name in names_of_folders]
        for name in names:
            content = (here / name).read_bytes()
            if content not in where:
                where[content] = end
                parts.append(content)
                end += len(content)
            files.append((os.fspath((here / name).relative_to(folder)), where[content], len(content)))
    index = json.dumps({"folders": sorted(folders), "files": files}).encode()
    rest = b"".join((index, *parts))
    write_bytes(target, b"%s%08x %d\n" % (_MAGIC, zlib.crc32(rest), len(index)), rest)


def unpack(source: Path, folder: Path, *, owner: tuple[int, int] | None = None) -> None:
    """Write the packed files below `folder` (modes 0700 and 0600), for `owner` (uid, gid) when given.

    Raises CorruptPack before anything is written, OSError when the file cannot be read.
    """
    data = source.read_bytes()
    line, newline, _ = data[:64].partition(b"\n")
    if not newline or not line.startswith(_MAGIC):
        raise CorruptPack(f"{source} does not begin like a pack")
    try:
        checksum, length = line[len(_MAGIC) :].split()
        start = len(line) + 1 + int(length)
        rest = memoryview(data)[len(line) + 1 :]
        if zlib.crc32(rest) != int(checksum, 16):
            raise CorruptPack(f"{source} fails its checksum")
    except ValueError:
        raise CorruptPack(f"{source} has a broken first line") from None
    index = json.loads(rest[: int(length)].tobytes())
    view = memoryview(data)[start:]
    for path in ("", *index["folders"]):
        (folder / path).mkdir(mode=0o700, exist_ok=True)
    base = os.fspath(folder)
    paths = [f"{base}/{path}" for path in ("", *index["folders"])]
    for path, offset, size in index["files"]:
        full = f"{base}/{path}"
        handle = os.open(full, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if size:
            os.write(handle, view[offset : offset + size])
        os.close(handle)
        paths.append(full)
    if owner is not None:
        for path in paths:
            os.chown(path, *owner)
