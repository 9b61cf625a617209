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
    """Where what is called `name` in the tree stands."""
    return run_dir / LAID / name.strip("/").replace("/", "+")


def lay(run_dir: Path, root: Path, names: Iterable[str]) -> None:
    """Copy what the target writes of its tree `root`, so that it does not write there."""
    stand(root, names)
    (run_dir / LAID).mkdir(exist_ok=True)
    for name in names:
        place = laid(run_dir, name)
        if (root / name).is_file():
            shutil.copyfile(root / name, place)
        elif not place.exists():
            shutil.copytree(root / name, place, symlinks=True)


def stand(root: Path, names: Iterable[str]) -> None:
    """Make what is not there: nothing can be put into a tree that can only be read. A name with a suffix is a file's."""
    for name in names:
        with suppress(OSError):  # a tree that cannot be written: who needs it says so
            (root / name if not Path(name).suffix else (root / name).parent).mkdir(parents=True, exist_ok=True)
            if Path(name).suffix and not (root / name).exists():
                (root / name).touch()


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
