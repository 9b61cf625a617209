"""Which calls of the kernel a process may make, said by itself, without namespaces and without any right: what Landlock has no word for.

Refused (EPERM) are calls by which a program looks into others or changes the machine, io_uring, which goes past all that is looked at here, and sockets
of other families than unix, IP and netlink: a virtual machine's host is another family's. Programs of another architecture (32 bits) are refused any call.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PR_GET_SECCOMP, _PR_SET_SECCOMP, _MODE_FILTER, _PR_SET_NO_NEW_PRIVS = 21, 22, 2, 38
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_X32 = 0x40000000
FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 16)
"""16 is netlink, by which a program asks for its own addresses."""

_EVERYWHERE = (425, 428, 429, 430, 432, 438, 442)
"""io_uring_setup, open_tree, move_mount, fsopen, fsmount, pidfd_getfd, mount_setattr: calls since 2019 have one number on all machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """An architecture: what the kernel calls it, its number of `socket`, and of what is refused; `x32` where it has calls of another kind above _X32."""

    audit: int
    socket: int
    refused: tuple[int, ...]
    x32: bool = False


MACHINES: Mapping[str, Machine] = {
    # ptrace, mount, umount2, pivot_root, init_module, delete_module, kexec_load, add_key, request_key, keyctl, perf_event_open, process_vm_readv,
    # process_vm_writev, finit_module, kexec_file_load, bpf, userfaultfd
    "x86_64": Machine(
        audit=0xC000003E, socket=41, x32=True,
        refused=(101, 165, 166, 155, 175, 176, 246, 248, 249, 250, 298, 310, 311, 313, 320, 321, 323),
    ),
    "aarch64": Machine(
        audit=0xC00000B7, socket=198,
        refused=(117, 40, 39, 41, 105, 106, 104, 217, 218, 219, 241, 270, 271, 273, 294, 280, 282),
    ),
}  # fmt: skip

_libc = ctypes.CDLL(None, use_errno=True)


def knows() -> bool:
    """Whether this kernel can, and this machine is one whose calls are known here."""
    return (
        platform.machine() in MACHINES and sys.byteorder == "little" and _libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0
    )


def program() -> bytes:
    """The filter for this machine, to be made before a fork."""
    return b"".join(_lines(MACHINES[platform.machine()]))


def restrict(made: bytes) -> None:
    """This process, and what it starts, for good. Raises OSError."""
    held = ctypes.create_string_buffer(made, len(made))
    asked = struct.pack("HxxxxxxP", len(made) // 8, ctypes.addressof(held))
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), 0, 0, 0)
    if _libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), asked, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def _lines(machine: Machine) -> Iterator[bytes]:
    """Tests first, each of which leads to one of the two ends: REFUSE, then ALLOW."""
    refused = [*machine.refused, *_EVERYWHERE]
    tests = [(_AT_LEAST, _X32)] * machine.x32 + [(_EQUAL, number) for number in refused]
    behind = len(FAMILIES) + 1  # to REFUSE from behind the test for `socket`
    yield _line(_LOAD, _ARCHITECTURE)
    yield _line(_EQUAL, machine.audit, no=1 + len(tests) + 1 + behind)
    yield _line(_LOAD, _NUMBER)
    for n, (test, value) in enumerate(tests):
        yield _line(test, value, yes=len(tests) - n - 1 + 1 + behind)
    yield _line(_EQUAL, machine.socket, no=behind + 1)
    yield _line(_LOAD, _FIRST_ARGUMENT)
    for n, family in enumerate(FAMILIES):
        yield _line(_EQUAL, int(family), yes=len(FAMILIES) - n)
    yield _line(_RETURN, _REFUSE)
    yield _line(_RETURN, _ALLOW)


def _line(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)
