"""Writing files so that nobody ever reads half of one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from harness.core.errors import HarnessError

BUILDING = ".building-"
"""Begins the name of a file that is being written; one that is old was left by a process that was killed."""


def write_bytes(path: Path, *parts: bytes) -> None:
    """Write a file that only its owner reads, or leave what was there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=BUILDING)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def write_all(texts: Mapping[Path, str]) -> None:
    """Write every text beside its place, then move all into place. Raises store-write, and then nothing is changed
    unless the disk fails between two renames. Half a surrogate pair is written as its escape."""
    staged: list[tuple[str, Path]] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
            staged.append((name, path))
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
        for name, path in staged:
            Path(name).replace(path)
    except OSError as error:
        for name, _ in staged:
            with contextlib.suppress(OSError):
                Path(name).unlink()
        raise HarnessError(
            f"cannot write {error.filename or next(iter(texts))}: {error.strerror}",
            hint="nothing was changed; free space or mend the rights of that folder",
            code="store-write",
        ) from error
