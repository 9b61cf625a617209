"""Nobody ends the harness's own process but the harness."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.stack.isolation.leaving import LeftEarly, held

ROOT = Path(__file__).resolve().parents[3]
REAL = os._exit


@pytest.mark.parametrize("leave", [lambda: os._exit(0), lambda: os.execv("/bin/true", ["true"])], ids=["_exit", "exec"])
def test_who_is_held_cannot_leave(leave):
    """Claim: it is an exception where it stands, which no `except Exception` takes."""
    with held(), pytest.raises(LeftEarly, match="would have ended the harness's own process") as raised:
        leave()
    assert not isinstance(raised.value, Exception)
    assert os._exit is REAL


def test_a_process_forked_from_it_ends_as_it_likes():
    """Claim: pools, PostgreSQL's children and the roles of a stack do."""
    with held():
        if not (pid := os.fork()):
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_holding_nests():
    with held():
        with held():
            pass
        with pytest.raises(LeftEarly):
            os._exit(0)


def test_what_runs_at_exit_changes_no_exit_code():
    """Claim: held for good, a failing command stays one."""
    code = "import atexit, os, sys\nfrom harness.stack.isolation.leaving import held\n"
    code += "atexit.register(lambda: os._exit(0))\nwith held(for_good=True): pass\nsys.exit(1)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "LeftEarly" in done.stderr
