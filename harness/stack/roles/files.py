"""Where the target keeps files of its own, below the folder of the run and never in the checkout: {media} and {logs_dir} in
harness.toml, which are empty when a cell begins, a home and a folder for temporary files."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

MEDIA, LOGS = "media", "files-of-logging"
HOME, TMP = "home", "tmp"
SERVERS = ("pgdata", "pg_socket")
"""Below the folder of the run: what only a stack that was here before can have left."""


def make(run_dir: Path) -> None:
    for name in (MEDIA, LOGS, HOME, TMP):
        (run_dir / name).mkdir(parents=True, exist_ok=True)


def forget(run_dir: Path) -> None:
    """What another stack in the same folder left of its servers and its target's files; logs go on."""
    if any((run_dir / name).exists() for name in SERVERS):
        for name in (*SERVERS, MEDIA, LOGS, HOME, TMP):
            shutil.rmtree(run_dir / name, ignore_errors=True)
        make(run_dir)


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
