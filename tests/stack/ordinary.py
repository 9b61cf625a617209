"""Run a program as an ordinary user, from tests that run as root.

Root's interpreter or checkout often lies below a folder that only root may enter. The child gets a mount namespace in
which those folders are replaced by passable ones with the needed parts bound in, and is an ordinary user otherwise: no
capabilities, no groups, a home of its own.
"""

from __future__ import annotations

import os
import stat
import sys
import sysconfig
from itertools import pairwise
from pathlib import Path

from harness.stack.isolation import linux

NAMELESS = 12345
"""An id that no passwd file knows, as containers hand them out."""
NAMED = 65534
REPOSITORY = Path(__file__).resolve().parents[2]


def become(uid: int) -> None:
    """For `preexec_fn`: the process is an ordinary user afterwards."""
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    _open_up([Path(sys.executable).resolve(), Path(sys.prefix), REPOSITORY, Path(sysconfig.get_path("purelib"))])
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def _open_up(needed: list[Path]) -> None:
    blocked: dict[Path, dict[Path, int]] = {}
    for path in needed:
        parts = [*reversed(path.parents), path]
        for folder, below in pairwise(parts):
            if not folder.stat().st_mode & stat.S_IXOTH and below.is_dir():
                blocked.setdefault(folder, {})[below] = -1
    for parts in blocked.values():
        for below in parts:
            parts[below] = os.open(below, os.O_PATH)
    for folder, parts in blocked.items():
        linux.mount("tmpfs", folder, "tmpfs", 0, "mode=755")
        for below, handle in parts.items():
            below.mkdir()
            linux.bind(f"/proc/self/fd/{handle}", below)
