"""The signals that a test's child begins with, whatever pytest itself was started with.

nohup and some CI ignore SIGHUP, and a shell ignores SIGINT for what it puts into the background. What is ignored stays so
through exec, and Python takes no signal that it finds ignored: a test that sends one says so where it starts its child.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


def usual() -> None:
    """For `preexec_fn`, and for a child that was forked: what ends a program from a terminal ends this one."""
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, Ctrl-C is KeyboardInterrupt in this process, as it is at a terminal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
