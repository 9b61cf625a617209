"""Where the target keeps files of its own, below the folder of the run and never in the checkout: {media} and {logs_dir} in
harness.toml, which are empty when a cell begins, a home and a folder for temporary files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MEDIA, LOGS = "media", "files-of-logging"
HOME, TMP = "home", "tmp"
LAID = "writes"
"""Where folders of the target's tree stand that it writes in, behind a wall."""
SEEN, SHARED = "seen", "shm"
"""What is there behind a wall at the folder of the run, and at /dev/shm."""
SERVERS = ("pgdata", "pg_socket")
"""Below the folder of the run: what only a stack that was here before can have left."""


def make(run_dir: Path) -> None:
    for name in (MEDIA, LOGS, HOME, TMP):
        (run_dir / name).mkdir(parents=True, exist_ok=True)


def forget(run_dir: Path) -> None:
    """What another stack in the same folder left of its servers and its target's files; logs go on."""
    if any((run_dir / name).exists() for name in SERVERS):
        for name in (*SERVERS, MEDIA, LOGS, HOME, TMP, LAID, SEEN, SHARED):
            shutil.rmtree(run_dir / name, ignore_errors=True)
        make(run_dir)


def laid(run_dir: Path, name: str) -> Path:
    """Where the folder `name` of the tree stands."""
    return run_dir / LAID / name.strip("/").replace("/", "+")


def lay(run_dir: Path, root: Path, names: Iterable[str]) -> None:
    """Copy the folders of the tree `root` that the target writes in, so that it does not write in the tree. One that is not there is made:
    nothing can be put into a tree that is only read."""
    for name in names:
        place = laid(run_dir, name)
        with suppress(OSError):
            (root / name).mkdir(parents=True, exist_ok=True)
        if not place.exists():
            shutil.copytree(root / name, place, symlinks=True)


def empty(run_dir: Path) -> None:
    """Remove what stands in {media}; of log files, which a role holds open, remove the content."""
    for path in sorted((run_dir / LOGS).rglob("*")):
        if path.is_file():
            with suppress(FileNotFoundError):
                path.write_bytes(b"")
    for path in (run_dir / MEDIA).iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
