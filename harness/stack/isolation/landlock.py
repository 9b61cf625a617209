"""Landlock: what a process may open, connect to and signal, said by itself, without namespaces and without any right.

The kernel's calls, which Python has no name for. What a version of it does not know is not held; `abi` says which this kernel has.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH, _NET_PORT = 1, 1, 2
_PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
_OF_VERSION = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many rights of files there are from that version on: REFER, TRUNCATE and IOCTL_DEV came one by one."""
_CONNECT_TCP, _NET_SINCE = 2, 4
_SCOPES, _SCOPES_SINCE = 3, 6
"""Abstract unix sockets and signals."""
READ = EXECUTE | READ_FILE | READ_DIR
FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15
"""Rights that a file can have; the rest are a folder's."""

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The version; 0: this kernel has none, or it is switched off."""
    return max(0, int(_libc.syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION))))


def knows_networks() -> bool:
    return abi() >= _NET_SINCE


def knows_scopes() -> bool:
    return abi() >= _SCOPES_SINCE


def ruleset(read: Iterable[Path], write: Iterable[Path], connect: Iterable[int]) -> int:
    """A descriptor for `restrict`: what is below the paths of `read` can be read and run, below those of `write` all can be done, and TCP
    leads to the ports `connect`. Paths that are not there are left out. Raises OSError."""
    version = abi()
    every = (1 << max(count for since, count in _OF_VERSION.items() if since <= version)) - 1
    network = _CONNECT_TCP if version >= _NET_SINCE else 0
    scopes = _SCOPES if version >= _SCOPES_SINCE else 0
    size = 24 if version >= _SCOPES_SINCE else 16 if version >= _NET_SINCE else 8
    made = _called(_CREATE, struct.pack("QQQ", every, network, scopes), ctypes.c_size_t(size), ctypes.c_uint(0))
    for paths, allowed in ((read, READ), (write, every)):
        for path in paths:
            with suppress(FileNotFoundError, PermissionError):
                _beneath(made, path, allowed & every)
    for port in connect if network else ():
        _called(
            _ADD, ctypes.c_int(made), ctypes.c_int(_NET_PORT), struct.pack("QQ", _CONNECT_TCP, port), ctypes.c_uint(0)
        )
    return made


def restrict(made: int) -> None:
    """This process, and what it starts, for good. Raises OSError."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), 0, 0, 0)
    _called(_RESTRICT, ctypes.c_int(made), ctypes.c_uint(0))


def _beneath(made: int, path: Path, allowed: int) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = allowed if path.is_dir() else allowed & FILE_ONLY
        rule = struct.pack("=Qi", rights, handle)
        _called(_ADD, ctypes.c_int(made), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint(0))
    finally:
        os.close(handle)


def _called(number: int, *words: object) -> int:
    result = int(_libc.syscall(ctypes.c_long(number), *words))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"landlock: {os.strerror(ctypes.get_errno())}")
    return result
