"""Files that the target has: those of its media, its home and its temporary folder whole, and what comes and goes in its own folders."""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.stack.roles.files import HOME, MEDIA, TMP, laid

APART = frozenset(
    {"__pycache__", ".git", "node_modules", ".venv", "venv", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
)
"""Folders of tools: nothing of a target's work stands in them."""
_CHANCE = ((re.compile(r"\btmp[a-z0-9_]{8}\b"), "tmp*"), (re.compile(r"\b20\d\d([-/])\d\d\1\d\d\b"), "<date>"))

_listed: dict[str, tuple[float, tuple[str, ...], tuple[str, ...]]] = {}
"""Folder -> (when it was changed, its files, its folders), as long as that time holds."""
_digests: dict[str, tuple[tuple[int, int, int], dict[str, Any]]] = {}


def written(run_dir: Path, root: Path, writes: Iterable[str] = ()) -> dict[str, dict[str, Any]]:
    """ "media/a.png" -> {size, sha256}; of files below `root`, the target's code, that there is one. A part of a name that is made by
    chance or by the date is told as such. What is changed in place below `root` is not seen. Folders of `root` that it `writes` in may
    stand elsewhere (files.lay)."""
    found: dict[str, dict[str, Any]] = {}
    run, code = os.fspath(run_dir), os.fspath(root)
    for name in (MEDIA, HOME, TMP):
        for path in _below(os.fspath(run_dir / name)):
            with suppress(OSError):  # it may go while it is read
                _put(found, path[len(run) + 1 :], _digest(path))
    apart = {
        f"{code}/{name.strip('/')}/": os.fspath(laid(run_dir, name)) for name in writes if laid(run_dir, name).is_dir()
    }
    for path in _below(code):
        if not path.startswith(tuple(apart)):
            _put(found, f"{{root}}{path[len(code) :]}", {})
    for inside, folder in apart.items():
        for path in _below(folder):
            _put(found, f"{{root}}{inside[len(code) :]}{path[len(folder) + 1 :]}", {})
    return found


@functools.cache
def _without_chance(name: str) -> str:
    for pattern, instead in _CHANCE:
        name = pattern.sub(instead, name)
    return name


def _put(found: dict[str, dict[str, Any]], name: str, told: dict[str, Any]) -> None:
    name = _without_chance(name)
    while name in found:
        name += "'"
    found[name] = told


def _below(folder: str) -> Iterator[str]:
    """Every file; a folder is read again only where something came into it or went."""
    try:
        changed = os.stat(folder).st_mtime  # noqa: PTH116 - hundreds of folders, twice in each cell
    except OSError:
        return
    known = _listed.get(folder)
    if known is None or known[0] != changed:
        with os.scandir(folder) as entries:
            there = sorted(entries, key=lambda entry: entry.name)
        files = tuple(entry.path for entry in there if not entry.is_dir(follow_symlinks=False))
        folders = tuple(
            entry.path for entry in there if entry.is_dir(follow_symlinks=False) and entry.name not in APART
        )
        known = _listed[folder] = changed, files, folders
    yield from known[1]
    for inner in known[2]:
        yield from _below(inner)


def _digest(path: str) -> dict[str, Any]:
    file = Path(path)
    seen = file.stat()
    mark = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
    known = _digests.get(path)
    if known is None or known[0] != mark:
        data = file.read_bytes() if file.is_file() else b""
        known = _digests[path] = mark, {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return known[1]
