"""A stack inside a program that is not the harness's own (pytest, say): its folder, and who cleans up if it is killed; the watcher of the
hook's island, too.

An island ends its whole chain of processes by itself (island.py). pytest cannot be moved onto one: a debugger needs the
terminal. So `python -m harness.stack.isolation.guard FOLDER` waits on a pipe from the program; when that closes, however it came
about, every process that was started with FOLDER in its environment, or in FOLDER, is killed, and the folder is removed.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.stack.isolation import hook


@contextmanager
def guarded_folder() -> Iterator[Path]:
    """A fresh folder, in memory where possible, that vanishes with this process and takes all that runs in it along."""
    memory = hook.memory_folder()
    hook.sweep(memory)
    folder = Path(tempfile.mkdtemp(prefix=hook.PREFIX, dir=memory))
    folder.chmod(0o711)
    lock = os.open(folder / hook.LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    read, write = os.pipe()
    watcher = hook.watched(folder, read)
    os.close(read)
    try:
        yield folder
    finally:
        os.close(write)
        watcher.wait()
        hook.remove(folder)
        os.close(lock)


def main(folder: Path) -> int:
    while os.read(0, 64):
        pass
    while pids := _living(folder):
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
    if folder.name.startswith(hook.PREFIX):
        hook.remove(folder)
    return 0


def _living(folder: Path) -> list[int]:
    """Pids of the processes that began with `folder` in their environment, or are in it (PostgreSQL overwrites its
    environment with its title). Those that have ended and wait to be reaped are none."""
    mark = os.fsencode(folder)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            inside = (entry / "cwd").readlink().is_relative_to(folder)
            if int(entry.name) != os.getpid() and (inside or mark in (entry / "environ").read_bytes()):
                found.append(int(entry.name))
    return found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
