"""An interrupt ends the program wherever it falls."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import signals

PROGRAM = """
import signal
from harness.stack.isolation.supervise import run_as_child, signals_held, stand_in_for

class Finalized:
    def __del__(self):
        raise {error}

def main():
    Finalized()
    signal.pause()  # until the interrupt comes again
    return 0

with signals_held():
    code = stand_in_for(run_as_child(main, relays=False))
raise SystemExit(code)
"""


@pytest.mark.parametrize(("error", "code"), [("KeyboardInterrupt", 130), ("SystemExit(143)", 143)])
def test_an_interrupt_in_a_finalizer_is_not_lost(error, code):
    """Claim: Python drops what a finalizer raises; Ctrl-C and SIGTERM come again, and nothing is printed of it."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(error=error)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=signals.usual,
    )
    assert (done.returncode, done.stderr) == (code, "")


def test_another_error_in_a_finalizer_is_told():
    """Claim: only interrupts are taken out of Python's own report."""
    program = PROGRAM.format(error="ValueError('odd')").replace("signal.pause()", "pass")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0
    assert "ValueError: odd" in done.stderr
