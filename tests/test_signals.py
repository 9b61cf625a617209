"""A test's child begins with the signals that it needs."""

from __future__ import annotations

import signal
import subprocess
import sys

from tests import signals

SHOW = "import signal; print(*[int(signal.getsignal(one) == signal.SIG_IGN) for one in {numbers}])"
NESTED = """
import signal, subprocess, sys
from tests import signals
for number in signals.ENDING:
    signal.signal(number, signal.SIG_IGN)
show = "{show}"
for begin in (None, signals.usual):
    subprocess.run([sys.executable, "-c", show], preexec_fn=begin, check=True)
"""


def test_what_pytest_ignores_its_child_does_not():
    """Claim: under nohup and in the background a child ignores what pytest does, and with `usual` it does not."""
    show = SHOW.format(numbers=[int(number) for number in signals.ENDING])
    done = subprocess.run(
        [sys.executable, "-c", NESTED.format(show=show)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["1 1 1 1", "0 0 0 0"]
    assert {signal.SIGINT, signal.SIGHUP} <= set(signals.ENDING)
