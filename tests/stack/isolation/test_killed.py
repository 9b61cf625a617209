"""Killed at any moment, at any link of the chain: no process, port, file, mount or shared memory stays behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from harness.stack.isolation.supervise import children
from tests.looking import eventually, words
from tests.stack import ordinary

pytestmark = pytest.mark.stack

PATIENCE_S = 120
"""Until what does not end is told: whatever else the machine does, it is long since over."""
BODY = """
say(at="inside", run_dir=str(isl.run_dir), pidns=os.readlink("/proc/self/ns/pid"))
with boot(isl) as stack:
    ports = [int(value) for name, value in stack.places.items() if "port" in name]
    say(at="up", ports=ports, shm=[int(line.split()[1]) for line in open("/proc/sysvipc/shm").readlines()[1:]])
    time.sleep(600)
"""
CHAIN = {
    "namespace": ("caller", "gate", "init", "main"),
    "hook": ("caller", "supervisor", "main"),
}
CASES = [
    (mode, victim, moment)
    for mode, chain in CHAIN.items()
    for victim in chain
    for moment in ("starting", "inside", "booting", "up")
    if moment != "starting" or victim in chain[:2]
]


def link(caller, depth):
    """The pid of the chain's link at `depth` below the caller, once it exists; None when the caller has ended."""
    pid = caller.pid
    for _ in range(depth):
        below = children(pid)
        while not below:
            if caller.poll() is not None:
                return None
            below = children(pid)
        pid = below[0]
    return pid


@pytest.fixture
def hold():
    """hold(pidns): keep a namespace's number from being given to another one, of a test that runs beside this one."""
    held = []

    def keep(pidns):
        for pid in in_namespace(pidns):
            with suppress(OSError):
                held.append(os.open(f"/proc/{pid}/ns/pid", os.O_RDONLY))
                return
        raise AssertionError("nobody is in the namespace")

    yield keep
    for one in held:
        os.close(one)


def ended(process):
    """The exit code; of one that does not end it is told where it and all that is below it stay."""
    try:
        return process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        pytest.fail("\n".join([f"it did not end within {PATIENCE_S} s:", *stays(process.pid)]))


def stays(pid, depth=0):
    """A line for each process from `pid` down: what it is called, its state, and where in the kernel it waits."""
    try:
        called, stat, where, status = (
            (Path("/proc") / str(pid) / name).read_text() for name in ("comm", "stat", "wchan", "status")
        )
    except OSError:
        return  # it has ended meanwhile
    signals = [" ".join(line.split()) for line in status.splitlines() if line.startswith("Sig")]
    yield f"{'  ' * depth}{pid} {called.strip()} {stat.rpartition(')')[2].split()[0]} in {where or 'nowhere'}; {', '.join(signals)}"
    for below in children(pid):
        yield from stays(below, depth + 1)


def in_namespace(pidns):
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(folder / "ns" / "pid") == pidns:  # noqa: PTH115 (the target is no path)
                found.append(folder.name)
        except OSError:
            continue
    return found


def mentioning(text):
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in words:
            found.append(folder.name)
    return found


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(("mode", "victim", "moment"), CASES)
def test_nothing_is_left_when_a_link_is_killed(launch, place, hold, mode, victim, moment):
    """Claim: SIGKILL of one link at one moment ends all the others and removes every trace."""
    depth = CHAIN[mode].index(victim)
    user = ordinary.NAMELESS if mode == "namespace" and depth % 2 else 0
    process = launch(BODY, mode=mode, user=user, config=place.config(zygote=moment == "up"))
    seen = {}
    if moment == "starting":
        target = link(process, depth)
    else:
        seen |= json.loads(process.stdout.readline())
        if mode == "namespace":
            hold(seen["pidns"])
        target = link(process, depth)
        if moment == "booting":
            # the database's first process shows that boot is under way
            eventually(lambda: len(mentioning("pgdata")) > 0, "no database was started")
        elif moment == "up":
            seen |= json.loads(process.stdout.readline())
    assert target is not None
    os.kill(target, signal.SIGKILL)
    code = ended(process)
    usual = -signal.SIGKILL if victim == "caller" else 128 + signal.SIGKILL
    # a gate that dies before main runs is a refused island
    assert code in ((usual, 3) if (victim, moment) == ("gate", "starting") else (usual,))
    eventually(lambda: place.leftovers() == [], f"left: {place.leftovers()}")
    if "pidns" in seen and mode == "namespace":
        eventually(lambda: in_namespace(seen["pidns"]) == [], "processes of the namespace live on")
    if mode == "hook" and seen:
        eventually(lambda: not Path(seen["run_dir"]).exists(), "the run folder is still there")
        eventually(lambda: mentioning(seen["run_dir"]) == [], "processes live on")
        assert not any(map(listening, seen.get("ports", ())))


def test_a_killed_hook_island_leaves_no_system_v_memory(launch, place):
    """Claim: the segment that PostgreSQL keeps is removed, though a killed postmaster leaves it."""
    body = """
    with boot(isl) as stack:
        note = Path(isl.run_dir, "pgdata", "postmaster.pid").read_text().splitlines()
        say(id=note[6].split()[1])
        time.sleep(600)
    """
    process = launch(body, mode="hook")
    seen = json.loads(process.stdout.readline())

    def there():
        return any(line.split()[1] == seen["id"] for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:])

    assert there()
    process.kill()
    process.wait()
    eventually(lambda: not there(), "the segment is still there")


def test_what_a_killed_machine_left_is_removed_by_the_next_run(launch, place):
    """Claim: a hook folder whose caller and supervisor were killed together is removed; one in use is not."""
    body = "say(run_dir=str(isl.run_dir)); time.sleep(600)"
    dead, alive = launch(body, mode="hook"), launch(body, mode="hook")
    left, used = (Path(json.loads(process.stdout.readline())["run_dir"]) for process in (dead, alive))
    # stopped first, so that none of them can clean up after the other
    chain = [watcher_of(dead), *(link(dead, depth) for depth in (2, 1, 0))]
    for sig in (signal.SIGSTOP, signal.SIGKILL):
        for pid in chain:
            os.kill(pid, sig)
    dead.wait()
    eventually(lambda: mentioning(str(left)) == [], "processes live on")
    assert left.exists()
    after = launch("say(up=True); return 0", mode="hook")
    assert ended(after) == 0
    assert not left.exists()
    assert used.exists()


def watcher_of(caller):
    """The pid of the program that cleans up when caller and supervisor are both gone."""
    (watcher,) = [pid for pid in children(caller.pid) if any("isolation.guard" in word for word in words(pid))]
    return watcher


def test_a_hook_island_whose_every_process_was_killed_at_once_leaves_nothing(launch, place):
    """Claim: PostgreSQL and the broker went on, and nobody said so; who is left to clean up is none of the harness's processes."""
    process = launch(BODY, mode="hook")
    seen = json.loads(process.stdout.readline())
    seen |= json.loads(process.stdout.readline())
    chain = [link(process, depth) for depth in (2, 1, 0)]
    for sig in (signal.SIGSTOP, signal.SIGKILL):
        for pid in chain:
            os.kill(pid, sig)
    process.wait()
    eventually(lambda: mentioning(seen["run_dir"]) == [], "processes live on")
    eventually(lambda: not Path(seen["run_dir"]).exists(), "the run folder is still there")
    assert not any(map(listening, seen["ports"]))
    eventually(lambda: place.leftovers() == [], f"left: {place.leftovers()}")


@pytest.mark.parametrize("mode", CHAIN)
@pytest.mark.parametrize(("sig", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_running_stack(launch, place, hold, mode, sig, code):
    """Claim: Ctrl-C, SIGTERM and a closed terminal end everything with the usual exit code."""
    process = launch(BODY, mode=mode)
    seen = json.loads(process.stdout.readline())
    if mode == "namespace":
        hold(seen["pidns"])
    json.loads(process.stdout.readline())
    os.killpg(process.pid, sig)
    assert ended(process) == code
    assert place.leftovers() == []
    if mode == "namespace":
        assert in_namespace(seen["pidns"]) == []
    else:
        assert not Path(seen["run_dir"]).exists()
        assert mentioning(seen["run_dir"]) == []


def test_of_what_does_not_end_it_is_told_where_it_stays(monkeypatch):
    """Claim: who reads the failure sees each process below, and which signals wait for it."""
    monkeypatch.setattr("tests.stack.isolation.test_killed.PATIENCE_S", 0.1)
    process = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 600 & wait"], start_new_session=True)
    try:
        eventually(lambda: children(process.pid), "nothing was started")
        with pytest.raises(pytest.fail.Exception) as seen:
            ended(process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    first, *lines = str(seen.value).splitlines()
    assert first == "it did not end within 0.1 s:"
    assert lines[0].startswith(f"{process.pid} sh S in ")
    ignored = int(lines[0].partition("SigIgn: ")[2].partition(",")[0], 16)
    assert ignored & 1 << (signal.SIGTERM - 1)  # and whatever this process ignores
    assert " sleep S in " in lines[1]
