"""Steps beside each other: each with its output kept apart and printed whole, in the order of the list; nothing of them is left.

`main(steps, ...)` forks. The child drives the steps; the parent waits for it. Both adopt orphans (prctl), so that whichever of the two
is killed, the other one finds every process that was started, in whatever session, and ends it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TextIO

DIE_WITH_PARENT, ADOPT_ORPHANS = 1, 36
"""prctl: PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HEARD = (*ENDING, signal.SIGCHLD)
GRACE_S = 15.0
"""What a step has after SIGTERM: the tests put a machine back as it was."""
LAST_LINES = 40
"""Of what a step that failed said: pytest's own summary of what failed among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`command` runs when `after` has ended; `instead` runs where that one failed (empty: nothing does).

    `apart`: the command that it never runs beside: both would count what is in one place.
    `optional`: its failure is no failure of the whole. `gives`: its output is `export NAME=VALUE` for those that come after it.
    """

    command: str
    after: str = ""
    instead: str | None = None
    apart: str = ""
    optional: bool = False
    gives: bool = False


@dataclass(slots=True, kw_only=True)
class Ended:
    """`code` is an exit code, -signal, or None for a step that did not run."""

    step: Step
    command: str
    code: int | None
    seconds: float
    out: str


@dataclass(slots=True)
class _Running:
    step: Step
    command: str
    out: TextIO
    process: subprocess.Popen[str]
    begun: float = field(default_factory=time.monotonic)


def main(steps: Sequence[Step], *, slots: int, spared: Callable[[], int | None], last: Callable[[], None]) -> NoReturn:
    """Run `steps`, at most `slots` at a time, and exit with 0 where all passed, 1 where any failed, 128 + N after signal N.

    `spared` is the process that is not ended before `last` was called, which ends it in its own way.
    """
    _prctl(ADOPT_ORPHANS, 1)
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)  # each is waited for, none interrupts
    parent, child = os.getpid(), os.fork()
    if not child:
        _prctl(DIE_WITH_PARENT, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)
        _prctl(ADOPT_ORPHANS, 1)
        code = 1
        try:
            code = _told(steps, slots)
        finally:
            leave_nothing(spared, last)
            sys.stdout.flush()
            os._exit(code)
    while child not in (ended := _reaped()):
        number = signal.sigwait(HEARD)
        if number in ENDING:
            os.kill(child, number)
    code = ended[child]
    if code < 0:  # it was killed before it could
        leave_nothing(spared, last)
    sys.exit(code if code >= 0 else 1)


def _reaped() -> dict[int, int]:
    """process id -> exit code, of all children that have ended."""
    found: dict[int, int] = {}
    with suppress(ChildProcessError):
        while (one := os.waitpid(-1, os.WNOHANG))[0]:
            found[one[0]] = os.waitstatus_to_exitcode(one[1])
    return found


def _told(steps: Sequence[Step], slots: int) -> int:
    begun = time.monotonic()
    try:
        ended = run(steps, slots)
    except Stopped as stopped:
        print(f"\n== stopped by {signal.Signals(stopped.number).name}", flush=True)
        return 128 + stopped.number
    failed = [one.command for one in ended if one.code and not one.step.optional]
    print(f"\n== done after {time.monotonic() - begun:.0f} s: {len(ended)} steps, {len(failed)} failed", flush=True)
    for one in ended:
        print(f"   {one.seconds:6.1f} s  {verdict(one):8}  {one.command}", flush=True)
    for one in ended:
        if one.command in failed:  # again, where whoever reads the end of a long log looks first
            print(
                f"\n== the end of {one.command} ({verdict(one)})",
                *one.out.splitlines()[-LAST_LINES:],
                sep="\n",
                flush=True,
            )
    return 1 if failed else 0


class Stopped(Exception):
    """Signal `number` came."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run(steps: Sequence[Step], slots: int) -> list[Ended]:
    """In the order of `steps`; what each said is printed once all before it have ended."""
    waiting, running, ended = list(steps), dict[int, _Running](), dict[str, Ended]()
    begun, shown, gone = time.monotonic(), 0, dict[int, int]()

    def note(text: str) -> None:
        print(f"[{time.monotonic() - begun:5.0f} s] {text}", flush=True)

    try:
        while waiting or running:
            while len(running) < slots and (step := _next(waiting, running.values(), ended)):
                waiting.remove(step)
                command, env = _wanted(step, ended)
                if command:
                    started = _start(step, command, env)
                    running[started.process.pid] = started
                    note(f"began    {command}")
                else:
                    ended[step.command] = Ended(step=step, command=step.command, code=None, seconds=0.0, out="")
            while running and not (gone := _reaped()):  # orphans of steps among them
                if (number := signal.sigwait(HEARD)) in ENDING:
                    raise Stopped(number)
            for pid in gone.keys() & running.keys():
                one = running.pop(pid)
                one.process.returncode = gone[pid]
                done = ended[one.step.command] = _ended(one)
                note(f"{verdict(done):8} {done.command}, {done.seconds:.1f} s")
            while shown < len(steps) and steps[shown].command in ended:
                done = ended[steps[shown].command]
                print(f"\n== {done.command} ({verdict(done)}, {done.seconds:.1f} s)\n{done.out}", flush=True)
                shown += 1
    except Stopped:
        untold = [one for one in ended.values() if one.step in steps[shown:]]
        for done in (*untold, *map(_ended, running.values())):
            print(f"\n== {done.command}, as far as it came\n{done.out}", flush=True)
        raise
    return [ended[step.command] for step in steps]


def _next(waiting: Iterable[Step], running: Collection[_Running], ended: Mapping[str, Ended]) -> Step | None:
    """The first that may run now."""
    there = {one.step.command for one in running}
    kept_off = {one.step.apart for one in running}
    for step in waiting:
        if (not step.after or step.after in ended) and step.apart not in there and step.command not in kept_off:
            return step
    return None


def verdict(one: Ended) -> str:
    if one.code is None:
        return "not run"
    return "passed" if one.code == 0 else "absent" if one.step.optional else "FAILED"


def _wanted(step: Step, ended: Mapping[str, Ended]) -> tuple[str, dict[str, str]]:
    """What is to be run, and what the step before it gave it."""
    if not step.after:
        return step.command, {}
    before = ended[step.after]
    if before.code:
        return step.command if step.instead is None else step.instead, {}
    lines = before.out.splitlines() if before.step.gives else []
    given = [line.removeprefix("export ").partition("=") for line in lines if line.startswith("export ")]
    return step.command, {name: value for name, _, value in given}


def _start(step: Step, command: str, env: Mapping[str, str]) -> _Running:
    out = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 - closed when it is read
    process = subprocess.Popen(
        command.split(), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, text=True, env={**os.environ, **env},
        start_new_session=True, preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD),
    )  # fmt: skip
    return _Running(step, command, out, process)


def _ended(one: _Running) -> Ended:
    seconds = time.monotonic() - one.begun
    with one.out as out:
        out.seek(0)
        said = out.read()
    return Ended(step=one.step, command=one.command, code=one.process.returncode, seconds=seconds, out=said)


def leave_nothing(spared: Callable[[], int | None], last: Callable[[], None]) -> None:
    """Every process below this one is ended: first by SIGTERM, but for `spared` and what is below it; then `last` is called."""
    pid = spared()
    _end(lambda: below(os.getpid(), but=pid), signal.SIGTERM, GRACE_S)
    _end(lambda: below(os.getpid(), but=pid), signal.SIGKILL, GRACE_S)
    last()
    _end(lambda: below(os.getpid()), signal.SIGKILL, GRACE_S)


def _end(found: Callable[[], set[int]], number: int, within_s: float) -> None:
    """Signal each once, and what came of them until none is left."""
    until, told = time.monotonic() + within_s, set[int]()
    while (pids := found()) and time.monotonic() < until:
        for pid in pids - told:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        told |= pids
        _reaped()
        time.sleep(0.02)  # between two looks


def below(root: int, but: int | None = None) -> set[int]:
    """Processes that `root` and its own began, at any depth, without `but` and those below it; the dead are not counted."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = stat.read_text(errors="replace").rpartition(") ")
            state, parent = rest.split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(name.split()[0]))
    found, left = set[int](), [root]
    while left:
        new = [pid for pid in children.get(left.pop(), ()) if pid != but]
        found.update(new)
        left += new
    return found


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
