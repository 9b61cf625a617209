"""Calls of the kernel that are refused where namespaces are: tried in a process of its own, which harms nothing where it is let."""

from __future__ import annotations

import json
import platform
import struct
import subprocess
import sys

import pytest

from harness.stack.isolation import seccomp

TRIES = """
import ctypes, errno, json, os, socket, subprocess, sys, threading
libc = ctypes.CDLL(None, use_errno=True)

def call(*words):
    ctypes.set_errno(0)
    return errno.errorcode.get(ctypes.get_errno(), "") if libc.syscall(*words) < 0 else ""

def family(number, kind=socket.SOCK_STREAM):
    try:
        socket.socket(number, kind).close()
    except OSError as error:
        return errno.errorcode[error.errno]
    return ""

numbers = json.loads(sys.argv[1])
told = {"calls": {str(n): call(n, -1, -1, -1, -1, -1) for n in numbers}}
told["families"] = {str(n): family(n) for n in (1, 2, 10, 38, 40, 30)}
told["netlink"], told["udp"] = family(16, socket.SOCK_RAW), family(2, socket.SOCK_DGRAM)
told["x32"] = call(0x40000000 | 39) if numbers else ""
thread = threading.Thread(target=lambda: told.update(thread=family(40)))
thread.start()
thread.join()
code = "import socket\\ntry: socket.socket(40, 1)\\nexcept OSError as e: print(e.errno)"
told["child"] = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()
print(json.dumps(told))
"""


def ran(*, held: bool) -> dict:
    assert seccomp.knows(), (
        "no filter is known for this machine, or its kernel has none: nothing of this module can be shown here"
    )
    made = seccomp.program()
    machine = seccomp.MACHINES[platform.machine()]
    # who is not held is not let try what only a filter refuses: nothing is asked of the machine itself
    numbers = json.dumps([*machine.refused, *seccomp._EVERYWHERE] if held else [])
    done = subprocess.run(
        [sys.executable, "-c", TRIES, numbers], capture_output=True, text=True, check=True,
        preexec_fn=(lambda: seccomp.restrict(made)) if held else None,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_what_a_held_process_may_not_do_is_refused_and_the_rest_is_let():
    """Claim: every call of the list, sockets of other families, calls of another kind of program; in threads and in what it starts, too."""
    told = ran(held=True)
    assert set(told["calls"].values()) == {"EPERM"}, told["calls"]
    assert told["families"] == {
        "1": "",
        "2": "",
        "10": told["families"]["10"],
        "38": "EPERM",
        "40": "EPERM",
        "30": "EPERM",
    }
    assert told["families"]["10"] in ("", "EAFNOSUPPORT")
    assert (told["netlink"], told["udp"], told["thread"], told["child"]) == ("", "", "EPERM", "1")
    if platform.machine() == "x86_64":
        assert told["x32"] == "EPERM"


def test_without_it_the_kernel_says_otherwise():
    """Claim: the test sees a process that is not held: a family is let, or fails for another reason."""
    told = ran(held=False)
    assert "EPERM" not in (*told["families"].values(), told["thread"])
    assert told["child"] != "1"


@pytest.mark.parametrize("name", seccomp.MACHINES)
def test_every_path_of_the_filter_ends_in_one_of_its_two_ends(name):
    """Claim: walked by hand: what is listed, another architecture and another family are refused, all else is allowed."""
    machine = seccomp.MACHINES[name]
    lines = [struct.unpack("=HBBI", one) for one in seccomp._lines(machine)]

    def end(number: int, family: int = 2, audit: int = machine.audit) -> int:
        at, held, data = 0, 0, {0: number, 4: audit, 16: family}
        while True:
            code, yes, no, value = lines[at]
            if code == seccomp._RETURN:
                return value
            if code == seccomp._LOAD:
                held, at = data[value], at + 1
            else:
                at += 1 + (yes if (held == value if code == seccomp._EQUAL else held >= value) else no)

    refused = {*machine.refused, *seccomp._EVERYWHERE}
    for number in range(600):
        assert (end(number) == seccomp._REFUSE) == (number in refused), number
    assert [family for family in range(64) if end(machine.socket, family) == seccomp._ALLOW] == sorted(seccomp.FAMILIES)
    assert end(0, audit=0x40000003) == seccomp._REFUSE
    assert end(0x40000000) == (seccomp._REFUSE if machine.x32 else seccomp._ALLOW)
