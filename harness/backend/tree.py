"""The content of a folder as one digest. Read once; afterwards only what changed, told by a memo of each file's stat.

A file whose time of change is close to the time of reading is read again: within one tick of the file system's clock
it can change twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

SKIPPED = frozenset({
    ".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".harness", "runs", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache",
})  # fmt: skip
"""Folders that no import of the target reads, unless one is a package: an app may well be called runs."""
OURS = "harness.toml"
"""A folder that holds one is what drives the target, and no part of it: a golden more is no other target."""
LARGE_BYTES = 16 << 20
"""Beyond this a file is told by its stat alone: it is data, and reading it would cost more than looking again."""
_TICK_NS = 2_000_000_000

Stat = tuple[int, int, int, int]
Memo = dict[str, tuple[Stat, str]]
"""Path -> (size, time of modification, time of change, inode), digest."""


def digest(root: Path, beside: Iterable[str], memo: Path) -> str:
    """Of every file below `root`, symlinks followed, and of the files `beside`. `memo` is read, and written anew where
    it changed; a memo that cannot be read or written costs time, nothing else."""
    known, fresh = _read(memo), {}
    whole = hashlib.blake2b(digest_size=16)
    now = time.time_ns()
    for name, path, stat in files(os.fspath(root), beside):
        seen = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
        had = known.get(path)
        if had is not None and had[0] == seen:
            found = had[1]
        elif stat.st_size > LARGE_BYTES:
            found = f"{seen[0]}-{seen[1]}"
        else:
            try:
                found = hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest()
            except OSError:
                continue
        if max(seen[1], seen[2]) < now - _TICK_NS:
            fresh[path] = (seen, found)
        whole.update(f"{name}\0{found}\n".encode("utf-8", "surrogateescape"))
    if fresh != known:
        _write(memo, fresh)
    return whole.hexdigest()


def files(root: str, beside: Iterable[str] = ()) -> Iterator[tuple[str, str, os.stat_result]]:
    """(name, path, stat), in one order whatever the file system's."""
    yield from _below(root, "", set())
    for path in sorted(beside):
        try:
            yield path, path, os.stat(path)  # noqa: PTH116 - thousands of files: Path objects cost more than the stat
        except OSError:
            continue


def _below(folder: str, prefix: str, above: set[tuple[int, int]]) -> Iterator[tuple[str, str, os.stat_result]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir():
                if entry.name in SKIPPED and not os.path.exists(os.path.join(entry.path, "__init__.py")):  # noqa: PTH110, PTH118
                    continue
                if os.path.exists(os.path.join(entry.path, OURS)):  # noqa: PTH110, PTH118
                    continue
                stat = entry.stat()
                here = (stat.st_dev, stat.st_ino)
                if here not in above:  # a link to a folder above would never end
                    yield from _below(entry.path, f"{prefix}{entry.name}/", above | {here})
            elif not entry.name.endswith((".pyc", ".pyo")) and entry.is_file():
                yield prefix + entry.name, entry.path, entry.stat()
        except OSError:
            continue


def _read(memo: Path) -> Memo:
    try:
        found = json.loads(memo.read_bytes())
        return {path: (tuple(stat), made) for path, (stat, made) in found.items()}
    except (OSError, ValueError, TypeError):
        return {}


def _write(memo: Path, fresh: Memo) -> None:
    with suppress(OSError):
        memo.parent.mkdir(parents=True, exist_ok=True)
        staged = memo.with_name(f".{memo.name}.{os.getpid()}")
        staged.write_text(json.dumps(fresh))
        staged.replace(memo)
