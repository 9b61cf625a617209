"""The folder of a standing stack, .harness/stacks/NAME: who holds it, its control socket and its logs.

lock     held by every process of the chain from supervisor to harness: free once none of them is left
control  a unix socket, which line.py speaks on
logs     what each role says, one file a role
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from harness.core.config import Config
from harness.core.errors import HarnessError, StackError

USUAL = "default"
DOWN_S = 30.0
"""How long a stack may take to go down by itself; then it is killed."""
KILLED_S = 15.0
_STEP_S = 0.01
_PID_WIDTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the stack `name` of a project is kept."""

    name: str
    folder: Path

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def words(self) -> Path:
        """What the supervisor itself says."""
        return self.folder / "supervisor.log"


def place_of(config: Config, name: str) -> Place:
    """Raises stack-name."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", name):
        raise HarnessError(
            f"'{name}' is no name for a stack", hint="take small letters, digits and -", code="stack-name"
        )
    return Place(name=name, folder=config.source.parent / ".harness" / "stacks" / name)


def claim(place: Place) -> int:
    """Take the lock and return its file number; what a killed stack left is removed. Raises stack-up."""
    while True:
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _taken(lock, 0.0 if _alive(lock) else KILLED_S):
            os.close(lock)
            raise HarnessError(
                f"the stack '{place.name}' is up already",
                hint="harness stack status shows it, harness stack down ends it; --name NAME makes another beside it",
                code="stack-up",
            )
        if _still(place, lock):
            break
        os.close(lock)
    for path in place.folder.iterdir():
        if path != place.lock:
            _remove(path)
    place.logs.mkdir()
    own(lock)
    return lock


def own(lock: int) -> None:
    """Write down that this process is the one to be told to end."""
    os.pwrite(lock, f"{os.getpid():<{_PID_WIDTH}}".encode(), 0)  # in one go: whoever looks reads a whole number


def state(place: Place) -> str:
    """ "up" (also while it comes up or goes down), "killed" (its supervisor is gone, its folder is not) or "none"."""
    with _known(place) as found:
        return found


def swept(place: Place) -> str:
    """As `state`; what a killed stack left is removed."""
    with _known(place) as found:
        if found == "killed":
            remove(place)
        return found


def down(place: Place) -> str:
    """End the stack and wait until nothing of it is left; returns what it was. Raises StackError stack-stuck."""
    with _looking(place) as lock:
        if lock is None:
            return "none"
        was = "killed"
        for number, patience_s in ((signal.SIGTERM, DOWN_S), (signal.SIGKILL, KILLED_S)):
            if _taken(lock, 0.0 if _alive(lock) else KILLED_S):
                break
            was = "up"
            if owner := _owner(lock):
                with suppress(ProcessLookupError):
                    os.kill(owner, number)
            if _taken(lock, patience_s):
                break
        else:
            raise StackError(
                f"the stack '{place.name}' does not go down",
                hint=f"end process {_pid(lock)}" if _pid(lock) else f"end the process that holds {place.lock}",
                code="stack-stuck",
            )
        if _still(place, lock):  # else it is gone already, and what is there is another's
            remove(place)
    return was


def remove(place: Place) -> None:
    """Remove the folder, and those above it that are empty now."""
    shutil.rmtree(place.folder, ignore_errors=True)
    with suppress(OSError):
        place.folder.parent.rmdir()
        place.folder.parent.parent.rmdir()


def need(place: Place) -> None:
    """Raises stack-none when the stack is not up."""
    found = swept(place)
    if found != "up":
        raise HarnessError(
            f"the stack '{place.name}' was killed; nothing of it is left"
            if found == "killed"
            else f"no stack '{place.name}' is up",
            hint="harness stack up",
            code="stack-none",
        )


@contextmanager
def _looking(place: Place) -> Iterator[int | None]:
    try:
        lock = os.open(place.lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield lock
    finally:
        os.close(lock)


@contextmanager
def _known(place: Place) -> Iterator[str]:
    """What `state` says; a killed stack's lock is held meanwhile, so that nobody makes another of that name."""
    while True:
        with _looking(place) as lock:
            if lock is None:
                yield "none"
                return
            if not _taken(lock, 0.0 if _alive(lock) else KILLED_S):
                yield "up"
                return
            if _still(place, lock):
                yield "killed"
                return


def _taken(lock: int, patience_s: float) -> bool:
    give_up = time.monotonic() + patience_s
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= give_up:
            return False
        select.select([], [], [], _STEP_S)


def _still(place: Place, lock: int) -> bool:
    """Whether the lock is that of the folder that is there now: nobody removed it meanwhile, or made another."""
    try:
        return os.fstat(lock).st_ino == place.lock.stat().st_ino
    except OSError:
        return False


def _owner(lock: int) -> int:
    """The process to be told to end, waited for where the lock was claimed a moment ago; 0 when there is none."""
    give_up = time.monotonic() + KILLED_S
    while not (pid := _pid(lock)) and not _taken(lock, _STEP_S) and time.monotonic() < give_up:
        pass
    return pid


def _pid(lock: int) -> int:
    return int(os.pread(lock, 32, 0) or b"0")


def _alive(lock: int) -> bool:
    """Whether the process that holds the lock by its own account is there; else the lock is about to become free."""
    pid = _pid(lock)
    if not pid:
        return True  # claimed a moment ago
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
