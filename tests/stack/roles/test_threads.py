"""What threads of a process are at is read from the kernel: at work, asleep until a time, or waiting."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.stack.roles import threads
from harness.stack.roles.threads import SLEEPS, WAITS, WORKS
from tests.looking import eventually

BEGUN = """
import select, socket, threading, time, sys
what = {
    "sleep": lambda: time.sleep(1000),
    "event with an end": lambda: threading.Event().wait(1000),
    "select of nothing": lambda: select.select([], [], [], 1000),
    "poll of nothing": lambda: select.poll().poll(1000000),
    "event": lambda: threading.Event().wait(),
    "accept": lambda: socket.create_server(("127.0.0.1", 0)).accept(),
    "select": lambda: select.select([socket.create_server(("127.0.0.1", 0))], [], [], 1000),
    "poll": lambda: (lambda p: (p.register(0), p.poll(1000000)))(select.poll()),
    "loop": lambda: [None for _ in iter(int, 1)],
}[sys.argv[1]]
thread = threading.Thread(target=what, daemon=True)
thread.start()
print(thread.native_id, flush=True)
thread.join()
"""


@pytest.fixture
def begun(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process whose second thread does what the parameter says, and the number of that thread."""
    process = subprocess.Popen(
        [sys.executable, "-c", BEGUN, request.param], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


@pytest.mark.parametrize(
    ("begun", "state"),
    [
        ("sleep", SLEEPS),
        ("event with an end", SLEEPS),
        ("select of nothing", SLEEPS),
        ("poll of nothing", SLEEPS),
        ("event", WAITS),
        ("accept", WAITS),
        ("select", WAITS),
        ("poll", WAITS),
        ("loop", WORKS),
    ],
    indirect=["begun"],
)
def test_a_thread_that_goes_on_by_itself_is_told_from_one_that_waits_for_somebody(begun, state):
    """Claim: with an end of its own it sleeps; without, or for a descriptor, it waits."""
    process, tid = begun

    def seen() -> str:
        found = {thread.tid: thread for thread in threads.of({"web": (process.pid,)})}
        assert {thread.role for thread in found.values()} == {"web"}
        assert found[process.pid].main
        assert not found[tid].main
        return found[tid].state

    eventually(lambda: seen() == state, f"it never was {state}")


@pytest.mark.parametrize("begun", ["event"], indirect=True)
def test_who_stands_still_is_named(begun):
    """Claim: a role is stopped where one of its processes is, and no other."""
    process, _ = begun
    roles = {"web": (process.pid,), "worker": (os.getpid(),)}
    assert threads.stopped(roles) == ()
    os.kill(process.pid, signal.SIGSTOP)
    eventually(lambda: threads.stopped(roles) == ("web",), "it never was stopped")


@pytest.mark.parametrize("begun", ["event"], indirect=True)
def test_a_command_line_is_one_short_line(begun):
    """Claim: whatever stands in it."""
    said = threads.words(begun[0].pid)
    assert said.startswith(f"{sys.executable} -c import select, socket")
    assert (len(said), "\n" in said) == (threads.MOST_CHARACTERS, False)


def test_a_process_that_is_gone_has_no_threads():
    """Claim: what ends while it is looked at is left out."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert list(threads.of({"web": (process.pid,)})) == []
    assert threads.stopped({"web": (process.pid,)}) == ()
