"""What the threads of the target's processes are at, as the kernel tells it: at work, asleep until a time, or waiting for something.

A thread that waits for a descriptor or for another thread does nothing until somebody comes; one that sleeps goes on by itself.
Where the kernel does not tell (another machine's, a hardened one), every thread is said to wait.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOST_CHARACTERS = 100
WORKS, SLEEPS, WAITS = "at work", "asleep", "waiting"

_X86_64 = {35: "sleep", 230: "sleep", 202: "futex", 23: "select", 270: "select", 7: "poll", 271: "poll"}
_AARCH64 = {101: "sleep", 115: "sleep", 98: "futex", 72: "select", 73: "poll"}
_CALLS: Mapping[str, Mapping[int, str]] = {"x86_64": _X86_64, "aarch64": _AARCH64}
"""Numbers of the system calls that may wait for nothing but a time."""
_HERE = _CALLS.get(platform.machine(), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """`began` in ticks since the machine booted: with `pid` and `tid` it is this thread and no later one. `role` is the process that it
    belongs to; `main`: it is a process's first."""

    role: str
    pid: int
    tid: int
    began: int
    state: str

    @property
    def main(self) -> bool:
        return self.pid == self.tid

    @property
    def key(self) -> tuple[int, int, int]:
        return self.pid, self.tid, self.began


def of(processes: Mapping[str, Iterable[int]]) -> Iterator[Thread]:
    """Every thread of the processes that each role has; those that end meanwhile are left out."""
    for role, pids in processes.items():
        for pid in pids:
            with suppress(OSError):
                for name in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - names alone, several times in every cell
                    with suppress(OSError):
                        yield _thread(role, pid, int(name))


def stopped(processes: Mapping[str, Iterable[int]]) -> tuple[str, ...]:
    """Roles of which a process stands still (SIGSTOP)."""
    found = {}
    for role, pids in processes.items():
        for pid in pids:
            with suppress(OSError):
                found[role] = found.get(role, False) or _stat(pid, pid)[0] in (b"T", b"t")
    return tuple(role for role, still in found.items() if still)


def words(pid: int) -> str:
    """The command line of a process, in one line of at most MOST_CHARACTERS."""
    with suppress(OSError):
        said = Path("/proc", str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        return " ".join(said.split())[:MOST_CHARACTERS]
    return ""


def _thread(role: str, pid: int, tid: int) -> Thread:
    letter, began = _stat(pid, tid)
    state = WORKS if letter in (b"R", b"D") else _waits(pid, tid)
    return Thread(role=role, pid=pid, tid=tid, began=began, state=state)


def _stat(pid: int, tid: int) -> tuple[bytes, int]:
    with open(f"/proc/{pid}/task/{tid}/stat", "rb") as stat:  # noqa: PTH123
        # the command name, in brackets, may itself hold blanks and brackets
        fields = stat.read().rpartition(b")")[2].split()
    return fields[0], int(fields[19])


def _waits(pid: int, tid: int) -> str:
    try:
        with open(f"/proc/{pid}/task/{tid}/syscall", "rb") as file:  # noqa: PTH123
            said = file.read().split()
    except OSError:
        return WAITS
    if said[:1] == [b"running"]:
        return WORKS
    call = _HERE.get(int(said[0])) if said else None
    arguments = [int(word, 16) for word in said[1:7]]
    # select and poll of no descriptor are sleeps; a wait for another thread that has an end is one, too
    timed = call == "sleep" or (call == "futex" and arguments[3]) or (call == "select" and not arguments[0])
    return SLEEPS if timed or (call == "poll" and not arguments[1]) else WAITS
