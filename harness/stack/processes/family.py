"""The processes of a stack, by who started them, and those that are nobody's any more."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.stack.isolation.supervise import descendants_of, parents
from harness.stack.roles import threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`of`: role of the target -> its process, then all that descend from it; `servers` the same of database, broker and fake. `strays`: processes that whoever began them has left -> their command
    lines."""

    of: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    servers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    strays: Mapping[int, str] = field(default_factory=dict)


def look(
    roles: Mapping[str, int], servers: Mapping[str, int], apart: Collection[int], *, adopters: Iterable[int]
) -> Family:
    """As it is now. Strays, and what they began, were adopted by one of `adopters` (0: nobody); `apart` are no target's. Where others are
    adopted there, too, nobody is known for one."""
    below = parents()
    known = {os.getpid(), *apart, *roles.values(), *servers.values()}
    left = [pid for above in adopters if above for pid in below.get(above, ()) if pid not in known]
    return Family(
        of={name: (pid, *descendants_of(pid, below)) for name, pid in roles.items()},
        servers={name: (pid, *descendants_of(pid, below)) for name, pid in servers.items()},
        strays={one: threads.words(one) for pid in left for one in (pid, *descendants_of(pid, below))},
    )


def go_on(stopped: Family) -> None:
    """Wake whoever somebody has stopped: it hears no other signal than SIGKILL, and a server is asked to end in order."""
    _signal((pid for pids in (*stopped.of.values(), *stopped.servers.values()) for pid in pids), signal.SIGCONT)


def end(pids: Iterable[int]) -> None:
    """SIGKILL them."""
    _signal(pids, signal.SIGKILL)


def memory_bytes(pids: Iterable[int]) -> int:
    """Proportional set size of all of them; those that end meanwhile have none."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            for line in Path("/proc", str(pid), "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
