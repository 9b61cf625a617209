"""One process that has loaded the target, from which its roles are forked: what it costs to import is paid once.

Beside the target's database and broker it is started like a role, imports while these come up, and goes on once they are
there (forker/ is what runs in it). What it cannot fork starts cold, from its command line: another program than the
target's interpreter, another environment than the stack's, a pool of green threads. Where the target must not be forked
at all, every role starts cold, and `why` says so.
"""

from __future__ import annotations

import array
import hashlib
import json
import os
import select
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.stack.isolation.fence import Around
from harness.stack.isolation.wall import POWERS
from harness.stack.roles import child, environment, forker
from harness.stack.roles.child import Child
from harness.stack.roles.forker import join

TIMEOUT_S = 60.0
OWN = "HARNESS_"
"""Variables that begin so are the harness's, and nothing that is imported reads them."""
ZYGOTES = "zygotes"
"""In the cache: what targets are known to import."""
GREEN = ("gevent", "eventlet")
_LONGEST = 1 << 16


class Zygote:
    """Started by `start`; not thread-safe. `why` is empty while roles can be forked, else says why they start cold;
    `stale`: because a source has changed, which a new zygote would mend. `begun`: whether it was asked to load the target."""

    def __init__(
        self, process: Child, control: socket.socket, env: Mapping[str, str], python: str, wall: Around | None = None
    ) -> None:
        self.process, self._wall = process, wall
        self.why, self.stale, self.begun = "", False, False
        self._control, self._env, self._python = control, dict(env), python
        self._loading = self._entering = False

    def is_of(self, python: str, env: Mapping[str, str]) -> bool:
        """Whether it was started as `start` would start it now."""
        return self._python == python and self._env == dict(env)

    def enter(self, env: Mapping[str, str], *, root: Path, path: str, log: Path, wall: Around | None) -> None:
        """It was started outside: it comes into the island that this process is in, and there behind `wall`, to have `env`, which `path` is
        new in. Does not wait."""
        self._env, self._entering, self._wall = dict(env), True, wall
        self.process.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        held = {} if wall is None else wall.handles
        own = {name: os.open(f"/proc/self/ns/{name}", os.O_RDONLY) for name in join.SPACES if name not in held}
        spaces = [{**own, **held}[name] for name in join.SPACES]
        less = None if wall is None else {"file": os.fspath(POWERS), "identity": wall.identity}
        with log.open("ab") as out:
            self._say({"join": {"root": os.fspath(root), "path": path, "less": less}}, [out.fileno(), *spaces])
        for space in own.values():
            os.close(space)

    def load(self, manage: Sequence[str], modules: Path) -> None:
        """The database and the broker are there: go on and import the target. Does not wait. `modules` is where names of
        installed modules are kept that its tasks and routes import."""
        if self._entering and not self._entered():
            return
        words = list(manage)
        script = words[1] if len(words) == 2 and words[0] == self._python and words[1].endswith(".py") else ""
        modules.parent.mkdir(parents=True, exist_ok=True)
        self._say({"load": {"manage": script, "modules": os.fspath(modules)}})
        self.begun = self._loading = True

    def fork(
        self, name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path, stdin: int = subprocess.DEVNULL,
        pass_fds: Sequence[int] = (), **popen: Any,
    ) -> Child | None:  # fmt: skip
        """A role as child.spawn starts it; None: it is to be started cold. Numbers of `pass_fds` are at least forker.HIGH."""
        if self.stale or popen or not self._fits(command, env) or not self._loaded():
            return None
        added = {key: value for key, value in env.items() if self._env.get(key) != value}
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            start = out.seek(0, os.SEEK_END)
            inner, ours = os.pipe() if stdin == subprocess.PIPE else (os.open(os.devnull, os.O_RDONLY), None)
            asked = {"name": name, "words": list(command[1:]), "env": added, "numbers": [0, 1, 2, *pass_fds]}
            answer = self._ask({"fork": asked}, [inner, out.fileno(), out.fileno(), *pass_fds])
            os.close(inner)
        if "pid" in answer:
            pid = answer["pid"]
            return Child(
                name=name, popen=Forked(self._number(pid), lambda: self._reaped(pid), ours), log=log, log_start=start
            )
        if ours is not None:
            os.close(ours)
        if "stale" in answer:
            self.why, self.stale = f"{answer['stale']} has changed since it was imported", True
        return None

    def close(self) -> None:
        """End it; roles that it has forked go on."""
        self.why = self.why or "it was ended"
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # where it was started early, others hold this end too
        self._control.close()
        if not self._entering:  # else its number is one of another world, and it ends by itself
            child.kill(self.process)

    def _entered(self) -> bool:
        """Where it could not come in, another is started (`stale`)."""
        answer = self._heard()
        if "pid" not in answer:
            self.why, self.stale, self.begun = answer.get("why", self.why), True, True
            return False
        self._entering = False
        known = Forked(self._number(answer["pid"]), lambda: None, None)
        self.process = Child(
            name=self.process.name, popen=known, log=self.process.log, log_start=self.process.log_start
        )
        return True

    def _fits(self, command: Sequence[str], env: Mapping[str, str]) -> bool:
        """Whether what the command line asks for is what was loaded."""
        if len(command) < 2 or command[0] != self._python or any(green in word for word in command for green in GREEN):
            return False
        if command[1] != "-m" and not (command[1].endswith(".py") and not command[1].startswith("-")):
            return False
        other = {key for key in {*env, *self._env} if env.get(key) != self._env.get(key)}
        return all(
            (key.startswith(OWN) or key in (forker.SETTINGS, environment.SIGNED)) and key in env for key in other
        )

    def _number(self, pid: int) -> int:
        """What it calls `pid`, as it is called here."""
        return pid if self._wall is None else self._wall.seen_outside(pid)

    def _reaped(self, pid: int) -> int | None:
        """The exit code of a role that has ended, as Popen has it; None where nobody knows it any more."""
        status = self._ask({"wait": pid}).get("status")
        if status is None:
            return None
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

    def _say(self, asked: Mapping[str, Any], handles: Sequence[int] = ()) -> None:
        extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles))] if handles else []
        with suppress(OSError):  # it has ended: the answer says so
            self._control.sendmsg([json.dumps(asked).encode()], extra)

    def _loaded(self) -> bool:
        if self._loading:
            self._loading = False
            self.why = self._heard().get("why", self.why)
            if self.why:
                self.close()
        return not self.why

    def _ask(self, asked: Mapping[str, Any], handles: Sequence[int] = ()) -> dict[str, Any]:
        self._say(asked, handles)
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        data = b""
        with suppress(OSError, ValueError):  # it was killed, or closed: whoever it has forked may live longer
            if select.select([self._control], [], [], TIMEOUT_S)[0]:
                data = self._control.recv(_LONGEST)
        if data:
            answer: dict[str, Any] = json.loads(data)
            return answer
        self.why = (
            self.why or f"the process that forks them gives no answer; its last words: {child.last_words(self.process)}"
        )
        return {}


class Forked:
    """A process that another one has forked, as subprocess.Popen shows one: it stays a zombie until it is waited for."""

    def __init__(self, pid: int, reap: Callable[[], int | None], stdin: int | None) -> None:
        self.pid, self._reap = pid, reap
        self.returncode: int | None = None
        self.stdin = None if stdin is None else os.fdopen(stdin, "wb", buffering=0)
        self._pidfd = os.pidfd_open(pid)

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._pidfd], [], [], 0)[0]:
            self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._pidfd], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            self._ended()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._pidfd, sig)

    def _ended(self) -> None:
        code = self._reap()
        # who forked it is gone: init has its status, and nobody asks for it
        self.returncode = -signal.SIGKILL if code is None else code
        os.close(self._pidfd)


def start(
    python: str, env: Mapping[str, str], *, root: Path, log: Path, wall: Around | None = None, **popen: Any
) -> Zygote:
    """Start it in the target's folder, with the target's environment, behind `wall`. `popen` as child.spawn's. Raises StackError
    role-not-started."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [python, os.fspath(Path(forker.__file__).with_name("__main__.py")), str(theirs.fileno())]
    with theirs:
        process = child.spawn(
            "zygote", command, log=log, env=env, cwd=root, wall=wall, pass_fds=(theirs.fileno(),), **popen
        )
    return Zygote(process, ours, env, python, wall)


def modules_file(cache: Path, root: Path, python: str) -> Path:
    """Where the names of installed modules are kept: of one target and one environment."""
    name = hashlib.blake2b(f"{root}\0{python}".encode(), digest_size=12).hexdigest()
    return cache / ZYGOTES / f"{name}.json"
