"""What is there behind a wall: a root of its own, with what a system is made of, what is shown, and what may be written.

Everything else of the machine is not there: homes, /run, /tmp, /var, /mnt, other checkouts, devices but the usual seven. A thing is bound by a
handle that was opened before, so that no mount can hide what is bound after it.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.stack.isolation import linux

SYSTEM = ("bin", "etc", "gnu", "nix", "opt", "sbin", "sys", "usr")
"""Folders of / that a system is made of, beside those that begin with `lib`: they are read by everybody. No program listens on a socket there."""
OF_VAR = ("/var/cache/fontconfig", "/var/lib/ca-certificates")
"""What libraries read of /var."""
BEHIND_LINKS = ("/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/passwd", "/etc/localtime")
"""Files of /etc that may be links to somewhere else."""
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2", "ptmx": "pts/ptmx"}  # fmt: skip
KERNEL = ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi")
"""Of /proc: what root's id alone may write, without any capability."""


def furnish(
    root: Path, shown: Iterable[Path], written: Iterable[tuple[Path, Path]], *, named: tuple[int, Path] | None, users: int, as_root: bool,
) -> None:  # fmt: skip
    """Make the inside in `root`, an empty folder, and become it. This process is alone in its namespaces of mounts and of processes.

    `shown` can be read; `written` pairs a place inside with the folder that is there. `named` gives a user id a name and a home. `users` is
    the user namespace by which what is shown is lent, -1 without. Raises OSError.
    """
    held = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC), False) for path in _apart(shown)]
    held += [(place, os.open(folder, os.O_PATH | os.O_CLOEXEC), True) for place, folder in written]
    passwd = _named(root, *named) if named else None
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", root, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=4m,mode=755")
    _system(root)
    for path, handle, writable in sorted(held, key=lambda one: (len(one[0].parts), one[2])):
        _bound(root / path.relative_to("/"), handle, writable, users)
    if passwd is not None:
        linux.mount(f"/proc/self/fd/{passwd}", root / "etc" / "passwd", flags=linux.MS_BIND)
        linux.read_only(root / "etc" / "passwd", below=False)
    linux.mount("proc", root / "proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    for name in KERNEL if as_root else ():
        with suppress(FileNotFoundError):
            linux.bind(root / "proc" / name, root / "proc" / name)
            linux.read_only(root / "proc" / name, below=True)
    _devices(root)
    linux.read_only(root, below=False)
    linux.become_root_of(root)


def _apart(shown: Iterable[Path]) -> Iterator[Path]:
    """Those that are there and are not there anyhow; with each link on the way both what it says and what it means."""
    system = {Path("/", name) for name in os.listdir("/") if is_system(name)}  # noqa: PTH208 - names alone
    kept: list[Path] = []
    for path in sorted({way for one in shown for way in (one.absolute(), one.resolve())}):
        if path.exists() and path != Path("/") and not any(path.is_relative_to(one) for one in (*system, *kept)):
            kept.append(path)
    yield from kept


def is_system(name: str) -> bool:
    return name in SYSTEM or name.startswith("lib")


def _system(root: Path) -> None:
    with os.scandir("/") as entries:
        for entry in entries:
            if entry.is_symlink():
                (root / entry.name).symlink_to(os.readlink(entry.path))  # noqa: PTH115
            elif entry.is_dir() and is_system(entry.name):
                (root / entry.name).mkdir()
                linux.bind(entry.path, root / entry.name)
                linux.read_only(root / entry.name, below=True)
    for name in ("proc", "dev/pts", "dev/shm", "tmp", "run", "var/tmp", "home", "root"):
        (root / name).mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        (root / "var" / "run").symlink_to("/run")
    for name in (*OF_VAR, *(os.path.realpath(path) for path in BEHIND_LINKS)):
        place = root / name.lstrip("/")
        if Path(name).exists() and not place.exists():
            _point(place, folder=Path(name).is_dir())
            linux.bind(name, place)
            linux.read_only(place, below=True)


def _bound(place: Path, handle: int, writable: bool, users: int) -> None:
    source = f"/proc/self/fd/{handle}"
    _point(place, folder=Path(source).is_dir())
    lent = False
    if users >= 0 and not writable:
        with suppress(OSError):  # a kernel or a file system that does not know it
            linux.lend(source, place, users)
            lent = True
    if not lent:
        linux.bind(source, place)
    if not writable:
        linux.read_only(place, below=True)
    os.close(handle)


def _point(place: Path, *, folder: bool) -> None:
    """Where something can be mounted. In what can only be read it must be there already."""
    if place.exists():
        return
    (place if folder else place.parent).mkdir(parents=True, exist_ok=True)
    if not folder:
        place.touch()


def _devices(root: Path) -> None:
    dev = root / "dev"
    for name in DEVICES:
        (dev / name).touch()
        linux.bind(f"/dev/{name}", dev / name)
    for name, where in LINKS.items():
        (dev / name).symlink_to(where)
    with suppress(OSError):  # without it there are no new terminals behind the wall
        linux.mount(
            "devpts", dev / "pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"
        )


def _named(root: Path, uid: int, home: Path) -> int | None:
    """A list of users in which this one is; None: it is there already."""
    with suppress(KeyError):
        if pwd.getpwuid(uid):
            return None
    file = root.with_name("passwd")
    with suppress(OSError):
        file.write_text(f"{Path('/etc/passwd').read_text()}target:x:{uid}:{uid}::{home}:/bin/false\n")
        file.chmod(0o644)
        return os.open(file, os.O_PATH | os.O_CLOEXEC)
    return None


@contextmanager
def lending(owner: tuple[int, int], borrower: tuple[int, int]) -> Iterator[int]:
    """A user namespace in which what belongs to `owner` belongs to `borrower`; -1 where there can be none."""
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            linux.unshare(linux.CLONE_NEWUSER)
            os.write(ready[1], b"1")
            os.close(done[1])
            os.read(done[0], 1)
            code = 0
        finally:
            os._exit(code)
    os.close(ready[1])
    os.close(done[0])
    users = -1
    try:
        if os.read(ready[0], 1):
            with suppress(OSError):
                for kind, old, new in (("uid", owner[0], borrower[0]), ("gid", owner[1], borrower[1])):
                    Path("/proc", str(child), f"{kind}_map").write_text(f"{old} {new} 1\n")
                users = os.open(f"/proc/{child}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        yield users
    finally:
        os.close(ready[0])
        os.close(done[1])
        os.waitpid(child, 0)
        if users >= 0:
            os.close(users)
