"""One process of the stack: spawned into a session of its own, its output in a file, its end observed by a pidfd."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from harness.core.errors import StackError, last_lines
from harness.stack.isolation.fence import Around

_STEP_MS = 4
"""Between two looks at a condition; a process that ends is noticed at once."""
_REAP_S = 2.0


class Process(Protocol):
    """What is used of subprocess.Popen."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    @property
    def stdin(self) -> Any: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...


@dataclass(slots=True, kw_only=True)
class Child:
    name: str
    popen: Process
    log: Path
    log_start: int
    """Size of the log when this process began: an earlier run of the same role wrote what is before."""

    @property
    def pid(self) -> int:
        return self.popen.pid

    def output(self) -> str:
        with self.log.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode("utf-8", "replace")


def spawn(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    user: tuple[int, int] | None = None,
    wall: Around | None = None,
    **popen: Any,
) -> Child:
    """Start `command`. As `user` (uid, gid) without further groups when given; behind `wall`. Raises StackError role-not-started.

    `popen` are further arguments of subprocess.Popen; standard input is empty unless they say otherwise.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    identity = {} if user is None else {"user": user[0], "group": user[1], "extra_groups": []}
    with log.open("ab") as out:
        start = out.seek(0, os.SEEK_END)
        try:
            process = (subprocess.Popen if wall is None else wall.popen)(
                list(command),
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                # a terminal's Ctrl-C is for the harness; and killing the session kills the role's own children
                start_new_session=True,
                **{"stdin": subprocess.DEVNULL, **identity, **popen},
            )
        except OSError as error:
            raise StackError(
                f"{name} cannot be started: {command[0]}: {error.strerror}",
                hint=f"the command is: {' '.join(command)}",
                code="role-not-started",
            ) from None
    return Child(name=name, popen=process, log=log, log_start=start)


def wait_until(child: Child, condition: Callable[[], bool], *, what: str, timeout_s: float) -> None:
    """Look at `condition` until it holds. Raises StackError role-died or role-not-ready (after `timeout_s`)."""
    pidfd = os.pidfd_open(child.pid)
    try:
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        give_up = time.monotonic() + timeout_s
        while not condition():
            if poll.poll(_STEP_MS):
                raise died(child)
            if time.monotonic() > give_up:
                raise StackError(
                    f"{child.name} is not ready after {timeout_s:g} s: no {what}",
                    hint=f"its last words: {last_words(child)}",
                    code="role-not-ready",
                )
    finally:
        os.close(pidfd)


def died(child: Child) -> StackError:
    code = child.popen.wait()
    how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    text = child.output().lower()
    if any(words in text for words in ("address already in use", "connection in use", "address in use")):
        return StackError(
            f"{child.name} found its port taken", hint=f"its last words: {last_words(child)}", code="port-in-use"
        )
    return StackError(f"{child.name} ended ({how})", hint=f"its last words: {last_words(child)}", code="role-died")


def last_words(child: Child, count: int = 3) -> str:
    return last_lines(child.output(), count)


def stop(child: Child, *, sig: int = signal.SIGTERM, grace_s: float = 10.0) -> None:
    """Ask the process to end, wait until it has, then end whatever is left of its session. Quiet when it is gone."""
    with suppress(ProcessLookupError):
        child.popen.send_signal(sig)
    with suppress(subprocess.TimeoutExpired):
        child.popen.wait(grace_s)
    kill(child)


def kill(child: Child) -> None:
    """SIGKILL the process and what it forked, and wait until all of it is gone."""
    _signal_session(child, signal.SIGKILL)
    child.popen.wait()
    # orphans are reaped by the island's init or supervisor, a moment after they end
    give_up = time.monotonic() + _REAP_S
    while _signal_session(child, signal.SIGKILL) and time.monotonic() < give_up:
        select.select([], [], [], _STEP_MS / 1000)


def _signal_session(child: Child, sig: int) -> bool:
    try:
        os.killpg(child.pid, sig)
    except (ProcessLookupError, PermissionError):
        return False
    return True
