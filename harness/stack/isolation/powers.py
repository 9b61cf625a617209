"""What a process gives up before anything of the target runs in it: every capability, for good, and root's id.

Loaded by path into the target's own interpreter, too (roles/forker/join.py): standard library only, for Python 3.8 and later.
"""

import ctypes
import os
import platform
import sys

_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _CLEAR_ALL = 4, 24, 38, 47, 4
_CAP_VERSION_3 = 0x20080522
_MOST = 64
_PR_SET_KEEPCAPS, _RAISE = 8, 2
TO_ENTER = (2, 8, 18, 21)
"""DAC_READ_SEARCH, SETPCAP, SYS_CHROOT, SYS_ADMIN: what it takes to read as root does, to go behind a wall, and to give all of it up there."""
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_JOIN_SESSION_KEYRING = 1


def give_up(uid=None, gid=None):
    """This process, and whatever it starts, has no capability and gets none; it is the user `uid` where one is given.

    Keys in the session's keyring are left behind. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    keyctl = _KEYCTL.get(platform.machine())
    if keyctl is not None:
        libc.syscall(keyctl, _JOIN_SESSION_KEYRING, None)  # a kernel without keyrings has no keys
    libc.prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    for capability in range(_MOST):
        if libc.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0):
            break  # the last one that this kernel knows, or a process that has none to give up
    if uid is not None and os.getresuid() != (uid, uid, uid):
        _become(uid, gid)
    _capabilities(libc, ())
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl no_new_privs")
    # who changes its user cannot be looked at, not even by itself; what is looked at is behind a wall here
    libc.prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(1), 0, 0, 0)


def keep_to_enter(uid, gid):
    """This process, which is root, is that user, and so is the program that it becomes; of root's rights both have TO_ENTER."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_KEEPCAPS, ctypes.c_ulong(1), 0, 0, 0)
    _become(uid, gid)
    _capabilities(libc, TO_ENTER)
    for capability in TO_ENTER:
        if libc.prctl(_PR_CAP_AMBIENT, _RAISE, ctypes.c_ulong(capability), 0, 0):
            raise OSError(ctypes.get_errno(), "prctl ambient")


def _become(uid, gid):
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def _capabilities(libc, kept):
    word = sum(1 << capability for capability in kept).to_bytes(4, sys.byteorder)
    header = _CAP_VERSION_3.to_bytes(4, sys.byteorder) + bytes(4)
    if libc.capset(header, word * 3 + bytes(12)):  # effective, permitted, inheritable; then those from 32 on
        raise OSError(ctypes.get_errno(), "capset")
