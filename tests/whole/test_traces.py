"""What the tests of interrupted runs see of a run, and what is another's."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.traces import Traces

IPC_CREAT, IPC_RMID = 0o1000, 0
LIBC = ctypes.CDLL(None, use_errno=True)


@pytest.fixture
def segment() -> Iterator[int]:
    """The id of a SysV segment that this process has made."""
    made = LIBC.shmget(0, 56, IPC_CREAT | 0o600)
    assert made >= 0, os.strerror(ctypes.get_errno())
    yield made
    LIBC.shmctl(made, IPC_RMID, None)


def test_a_segment_is_seen_and_one_of_another_process_of_the_same_number_is_not(segment: int):
    """Claim: one that its maker left is told; pids come again, and who has the number of a maker that is long gone has left nothing."""
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    told = f"SysV segment {segment}"
    assert told in Traces(processes={(os.getpid(), str(started))}).left("nobody bears this")
    later = started + 3600 * os.sysconf("SC_CLK_TCK")
    assert told not in Traces(processes={(os.getpid(), str(later))}).left("nobody bears this")
