"""What stands around the target where namespaces are refused: it gives up its rights, Landlock keeps it to the stack's files and ports, and a filter
to the calls and the sockets that a backend has use for.

Asked as a wall is (wall.py); what it cannot hold, `left_open` says.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.stack.isolation import inside, landlock, powers, seccomp
from harness.stack.isolation.wall import View, Wall

OF_SYSTEM = ("proc", "sys", "var/cache/fontconfig", "var/lib/ca-certificates")
OF_DEV = (*(f"/dev/{name}" for name in inside.DEVICES), "/dev/ptmx", "/dev/pts", "/dev/shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """`rules` is a descriptor, -1 where the kernel has no Landlock; `calls` the filter, empty where it has none of those."""

    rules: int
    calls: bytes = b""
    first: int = 0
    identity: None = None

    @property
    def handles(self) -> Mapping[str, int]:
        return {}

    def popen(self, command: Sequence[str], *, cwd: Path, **how: Any) -> subprocess.Popen[Any]:
        """As subprocess.Popen, fenced in. Raises OSError."""
        try:
            return subprocess.Popen(command, cwd=cwd, preexec_fn=self._entering(), **how)
        except subprocess.SubprocessError as error:
            raise OSError(0, f"it cannot be fenced in: {error}") from None

    def seen_outside(self, pid: int) -> int:
        return pid

    def close(self) -> None:
        if self.rules >= 0:
            os.close(self.rules)

    def _entering(self) -> Callable[[], None]:
        def enter() -> None:
            powers.give_up()
            if self.rules >= 0:
                landlock.restrict(self.rules)
            if self.calls:
                seccomp.restrict(self.calls)

        return enter


Around = Wall | Fence
"""What is around a target."""


def build(view: View, ports: Iterable[int]) -> Fence:
    """Raises OSError."""
    calls = seccomp.program() if seccomp.knows() else b""
    if not landlock.abi():
        return Fence(rules=-1, calls=calls)
    system = [Path("/", name) for name in os.listdir("/") if inside.is_system(name)]  # noqa: PTH208
    read = [*system, *(Path("/", name) for name in OF_SYSTEM), *view.shown]
    write = [*view.written.values(), *map(Path, OF_DEV)]
    return Fence(rules=landlock.ruleset(read, write, ports), calls=calls)


FILES, RUN, SOCKETS, PROCESSES, SEEN, SHARED, NETWORKS, RIGHTS = (
    "files", "run", "sockets", "processes", "seen", "shared", "networks", "rights"
)  # fmt: skip
_WORDS = {
    FILES: "files that only this user may read",
    RUN: "the run's own folder: the database's files, the sockets of the stack's servers",
    SOCKETS: "unix sockets of this machine",
    PROCESSES: "processes of this user: their memory and environment, signals",
    SEEN: "which processes there are",
    SHARED: "memory that programs of this machine share",
    NETWORKS: "networks, for what is not Python or goes past its sockets",
    RIGHTS: "who this user is, and its rights",
}
_BUT_TCP = "networks other than TCP, for what is not Python or goes past its sockets"
_OF_IP = "networks over IP other than TCP, for what is not Python or goes past its sockets"


def left_open(kind: str, tier: str, *, root: bool | None = None) -> dict[str, str]:
    """What of the machine the target may reach on an island of that `kind`, by what it is: its words. Nothing in namespaces and in containers,
    unless the target is in the harness's own process. `root`: whether the harness is, by default as it is."""
    if tier == "inprocess":
        names = [RUN, SOCKETS, SEEN, SHARED, FILES, PROCESSES, RIGHTS]
        return {name: _WORDS[name] for name in (*names, *([NETWORKS] if kind == "hook" else []))}
    if kind != "hook":
        return {}
    names = [RUN, SOCKETS, SEEN, SHARED]
    root = os.geteuid() == 0 if root is None else root
    names += [FILES] if root or not landlock.abi() else []
    names += [RIGHTS] if root else []
    names += [] if landlock.knows_scopes() else [PROCESSES]
    return {name: _WORDS[name] for name in names} | {
        NETWORKS: _WORDS[NETWORKS] if not landlock.knows_networks() else _OF_IP if seccomp.knows() else _BUT_TCP
    }
