"""Whether what a cell began has come to rest: calls, threads, processes and transactions that no task message tells of.

Work may go on behind an answer: in a thread, a pool, a process, a handler that runs when the request is over. What of it shows
is waited for, and is the cell's then. What does not end is this cell's failure, and never meets the next one.

A thread that began in the cell, or slept in no cell before, is waited for while it works or sleeps until a time. One that only
sleeps for long may be a scheduler that a library keeps: it is told of (`resident`), not waited for any longer, and what comes
of it later is late.py's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.stack.database import leftover
from harness.stack.processes.family import Family, end
from harness.stack.roles import threads
from harness.stack.roles.threads import SLEEPS, WAITS, WORKS, Thread

LOOK_S, SELDOM_S = 0.002, 0.05
"""Between two looks, at first and later: no event says that a thread of another process has come to rest."""
SLEEP_S = 5.0
"""How long a thread that only sleeps is waited for."""
IDLE_S = 0.5
"""In which a process that only ends has ended, and a transaction whose request is over."""

Key = tuple[int, int, int]


class Unrest(NamedTuple):
    """What goes on, in a line; `code` and `hint` as of an error."""

    reason: str
    code: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """`waited`: something had to be waited for, which may have begun something else."""

    waited: bool = False
    unrest: Unrest | None = None
    notes: tuple[str, ...] = ()


class Target(NamedTuple):
    """What is asked of a stack."""

    family: Callable[[], Family]
    calls: Callable[[float], int]
    """calls(seconds): wait until every call of a provider has ended; how many have not."""
    transactions: Callable[[], Mapping[str, Any]]
    """What is open in the databases: what it is -> what was last asked in it."""
    end_open: Callable[[], None]
    """End the connections that have it open."""


def of_a_target(stack: Any, fake: Any, dbs: Callable[[], tuple[Any, ...]]) -> Target:
    return Target(stack.family, fake.wait_ended, lambda: leftover.left_open(*dbs()), lambda: leftover.end_open(*dbs()))


@dataclass(slots=True)
class Resting:
    """Of one stack, from cell to cell."""

    target: Target
    there: set[Key] = field(default_factory=set)
    sleepers: set[Key] = field(default_factory=set)
    """Threads whose way to wait it is to sleep: they did when a cell began."""
    residents: dict[Key, tuple[str, str]] = field(default_factory=dict)
    """Threads that a cell began and that only sleep -> their role, and that cell."""
    cell: str = ""
    strays: set[int] = field(default_factory=set)

    def begin(self, cell: str) -> None:
        """A cell begins: what goes on now is none of its work."""
        self.cell = cell
        self.strays = set(self.know().strays)

    def know(self) -> Family:
        """What runs now runs as at rest: a cell begins, or a role was started."""
        family = self.target.family()
        now = list(_threads(family))
        self.there = {thread.key for thread in now}
        self.sleepers &= self.there
        self.sleepers |= {thread.key for thread in now if thread.state != WAITS}
        return family

    def wait(self, timeout_s: float) -> Rest:
        """Until all is at rest, `timeout_s` at most."""
        if still := self.target.calls(timeout_s):
            return Rest(unrest=_running(f"{still} call(s) of providers", timeout_s))
        begun, look_s, waited = time.monotonic(), LOOK_S, False
        notes: list[str] = []
        family = self.target.family()
        while busy := list(self._busy(family)):
            gone_s = time.monotonic() - begun
            if gone_s > timeout_s:
                return Rest(waited=True, unrest=_running(_told(busy), timeout_s))
            if gone_s > SLEEP_S and all(thread.state == SLEEPS for thread in busy):
                if began := [thread for thread in busy if thread.main and thread.key not in self.there]:
                    said = ", ".join(f"{threads.words(one.pid)} (begun by {one.role})" for one in began)
                    return Rest(waited=True, unrest=_running(f"the process {said}", gone_s))
                notes.append(f"not waited for any longer than {SLEEP_S:g} s: {_told(busy)}")
                self.residents |= {thread.key: (thread.role, self.cell) for thread in busy}
                break
            waited = True
            time.sleep(look_s)
            look_s, family = min(look_s * 1.5, SELDOM_S), self.target.family()
        return Rest(waited=waited, unrest=self._left(family), notes=tuple(notes))

    def ended(self) -> list[tuple[str, str]]:
        """Residents that have ended since: role, and the cell that began it."""
        if not self.residents:
            return []
        alive = {thread.key for thread in _threads(self.target.family())}
        gone = [key for key in self.residents if key not in alive]
        return [self.residents.pop(key) for key in gone]

    def end_left(self) -> None:
        """What the cell left, where it is not taken down with its stack: processes that are nobody's, and what is open."""
        end(set(self.target.family().strays) - self.strays)
        self.target.end_open()

    def _busy(self, family: Family) -> Iterator[Thread]:
        """Threads that are not as they are at rest."""
        roots = {pids[0] for pids in family.of.values()}
        for thread in _threads(family):
            if thread.main and thread.pid in roots:
                continue  # its own loop: what it is asked to do shows otherwise
            if (thread.state == SLEEPS and thread.key not in self.sleepers and thread.key not in self.residents) or (
                thread.state == WORKS and thread.key not in self.there
            ):
                yield thread

    def _left(self, family: Family) -> Unrest | None:
        """What does nothing and ought not to be there."""
        deadline = time.monotonic() + IDLE_S
        while strays := {pid: said for pid, said in family.strays.items() if pid not in self.strays}:
            if time.monotonic() > deadline:
                break
            time.sleep(SELDOM_S)
            family = self.target.family()
        if strays:
            return Unrest(
                reason=f"a process outlives the work that began it: {'; '.join(sorted(strays.values()))}",
                code="left-running",
                hint="what a request or a task starts is waited for, or is a role of its own in harness.toml",
            )
        left = self.target.transactions()
        if not left:
            return None
        return Unrest(
            reason=f"the work is over and left open {'; '.join(f'{what}: {said}' for what, said in left.items())}",
            code="left-open",
            hint="a transaction is committed or rolled back where it was begun: look for a missing commit, a missing close",
        )


def _threads(family: Family) -> Iterator[Thread]:
    apart = {"a process of its own": tuple(family.strays)} if family.strays else {}
    return threads.of({**family.of, **apart})


def _told(busy: Iterable[Thread]) -> str:
    return ", ".join(sorted({f"a thread of {thread.role} that is {thread.state}" for thread in busy}))


def _running(what: str, seconds: float) -> Unrest:
    return Unrest(
        reason=f"after {seconds:.0f} s something goes on that no task message tells of: {what}",
        code="left-running",
        hint="what a request or a task begins has to end; what only waits for its next turn is begun when the process is",
    )
