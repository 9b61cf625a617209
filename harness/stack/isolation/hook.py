"""The island where namespaces are refused: a start-up hook in every Python process, and a supervisor that cleans up.

caller -- waits, forwards signals; adopts and kills what is left if the supervisor itself is killed
  |- supervisor   adopts every orphan; when main ends, or the caller is gone (pipe), kills all and removes the folder
  |    `- main       the harness itself
  `- watcher      a program of its own (guard.py): when caller and supervisor are both gone, however, it does the same

Each provider host gets a loopback address of its own, so that the hook (sitehook.py) can tell hosts apart when a
socket connects. Only Python processes are guarded; `Island.why` says so.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from harness.stack.isolation import linux
from harness.stack.isolation.supervise import adopted_by, children, kill_below, run_as_child, stand_in_for

PREFIX = "contract-harness-"
LOCK = "lock"
_SPACE_NEEDED_BYTES = 512 << 20


def run(main: Callable[[Path], int]) -> int:
    """Run `main(run_dir)` below a supervisor; returns its exit code. The folder is gone afterwards, however it ended."""
    memory = memory_folder()
    sweep(memory)
    run_dir = Path(tempfile.mkdtemp(prefix=PREFIX, dir=memory))
    # other users may pass through (PostgreSQL, started by root, runs as nobody) but not look around
    run_dir.chmod(0o711)
    # held by caller and supervisor, not by what they start: free again only when both are gone
    lock = os.open(run_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    before = children(os.getpid())
    life_read, life_write = os.pipe()
    watch_read, watch_write = os.pipe()  # held by caller and supervisor, too
    try:
        linux.adopt_orphans()
        supervisor = run_as_child(
            lambda: _supervise(main, run_dir, lock, life_read, life_write, watch_read, watch_write), relays=True
        )
        os.close(life_read)
        watched(run_dir, watch_read)
        os.close(watch_read)
        return stand_in_for(supervisor)
    finally:
        kill_below(keep=before)
        linux.adopt_orphans(False)
        os.close(life_write)
        remove(run_dir)
        os.close(watch_write)
        os.close(lock)


def watched(folder: Path, lifeline: int) -> subprocess.Popen[bytes]:
    """A program that waits until nobody holds the other end of `lifeline` any more, then ends whatever still runs in `folder`, and removes it."""
    return subprocess.Popen(
        [sys.executable, "-m", "harness.stack.isolation.guard", os.fspath(folder)],
        stdin=lifeline,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


def addresses(hosts: Iterable[str]) -> dict[str, str]:
    return {host: f"127.101.{n // 250}.{n % 250 + 1}" for n, host in enumerate(hosts)}


def environment(
    run_dir: Path, hosts: Mapping[str, str], fake_port: int, ports: Iterable[int] = (443,)
) -> dict[str, str]:
    """Install the hook below `run_dir` and return the variables that load it in a Python process."""
    folder = run_dir / "hook"
    marks = folder / "marks"
    marks.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("sitehook.py"), folder / "sitecustomize.py")
    settings = {"hosts": dict(hosts), "port": fake_port, "ports": list(ports), "marks": os.fspath(marks)}
    return {"PYTHONPATH": os.fspath(folder), "HARNESS_HOOK": json.dumps(settings)}


def without(env: Mapping[str, str], run_dir: Path) -> dict[str, str]:
    """`env` for a program that must not load the hook, where this process has loaded it itself."""
    folder = os.fspath(run_dir / "hook")
    rest = [entry for entry in env.get("PYTHONPATH", "").split(os.pathsep) if entry and entry != folder]
    kept = {name: value for name, value in env.items() if name not in ("HARNESS_HOOK", "PYTHONPATH")}
    return kept | ({"PYTHONPATH": os.pathsep.join(rest)} if rest else {})


def loaded_in(run_dir: Path, pid: int) -> bool:
    return (run_dir / "hook" / "marks" / str(pid)).exists()


def _supervise(
    main: Callable[[Path], int], run_dir: Path, lock: int, life_read: int, life_write: int, watch_read: int, watch_write: int
) -> int:  # fmt: skip
    os.close(life_write)
    os.close(watch_read)
    # own session: a terminal's Ctrl-C reaches the caller only, which forwards it once
    os.setsid()
    linux.adopt_orphans()

    def inside() -> int:
        os.close(life_read)
        os.close(lock)
        os.close(watch_write)
        linux.die_with_parent()
        adopted_by(os.getppid())
        return main(run_dir)

    code = stand_in_for(run_as_child(inside, relays=False), lifeline=life_read, reap_all=True)
    kill_below()
    remove(run_dir)
    return code


def remove(run_dir: Path) -> None:
    # a killed postmaster leaves the SysV segment that guards its data folder: its id is in line 7 of postmaster.pid
    for note in run_dir.glob("*/postmaster.pid"):
        with suppress(OSError, IndexError, ValueError):
            linux.remove_sysv_shared_memory(int(note.read_text().splitlines()[6].split()[1]))
    shutil.rmtree(run_dir, ignore_errors=True)


def sweep(memory: str) -> None:
    """Remove the folders of runs whose caller and supervisor were killed together (a container that was stopped)."""
    for folder in Path(memory).glob(f"{PREFIX}*"):
        with suppress(OSError):
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(folder)
            finally:
                os.close(lock)


def memory_folder() -> str:
    """/dev/shm when it is writable and large enough (containers often have 64 MB), else the temporary folder."""
    with suppress(OSError):
        room = os.statvfs("/dev/shm")
        if os.access("/dev/shm", os.W_OK | os.X_OK) and room.f_bavail * room.f_frsize >= _SPACE_NEEDED_BYTES:
            return "/dev/shm"
    return tempfile.gettempdir()
