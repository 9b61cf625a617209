"""A stack inside a program that the harness cannot wrap is cleaned up however the program ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, subprocess, sys
from harness.stack.isolation.guard import guarded_folder
from harness.stack.isolation.supervise import children
with guarded_folder() as folder:
    (watcher,) = children(os.getpid())
    child = subprocess.Popen(["sleep", "600"], env={"HOME": str(folder / "home")}, start_new_session=True)
    print(folder, child.pid, watcher, flush=True)
    sys.stdin.read()
    child.kill(); child.wait()
"""


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_nothing_is_left(how):
    """Claim: after kill -9 the folder and what ran in it are gone once the guard has ended; so they are after a normal end."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    folder, child, watcher = program.stdout.readline().split()
    ends = [os.pidfd_open(int(pid)) for pid in (child, watcher)]
    assert Path(folder).is_dir()
    if how == "killed":
        program.send_signal(signal.SIGKILL)
    program.communicate()
    for end in ends:
        assert select.select([end], [], [], 30)[0], "still running"
        os.close(end)
    assert not Path(folder).exists()
