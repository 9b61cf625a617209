"""The island as kernel namespaces: own network, mounts, processes and IPC; nothing outlives its PID 1.

caller -- waits, forwards signals
  `- gate      left the namespaces' outside behind for its children; dies with the caller (PDEATHSIG)
       `- init      PID 1 inside: reaps; dies with the gate (PDEATHSIG, and a pipe for the moment before)
            `- main      the harness itself; when it ends, init ends, and the kernel kills every process inside

As root plain namespaces; as an ordinary user inside a user namespace that maps the own ids onto themselves, because
PostgreSQL refuses uid 0. Mounts, sockets and shared memory belong to the namespaces and vanish with them.
"""

from __future__ import annotations

import errno
import os
import pwd
import re
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from harness.stack.isolation import linux, surroundings
from harness.stack.isolation.supervise import adopted_by, run_as_child, stand_in_for

FAKE_ADDRESS = "127.0.0.1"
NAMES_PORT = 53
"""Where names that are not in /etc/hosts are asked for: the provider fake hears of them there, and knows none."""
_RESOLVER = f"nameserver {FAKE_ADDRESS}\nsearch .\noptions timeout:1 attempts:1\n"
_SIZE = "2g"
"""Limit, not reservation, of the run folder's tmpfs."""
_MOUNT_POINTS = ("/dev/shm", "/mnt", "/media", "/srv")
"""Where the run folder's tmpfs may cover something: only the first may hold files (other programs' shared memory)."""


def spawn(main: Callable[[Path], int], hosts: Mapping[str, str]) -> tuple[int, str]:
    """Fork the gate. Returns (its pid, "") once main runs inside, or (0, why the kernel refused).

    `main` gets the run folder; `hosts` maps host names to addresses for /etc/hosts.
    """
    report_read, report_write = os.pipe()
    caller = os.getpid()
    pid = run_as_child(lambda: _gate(main, hosts, caller, report_write, report_read), relays=True)
    os.close(report_write)
    try:
        with os.fdopen(report_read, "rb") as pipe:
            answer = pipe.read().decode()
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    if answer == "ok":
        return pid, ""
    os.waitpid(pid, 0)
    return 0, answer or "the process that entered the namespaces died"


def _gate(main: Callable[[Path], int], hosts: Mapping[str, str], caller: int, report: int, unused: int) -> int:
    os.close(unused)
    # own session: a terminal's Ctrl-C reaches the caller only, which forwards it once
    os.setsid()
    surroundings.forget()
    uid, gid = os.geteuid(), os.getegid()
    flags = linux.CLONE_NEWNET | linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWIPC
    try:
        linux.unshare(flags if uid == 0 else flags | linux.CLONE_NEWUSER)
        if uid != 0:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
            Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    except OSError as error:
        os.write(report, _reason(error).encode())
        return 1
    # after unshare: a change of credentials clears it
    linux.die_with_parent()
    if os.getppid() != caller:
        return 1
    life_read, life_write = os.pipe()
    init = run_as_child(lambda: _init(main, hosts, report, life_read, life_write), relays=True)
    os.close(report)
    os.close(life_read)
    return stand_in_for(init)


def _init(main: Callable[[Path], int], hosts: Mapping[str, str], report: int, life_read: int, life_write: int) -> int:
    os.close(life_write)
    linux.die_with_parent()
    try:
        run_dir = _furnish(hosts)
    except OSError as error:
        os.write(report, _reason(error).encode())
        return 1

    def inside() -> int:
        os.close(life_read)
        os.write(report, b"ok")
        os.close(report)
        adopted_by(os.getppid())
        return main(run_dir)

    child = run_as_child(inside, relays=False)
    os.close(report)
    return stand_in_for(child, lifeline=life_read, reap_all=True)


def run_folder() -> Path | None:
    """Where the run folder of an island is, or will be; None: nowhere."""
    free = (p for p in _MOUNT_POINTS if Path(p).is_dir() and (p == "/dev/shm" or not any(Path(p).iterdir())))
    point = next(free, None)
    return None if point is None else Path(point, "harness")


def _furnish(hosts: Mapping[str, str]) -> Path:
    """Make the inside: loopback, /proc, the run folder, name resolution that knows `hosts` and nothing else."""
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    if not linux.knows_read_only():  # the wall around the target needs it: Linux 5.12
        raise OSError(errno.ENOSYS, "mount_setattr: Function not implemented")
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.loopback_up()
    run_dir = run_folder()
    if run_dir is None:
        raise OSError(errno.ENOENT, "no /dev/shm and no empty /mnt, /media or /srv to hold the run folder")
    linux.mount("tmpfs", run_dir.parent, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, f"size={_SIZE},mode=1777")
    run_dir.mkdir(mode=0o755)
    _allow_low_ports()
    etc = run_dir / "etc"
    etc.mkdir()
    _cover("/etc/hosts", etc / "hosts", _hosts_file(hosts))
    _cover("/etc/resolv.conf", etc / "resolv.conf", _RESOLVER)
    with suppress(FileNotFoundError):
        # a resolver daemon is asked over a unix socket, which no network namespace stops
        text = Path("/etc/nsswitch.conf").read_text()
        _cover("/etc/nsswitch.conf", etc / "nsswitch.conf", re.sub(r"(?m)^hosts:.*$", "hosts: files dns", text))
    with suppress(FileNotFoundError):
        # initdb wants its user to have a name, which arbitrary ids of containers lack
        text = Path("/etc/passwd").read_text()
        if not _named(os.geteuid()):
            line = f"harness:x:{os.geteuid()}:{os.getegid()}::/nonexistent:/bin/false\n"
            _cover("/etc/passwd", etc / "passwd", text + line)
    if Path("/run/nscd").is_dir():
        linux.mount("tmpfs", "/run/nscd", "tmpfs", 0, "size=4k")
    return run_dir


def _hosts_file(hosts: Mapping[str, str]) -> str:
    lines = ["127.0.0.1 localhost", "::1 localhost", f"127.0.0.1 {socket.gethostname()}"]
    return "\n".join(lines + [f"{address} {host}" for host, address in hosts.items()]) + "\n"


def _cover(target: str, source: Path, text: str) -> None:
    source.write_text(text)
    source.chmod(0o644)
    real = Path(target).resolve()
    if not real.exists():
        if target == "/etc/hosts":
            raise OSError(errno.ENOENT, "there is no /etc/hosts to put provider hosts in")
        return
    linux.bind(source, real)


def _named(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


def _allow_low_ports() -> None:
    if os.geteuid() == 0:
        return
    try:
        Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")
    except OSError:
        linux.keep_low_ports_over_exec()


def _reason(error: OSError) -> str:
    text = error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    for name, refusing in (
        ("kernel/unprivileged_userns_clone", "0"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1"),
        ("user/max_user_namespaces", "0"),
    ):
        with suppress(OSError):
            if os.geteuid() != 0 and Path("/proc/sys", name).read_text().strip() == refusing:
                return f"{text} (sysctl {name.replace('/', '.')} = {refusing})"
    return text
