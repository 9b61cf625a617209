"""Where the target keeps files of its own, below the folder of the run and never in the checkout: {media} and {logs_dir} in
harness.toml, which are empty when a cell begins, a home and a folder for temporary files."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

MEDIA, LOGS = "media", "files-of-logging"
HOME, TMP = "home", "tmp"


def make(run_dir: Path) -> None:
    for name in (MEDIA, LOGS, HOME, TMP):
        (run_dir / name).mkdir(parents=True, exist_ok=True)


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
