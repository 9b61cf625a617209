"""Waiting for one child while standing in for it: signals go down, exit codes come up, orphans are reaped.

The same loop serves every link of the chain that island.py builds, PID 1 of the island included.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
ABANDONED = 128 + signal.SIGKILL
"""The exit code when the process above is gone: nobody reads it."""
_adopter = 0


def adopted_by(pid: int) -> None:
    """Said once by the process that an island is for: `pid` stands above it, adopts its orphans and has no other children."""
    global _adopter
    _adopter = pid


def adopter() -> int:
    """Who adopts what this process and those below it leave; 0: somebody who has other children, too."""
    return _adopter if _adopter == os.getppid() else 0


def stand_in_for(child: int, *, lifeline: int | None = None, reap_all: bool = False) -> int:
    """Wait for `child` and return its exit code, 128 + n for signal n; meanwhile forward FORWARDED to it.

    `reap_all` also collects every orphan (never in a process that has children of its own). `lifeline` is the read
    end of a pipe whose write end only the process above holds: when it closes, ABANDONED is returned at once, the
    child still running.
    """
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    with _handlers(wake_write):
        try:
            poll = select.poll()
            poll.register(wake_read, select.POLLIN)
            if lifeline is not None:
                poll.register(lifeline, select.POLLIN)
            while True:
                code = _reap(child, reap_all)
                if code is not None:
                    return code
                for fd, _ in poll.poll():
                    if fd == lifeline:
                        return ABANDONED
                    for number in os.read(wake_read, 512):
                        if number in FORWARDED:
                            with suppress(ProcessLookupError):
                                os.kill(child, number)
        finally:
            os.close(wake_read)
            os.close(wake_write)


@contextmanager
def signals_held() -> Iterator[None]:
    """FORWARDED wait inside: a signal that comes while the chain is being made reaches its end once that stands."""
    old = signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)


def run_as_child(main: Callable[[], int], *, relays: bool) -> int:
    """Fork; the child's exit code is main's. Returns the child's pid in the parent and never returns in the child.

    Call while `signals_held`. A child that `relays` goes on holding them, until it stands in for one of its own.

    In the child SIGTERM ends main like an exit, KeyboardInterrupt becomes exit code 130, and buffers are flushed; the
    exit handlers of the process it was forked from do not run a second time.
    """
    _flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in _wanted():
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *_: _leave(128 + signal.SIGTERM))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        sys.unraisablehook = _not_lost
        if not relays:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
        code = main()
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with suppress(BaseException):
            _flush()
        os._exit(code)


def descendants(root: int) -> list[int]:
    """Pids of all live processes below `root`, parents first, from /proc."""
    return descendants_of(root, parents())


def parents() -> dict[int, list[int]]:
    """Pid of each process that has children -> theirs, from /proc."""
    below: dict[int, list[int]] = {}
    for pid, parent in _parents():
        below.setdefault(parent, []).append(pid)
    return below


def descendants_of(root: int, below: Mapping[int, list[int]]) -> list[int]:
    """As `descendants`, of what `parents` found."""
    found: list[int] = []
    queue = [root]
    while queue:
        next_ones = below.get(queue.pop(0), [])
        found += next_ones
        queue += next_ones
    return found


def children(parent: int) -> list[int]:
    return [pid for pid, above in _parents() if above == parent]


def kill_below(keep: Collection[int] = ()) -> None:
    """SIGKILL everything below this process, which must adopt orphans, until nothing is left but the children in `keep`."""
    while own := [pid for pid in children(os.getpid()) if pid not in keep]:
        # parents before children: a parent that still runs could fork what this pass does not see
        for pid in own + [below for one in own for below in descendants(one)]:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in own:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _parents() -> Iterator[tuple[int, int]]:
    for name in os.listdir("/proc"):  # noqa: PTH208 - names alone: every process of the machine, where there is no island
        if name.isdecimal():
            with suppress(OSError), open(f"/proc/{name}/stat", "rb") as stat:  # noqa: PTH123
                # the command name, in brackets, may itself hold blanks and brackets
                yield int(name), int(stat.read().rpartition(b")")[2].split(None, 2)[1])


def _reap(child: int, reap_all: bool) -> int | None:
    while True:
        try:
            pid, status = os.waitpid(-1 if reap_all else child, os.WNOHANG)
        except ChildProcessError:
            return ABANDONED
        if pid == 0:
            return None
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


@contextmanager
def _handlers(wake: int) -> Iterator[None]:
    old = {number: signal.signal(number, lambda *_: None) for number in (*_wanted(), signal.SIGCHLD)}
    old_wake = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    held = signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        signal.set_wakeup_fd(old_wake)
        for number, handler in old.items():
            signal.signal(number, handler)


def _wanted() -> list[signal.Signals]:
    """What is forwarded: not SIGHUP under nohup, which is meant to outlive its terminal."""
    return [n for n in FORWARDED if n is not signal.SIGHUP or signal.getsignal(n) is not signal.SIG_IGN]


def _leave(code: int) -> None:
    raise SystemExit(code)


def _not_lost(unraisable: sys.UnraisableHookArgs) -> None:
    """An interrupt that fell into a finalizer, where Python drops it, comes again a moment later."""
    ends = {KeyboardInterrupt: signal.default_int_handler, SystemExit: lambda *_: _leave(128 + signal.SIGTERM)}
    if unraisable.exc_type not in ends:
        sys.__unraisablehook__(unraisable)
        return
    signal.signal(signal.SIGALRM, ends[unraisable.exc_type])
    signal.setitimer(signal.ITIMER_REAL, 0.005)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
