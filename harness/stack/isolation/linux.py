"""The few Linux calls that Python 3.11 has no name for: namespaces, mounts, prctl, the loopback flag.

Every call raises OSError whose `strerror` starts with what was tried, so that a refusal can be shown as it is.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import struct
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 36, 47, 2
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_CAP_VERSION_3 = 0x20080522
_CAP_NET_BIND_SERVICE = 10
_IPC_RMID = 0
_PR_SET_DUMPABLE = 4
_MNT_DETACH = 2
# numbers of calls that came after 2019 are the same on every machine
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
_OPEN_TREE_CLONE, _MOVE_FROM_HANDLE = 1, 4
_ATTR_READ_ONLY, _ATTR_NOSUID, _ATTR_NODEV, _ATTR_IDMAP = 1, 2, 4, 0x100000

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str, target: Path | str, kind: str = "", flags: int = 0, options: str = "") -> None:
    result = _libc.mount(
        source.encode(), os.fsencode(target), kind.encode() or None, ctypes.c_ulong(flags), options.encode() or None
    )
    _check(result, f"mount {target}")


def bind(source: Path | str, target: Path | str) -> None:
    mount(os.fspath(source), target, flags=MS_BIND | MS_REC)


def read_only(target: Path | str, *, below: bool) -> None:
    """The mount at `target`, and those `below` it, can be written by nobody, and give neither devices nor another's rights."""
    attributes = struct.pack("QQQQ", _ATTR_READ_ONLY | _ATTR_NOSUID | _ATTR_NODEV, 0, 0, 0)
    flags = ctypes.c_uint(_AT_RECURSIVE if below else 0)
    result = _libc.syscall(
        ctypes.c_long(_MOUNT_SETATTR), ctypes.c_int(_AT_FDCWD), os.fsencode(target), flags, attributes, ctypes.c_size_t(32)
    )  # fmt: skip
    _check(result, f"mount_setattr {target}")


def knows_read_only() -> bool:
    try:
        read_only("/proc/no such mount", below=False)
    except FileNotFoundError:
        return True
    except OSError:
        pass
    return False


def lend(source: str, target: Path | str, users: int) -> None:
    """Bind `source`, whose files belong to others there: as the user namespace `users` maps their owners."""
    flags = ctypes.c_uint(_OPEN_TREE_CLONE | os.O_CLOEXEC | _AT_RECURSIVE)
    tree = _libc.syscall(ctypes.c_long(_OPEN_TREE), ctypes.c_int(_AT_FDCWD), os.fsencode(source), flags)
    _check(min(tree, 0), "open_tree")
    try:
        attributes = struct.pack("QQQQ", _ATTR_IDMAP, 0, 0, users)
        flags = ctypes.c_uint(_AT_EMPTY_PATH | _AT_RECURSIVE)
        result = _libc.syscall(
            ctypes.c_long(_MOUNT_SETATTR), ctypes.c_int(tree), b"", flags, attributes, ctypes.c_size_t(32)
        )
        _check(result, "mount_setattr")
        result = _libc.syscall(
            ctypes.c_long(_MOVE_MOUNT), ctypes.c_int(tree), b"", ctypes.c_int(_AT_FDCWD), os.fsencode(target),
            ctypes.c_uint(_MOVE_FROM_HANDLE),
        )  # fmt: skip
        _check(result, f"move_mount {target}")
    finally:
        os.close(tree)


def become_root_of(folder: Path | str) -> None:
    """`folder`, a mount, is / from here on; what was / before is gone."""
    os.chdir(folder)
    _check(_libc.pivot_root(b".", b"."), f"pivot_root {folder}")
    _check(_libc.umount2(b".", _MNT_DETACH), "umount /")
    os.chdir("/")


def enter(handle: int, kind: int) -> None:
    """Into the namespace that `handle` is: of processes, whoever is forked from here on."""
    _check(_libc.setns(ctypes.c_int(handle), ctypes.c_int(kind)), "setns")


def hide() -> None:
    """Nobody without capabilities may look at this process: its memory, its environment, what it has open."""
    _check(_libc.prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(0), 0, 0, 0), "prctl dumpable")


def die_with_parent(sig: int = signal.SIGKILL) -> None:
    """The kernel sends `sig` to this process when the thread that forked it ends. Lost on a change of credentials."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(sig), 0, 0, 0), "prctl")


def adopt_orphans(on: bool = True) -> None:
    """Descendants whose parent dies become children of this process instead of the system's init."""
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(on), 0, 0, 0), "prctl")


def loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(sock, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | _IFF_UP))


def keep_low_ports_over_exec() -> None:
    """Let programs started from here bind ports below 1024: CAP_NET_BIND_SERVICE as an ambient capability.

    The way out where /proc/sys is read-only; needs the capability itself (a process that entered a user namespace).
    """
    header = struct.pack("Ii", _CAP_VERSION_3, 0)
    data = ctypes.create_string_buffer(24)
    _check(_libc.capget(header, data), "capget")
    words = list(struct.unpack("6I", data.raw))
    words[2] |= 1 << _CAP_NET_BIND_SERVICE
    _check(_libc.capset(header, struct.pack("6I", *words)), "capset")
    _check(
        _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, ctypes.c_ulong(_CAP_NET_BIND_SERVICE), 0, 0),
        "prctl ambient",
    )


def ambient() -> bool:
    """Whether programs started from here have capabilities that a process of this user has not by itself."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("CapAmb:")[2].split()[0], 16) != 0


def remove_sysv_shared_memory(identifier: int) -> bool:
    """Remove one SysV segment by id; False when there is none or it is not ours."""
    return _libc.shmctl(ctypes.c_int(identifier), _IPC_RMID, None) == 0


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
