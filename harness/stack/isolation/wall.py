"""The wall around the target: namespaces within the island's, in which its processes are, and none of the harness's.

harness -- and database, broker, fake: outside of the wall, on the same network
  `- first     PID 1 behind the wall: holds its root, reaps; when it is killed, the kernel ends all that is there
       |- a zygote, which enters by itself (roles/forker/join.py), and what it has forked
       `- what others have left
whatever is begun by `popen` is behind it, too: a child of the harness that sees only what is there

There the target is an ordinary user without any capability (powers.py) before its first line runs, its tree and the system can be read, its
folders can be written, and nothing else of the machine is there (inside.py): no file, no unix socket, no process.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from harness.stack.isolation import inside, linux, powers
from harness.stack.isolation.supervise import signals_held

OTHER = (65533, 65533)
"""Who the target is where the harness is root: nobody's id, not even PostgreSQL's."""
CLOSE_S = 10.0
SPACES = {"mnt": linux.CLONE_NEWNS, "ipc": linux.CLONE_NEWIPC, "pid": linux.CLONE_NEWPID}
POWERS = Path(powers.__file__)


def apart(name: str) -> str:
    """What a folder is called that keeps what the target writes behind a wall, beside the harness's own of that name."""
    return f"{name}-{OTHER[0]}" if os.geteuid() == 0 else name


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is behind a wall. `shown` can be read, as they stand; `written` maps a place there to the folder that is seen and written in
    it. `lent`: of which of the paths the owner may read what others may not. `home` is a place there. `root` is an empty folder."""

    root: Path
    shown: tuple[Path, ...]
    written: Mapping[Path, Path]
    lent: Path
    home: Path


@dataclass(slots=True, kw_only=True)
class Wall:
    """`identity`: who the target is there; None: who the harness is."""

    first: int
    identity: tuple[int, int] | None
    handles: Mapping[str, int] = field(default_factory=dict)
    """A namespace each of SPACES."""
    begun: list[subprocess.Popen[Any]] = field(default_factory=list)
    """By `popen`, and not waited for yet when it was last looked."""

    def popen(self, command: Sequence[str], *, cwd: Path, **how: Any) -> subprocess.Popen[Any]:
        """As subprocess.Popen, behind the wall. Raises OSError."""
        own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        try:
            linux.enter(self.handles["pid"], SPACES["pid"])
            try:
                made = subprocess.Popen(command, preexec_fn=self._entering(cwd), **how)
            finally:
                linux.enter(own, SPACES["pid"])
            self.begun = [one for one in (*self.begun, made) if one.poll() is None]
            return made
        except subprocess.SubprocessError as error:
            raise OSError(errno.EPERM, f"it cannot come behind the wall: {error}") from None
        finally:
            os.close(own)

    def seen_outside(self, pid: int) -> int:
        """The number, out here, of the process that has the number `pid` behind the wall. Raises OSError where there is none."""
        for name in os.listdir("/proc"):  # noqa: PTH208 - names alone
            if name.isdecimal():
                with suppress(OSError):
                    if _numbers(name) == [int(name), pid]:
                        return int(name)
        raise ProcessLookupError(f"no process {pid} behind the wall")

    def close(self) -> None:
        """End everything that is behind it. Quiet when called again."""
        if not self.first:
            return
        with suppress(ProcessLookupError):
            ended = os.pidfd_open(self.first)
            os.kill(self.first, signal.SIGKILL)
            for one in self.begun:
                one.wait()  # the first ends once all are waited for
            select.select([ended], [], [], CLOSE_S)
            os.close(ended)
        for handle in self.handles.values():
            os.close(handle)
        self.first, self.handles = 0, {}

    def _entering(self, cwd: Path) -> Callable[[], None]:
        def enter() -> None:
            for name in ("ipc", "mnt"):
                linux.enter(self.handles[name], SPACES[name])
            os.chdir(cwd)
            powers.give_up(*(self.identity or ()))

        return enter


def build(view: View) -> Wall:
    """Raises OSError where the machine refuses. Where the harness is root, and what is lent can be read by root alone and not be lent,
    the target keeps root's id, without any of its rights."""
    if os.geteuid():
        return _built(view, None)
    try:
        return _built(view, OTHER)
    except OSError as error:
        if error.errno != errno.EACCES:
            raise
        return _built(view, None)


def _built(view: View, identity: tuple[int, int] | None) -> Wall:
    """A signal waits until it stands: halfway, each of three processes waits for another one."""
    for folder in {*view.written.values()} if os.geteuid() == 0 else ():
        _given(folder, identity or (0, 0))
    owner = view.lent.stat()
    lending = inside.lending((owner.st_uid, owner.st_gid), identity) if identity else nullcontext(-1)
    with signals_held(), lending as users:
        # made here: the process behind `users` must not hold an end
        (read, write), (held, held_by) = os.pipe(), os.pipe()
        child = os.fork()
        if not child:
            os.close(held_by)
            _begin(view, identity, users, write, held)
        os.close(write)
        os.close(held)
        try:
            with os.fdopen(read, "rb") as pipe:
                told = dict(line.split(" ", 1) for line in pipe.read().decode().splitlines())
            os.waitpid(child, 0)
            if "refused" in told or "begun" not in told:
                number, _, reason = told.get("refused", "0 the process that built it died").partition(" ")
                raise OSError(int(number), reason)
            first = int(told["begun"])
            handles = {name: os.open(f"/proc/{first}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in SPACES}
        finally:
            os.close(held_by)  # within: the process behind `users` waits for who holds an end of its own pipe
    return Wall(first=first, identity=identity, handles=handles)


def _given(folder: Path, identity: tuple[int, int]) -> None:
    """All of it, where it does not belong to that user yet: what it wrote itself does."""
    if folder.stat().st_uid == identity[0]:
        return
    for path in (folder, *(folder.rglob("*") if folder.is_dir() else ())):
        with suppress(FileNotFoundError):
            os.chown(path, *identity, follow_symlinks=False)


def _begin(view: View, identity: tuple[int, int] | None, users: int, report: int, held: int) -> NoReturn:
    """Fork the first process of the namespaces, tell its number and end: who has made a namespace of processes is not in it."""
    try:
        linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWIPC)
        first = os.fork()
        if first:
            os.write(report, f"begun {first}\n".encode())
        else:
            _be_first(view, identity, users, report, held)
    except OSError as error:
        _tell(report, error)
    finally:
        os._exit(0)


def _be_first(view: View, identity: tuple[int, int] | None, users: int, report: int, held: int) -> NoReturn:
    """`held`: a pipe that is closed at its other end once the namespaces are taken hold of, after which nobody can look at this process."""
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        named = (identity[0], view.home) if identity else None
        root = os.geteuid() == 0 and identity is None
        inside.furnish(view.root, view.shown, view.written.items(), named=named, users=users, as_root=root)
        if identity and not _open_to(identity, view.lent):
            raise OSError(errno.EACCES, f"{view.lent} is closed to others")
        os.setsid()
        os.close(report)
        os.read(held, 1)
        linux.hide()
        os.closerange(0, os.sysconf("SC_OPEN_MAX"))
        while True:
            signal.sigwait({signal.SIGCHLD})
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
    except OSError as error:
        _tell(report, error)
    finally:
        os._exit(0)


def _tell(report: int, error: OSError) -> None:
    where = f"{error.filename}: " if error.filename else ""
    os.write(report, f"refused {error.errno} {where}{error.strerror}\n".encode())


def _open_to(identity: tuple[int, int], folder: Path) -> bool:
    """Whether that user may look into it."""
    seen = folder.stat()
    bits = seen.st_mode >> 6 if seen.st_uid == identity[0] else seen.st_mode
    return bits & 0o5 == 0o5


def _numbers(pid: str) -> list[int]:
    """A process's number here, then in each namespace below."""
    with open(f"/proc/{pid}/status", "rb") as status:  # noqa: PTH123
        line = next((line for line in status if line.startswith(b"NSpid:")), b"")
    return [int(word) for word in line.split()[1:]]
