"""What a run leaves on the machine while it lives, written down so that its going can be watched."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.stack.isolation.hook import PREFIX
from harness.stack.isolation.supervise import descendants

DEADLINE_S = 60
"""For a broken harness only: everything here is watched, nothing is slept for."""
STEP_MS = 30
"""Between two looks: looking all the time would take a processor from the run. An end is noticed at once."""
LISTEN = "0A"
FOLDER = re.compile(rf"(?:/dev/shm|/tmp|[^\0=:]*)/{PREFIX}[a-z0-9_]+")


@dataclass(slots=True)
class Traces:
    """(pid, start time) of every process seen below a run, inodes of sockets they listened on, folders they named."""

    processes: set[tuple[int, str]] = field(default_factory=set)
    sockets: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def note(self, root: int) -> None:
        """Add what is there now, below and including process `root`."""
        for pid in (root, *descendants(root)):
            with suppress(OSError, IndexError):
                self.processes.add((pid, _started(pid)))
                words = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
                self.folders |= set(FOLDER.findall(re.sub("\0+", "\n", words.decode(errors="replace"))))
                listening = _listening(Path(f"/proc/{pid}/net/tcp"))
                self.sockets |= listening & {_inode(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()}

    def left(self, mark: str) -> list[str]:
        """What of it is still there; `mark` finds processes by their environment that were never written down."""
        alive = [f"process {pid}" for pid, started in self.processes if _same(pid, started)]
        alive += [f"process {pid} bears the mark" for pid in _marked(mark)]
        alive += [f"socket {inode}" for inode in self.sockets & _listening(Path("/proc/net/tcp"))]
        alive += [f"folder {folder}" for folder in self.folders if Path(folder).exists()]
        began = {pid: _epoch(started) for pid, started in self.processes}
        return alive + [
            f"SysV segment {one}" for one, creator, made in segments() if began.get(creator, made + 1) <= made
        ]


def segments() -> Iterator[tuple[str, int, float]]:
    """(id, pid of the creator, when it was made or changed, in seconds since the epoch) of every SysV shared memory segment that this process can see. Pids come again:
    one that was made before a process began is another's."""
    for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
        words = line.split()
        yield words[1], int(words[4]), float(words[13])


def watch(process: subprocess.Popen[str], condition: Callable[[], bool], traces: Traces, what: str) -> None:
    """Look until `condition` holds while `process` runs, then note its traces; an early end is a failure."""
    ended = select.poll()
    pidfd = os.pidfd_open(process.pid)
    ended.register(pidfd, select.POLLIN)
    give_up = time.monotonic() + DEADLINE_S
    try:
        while not condition():
            assert not ended.poll(STEP_MS), f"ended with {process.wait()} before {what}"
            assert time.monotonic() < give_up, f"never came to {what}"
    finally:
        os.close(pidfd)
    traces.note(process.pid)


def gone(traces: Traces, mark: str, tmp: Path) -> None:
    """Look until nothing is left of a run, in /proc, on ports, in memory and in its temporary folder."""
    give_up = time.monotonic() + DEADLINE_S
    while left := [*traces.left(mark), *map(str, tmp.iterdir())]:
        assert time.monotonic() < give_up, f"left behind: {left}"
        select.select([], [], [], STEP_MS / 1000)


def end(process: subprocess.Popen[str], number: int) -> int:
    """Send a signal as a terminal does, to the whole process group, and wait; the exit code, -n for signal n."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number) if number == signal.SIGINT else os.kill(process.pid, number)
    return process.wait(DEADLINE_S)


def _started(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def _epoch(started: str) -> float:
    """When a process began that began so many ticks after the machine, in whole seconds since the epoch, rounded down."""
    (boot,) = (line.split()[1] for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime "))
    return int(boot) + int(started) // os.sysconf("SC_CLK_TCK") - 1


def _same(pid: int, started: str) -> bool:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return words[19] == started and words[0] != "Z"


def _marked(mark: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def _listening(table: Path) -> set[str]:
    """Inodes of listening sockets."""
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return {row[9] for row in rows if row[3] == LISTEN}


def _inode(fd: Path) -> str:
    with suppress(OSError):
        return str(fd.readlink()).removeprefix("socket:[").removesuffix("]")
    return ""
