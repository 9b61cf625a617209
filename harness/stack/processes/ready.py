"""How a role shows that it is up: observed on its port and in its log, never slept for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from harness.core.config import Role
from harness.core.errors import StackError
from harness.stack.isolation import hook
from harness.stack.isolation.supervise import descendants
from harness.stack.roles import child
from harness.stack.roles.answering import await_answer

TIMEOUT_S = 60.0
HOOK_TIMEOUT_S = 5.0
"""A role that is ready has long loaded the hook; one that is only spawned may still be starting Python."""
_CELERY_READY = " ready."
"""The end of the line that a worker logs, at level INFO, when it takes tasks."""


def await_role(role: Role, process: child.Child, places: Mapping[str, str], *, hooked_in: Path | None) -> None:
    """Return once `role` is ready by its own rule. `hooked_in`: where the start-up hook says that it was loaded, on an
    island that is made of it. Raises StackError role-died, role-not-ready, port-in-use, hook-bypassed."""
    how, _, detail = role.ready.partition(":")
    match how:
        case "http" | "port":
            port = int(places[f"port_{role.name}"])
            _await_port(process, role, (places["host"], port))
            if hooked_in is not None and not _listens(process.pid, port):
                raise _taken(process, port)
        case "celery":
            await_line(process, _CELERY_READY, at_end=True)
        case "line":
            await_line(process, detail)
        case _:
            if process.popen.poll() is not None:
                raise child.died(process)
    if hooked_in is not None:
        _await_hook(process, hooked_in)


def await_line(process: child.Child, text: str, *, at_end: bool = False) -> None:
    def said() -> bool:
        lines = process.output().splitlines()
        return any(line.rstrip().endswith(text.rstrip()) if at_end else text in line for line in lines)

    child.wait_until(process, said, what=f"line with {text.strip()!r} in its log", timeout_s=TIMEOUT_S)


def _await_port(process: child.Child, role: Role, address: tuple[str, int]) -> None:
    def wait(condition: Callable[[], bool], what: str) -> None:
        child.wait_until(process, condition, what=what, timeout_s=TIMEOUT_S)

    await_answer(address, role.ready, wait)


def _taken(process: child.Child, port: int) -> StackError:
    return StackError(
        f"{process.name} answers on port {port}, but another program holds that port",
        hint=f"end that program, or give the role {{port}}; its last words: {child.last_words(process)}",
        code="port-in-use",
    )


def _listens(pid: int, port: int) -> bool:
    """Whether the process or one below it holds a socket that listens on `port`."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path("/proc/self/net", table).read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == "0A" and int(words[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{words[9]}]")
    for one in (pid, *descendants(pid)):
        with suppress(OSError):
            for handle in Path("/proc", str(one), "fd").iterdir():
                with suppress(OSError):
                    if os.fspath(handle.readlink()) in inodes:
                        return True
    return False


def _await_hook(process: child.Child, run_dir: Path) -> None:
    def loaded() -> bool:
        return any(hook.loaded_in(run_dir, pid) for pid in (process.pid, *descendants(process.pid)))

    try:
        child.wait_until(process, loaded, what="start-up hook", timeout_s=HOOK_TIMEOUT_S)
    except StackError as error:
        if error.code != "role-not-ready":
            raise
        raise StackError(
            f"{process.name} runs without the start-up hook, so nothing keeps it from the real providers",
            hint="it must be Python, started without -I, -E and -S; or run where namespaces are allowed",
            code="hook-bypassed",
        ) from None
