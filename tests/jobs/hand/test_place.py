"""The folder of a standing stack: one holds it, what was killed is noticed, what will not end is said."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.jobs.hand import line
from harness.jobs.hand import place as places
from harness.jobs.hand.place import Place
from tests import preloaded

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(name="mine", folder=tmp_path / ".harness" / "stacks" / "mine")


@contextmanager
def held(place: Place, code: str, *, before: str = "") -> Iterator[subprocess.Popen[str]]:
    """A process that holds the stack and does as `code` says."""
    program = (
        "import os, sys, signal, time\nfrom pathlib import Path\nfrom harness.jobs.hand import line, place as places\n"
        f"place = places.Place(name={place.name!r}, folder=Path({str(place.folder)!r}))\n"
        f"{before}\nlock = places.claim(place)\n{code}"
    )
    with preloaded.Program([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


WAIT = "print('held', flush=True)\ntime.sleep(600)"


def test_one_holds_it_and_the_next_is_refused(place):
    """Claim: stack-up while the other lives; then it can be had, and what the other left is gone."""
    with held(place, WAIT) as other:
        assert places.state(place) == "up"
        with pytest.raises(HarnessError) as caught:
            places.claim(place)
        assert (caught.value.code, caught.value.exit_code) == ("stack-up", 2)
        assert caught.value.message == "the stack 'mine' is up already"
        (place.folder / "rest").write_text("left")
        other.kill()
        other.wait()
        assert places.state(place) == "killed"
        lock = places.claim(place)
    assert sorted(path.name for path in place.folder.iterdir()) == ["lock", "logs"]
    assert int(place.lock.read_text()) == os.getpid()
    os.close(lock)


def test_down_asks_first_and_kills_then(place, monkeypatch):
    """Claim: a supervisor that ignores SIGTERM is killed; nothing is left of the folder, nor of empty ones above."""
    monkeypatch.setattr(places, "DOWN_S", 0.05)
    with held(place, f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{WAIT}") as other:
        assert places.down(place) == "up"
        assert other.wait() == -signal.SIGKILL
    assert list(place.folder.parents[2].iterdir()) == []
    assert places.down(place) == "none"


def test_a_stack_that_does_not_end_is_said_to(place, monkeypatch):
    """Claim: stack-stuck names the process; a lock that outlives its owner is the sign."""
    monkeypatch.setattr(places, "DOWN_S", 0.05)
    monkeypatch.setattr(places, "KILLED_S", 0.05)
    with held(place, WAIT) as other:
        pid = other.pid
        other.kill()
        other.wait()
        with place.lock.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(HarnessError) as caught:
                places.down(place)
    assert (caught.value.code, caught.value.exit_code) == ("stack-stuck", 3)
    assert caught.value.message == "the stack 'mine' does not go down"
    assert caught.value.hint == f"end process {pid}"


SILENT = "places.own = lambda lock: None"


@pytest.fixture
def never_all(monkeypatch) -> None:
    """To signal process 0 would end the whole group of whoever asks: here it fails the test."""
    kill = os.kill

    def checked(pid: int, number: int) -> None:
        assert pid > 0, "a whole process group would be signalled"
        kill(pid, number)

    monkeypatch.setattr(os, "kill", checked)


@pytest.mark.usefixtures("never_all")
def test_a_lock_without_a_process_signals_nobody(place, monkeypatch):
    """Claim: where no process is written down none is told to end; stack-stuck names the lock."""
    monkeypatch.setattr(places, "DOWN_S", 0.05)
    monkeypatch.setattr(places, "KILLED_S", 0.05)
    with held(place, WAIT, before=SILENT) as other:
        assert place.lock.read_bytes() == b""
        with pytest.raises(HarnessError) as caught:
            places.down(place)
        assert other.poll() is None
    assert (caught.value.code, caught.value.hint) == ("stack-stuck", f"end the process that holds {place.lock}")


@pytest.mark.usefixtures("never_all")
def test_a_process_that_is_written_down_a_moment_later_is_waited_for(place, monkeypatch):
    """Claim: whoever just took the lock is told to end once it says who it is, not killed."""
    with held(place, WAIT) as other:
        early = [0] * 5
        pid = places._pid
        monkeypatch.setattr(places, "_pid", lambda lock: early.pop() if early else pid(lock))
        assert places.down(place) == "up"
        assert other.wait() == -signal.SIGTERM
    assert early == []
    assert not place.folder.exists()


def test_who_holds_it_is_written_over_and_never_half_there(place, monkeypatch):
    """Claim: the next owner's number replaces the whole of the last one's, in one write and with nothing cut off before."""
    lock = places.claim(place)
    size = os.fstat(lock).st_size
    monkeypatch.setattr(os, "getpid", lambda: 7)
    places.own(lock)
    assert (places._pid(lock), os.fstat(lock).st_size) == (7, size)
    monkeypatch.undo()
    monkeypatch.delattr(os, "ftruncate")
    places.own(lock)
    assert (places._pid(lock), os.fstat(lock).st_size) == (os.getpid(), size)
    os.close(lock)


@pytest.mark.parametrize("another", [True, False], ids=["another", "gone"])
@pytest.mark.parametrize(("look", "was"), [("down", "killed"), ("need", None), ("swept", "up"), ("state", "up")])
def test_another_stack_of_that_name_is_left_alone(place, monkeypatch, look, was, another):
    """Claim: between the look at a lock and what follows another may come up: its folder stays, and it is found to be up;
    where the one looked at went away in order, it is not said to have been killed."""
    os.close(places.claim(place))
    taken = places._taken
    made: list[int] = []

    def late(lock: int, patience_s: float) -> bool:
        found = taken(lock, patience_s)
        if found and not made:
            shutil.rmtree(place.folder)
            monkeypatch.setattr(places, "_taken", taken)
            made.append(places.claim(place) if another else -1)
        return found

    monkeypatch.setattr(places, "_taken", late)
    if look == "need" and not another:
        with pytest.raises(HarnessError, match="no stack 'mine' is up"):
            places.need(place)
    else:
        assert getattr(places, look)(place) == (was if another or look == "down" else "none")
    assert place.lock.exists() == another
    if another:
        assert places._pid(made[0]) == os.getpid()
        os.close(made[0])


def test_a_killed_stack_is_no_stack_to_ask(place):
    """Claim: stack-none says that it was killed, once; then that there is none."""
    with held(place, WAIT) as other:
        other.kill()
        other.wait()
        for said in ("the stack 'mine' was killed; nothing of it is left", "no stack 'mine' is up"):
            with pytest.raises(HarnessError) as caught:
                line.ask(place, op="status")
            assert (caught.value.code, caught.value.message) == ("stack-none", said)


def test_a_stack_that_ends_while_it_is_asked_is_said_to(place):
    """Claim: stack-gone, exit code 3, wherever the folder lies: a socket's address holds only 107 letters."""
    place = Place(name="mine", folder=place.folder.joinpath(*["long" * 10] * 4))
    ends = "control = line.listen(place)\nprint('held', flush=True)\ncontrol.accept()[0].recv(1)"
    with held(place, ends), pytest.raises(HarnessError) as caught:
        line.ask(place, op="status")
    assert (caught.value.code, caught.value.exit_code) == ("stack-gone", 3)
    assert caught.value.message == "the stack 'mine' ended, or did not answer"
    assert caught.value.hint == "harness stack status says whether it is up; harness stack down ends it either way"


@pytest.mark.parametrize("name", ["", "Mine", "../mine", "a" * 40, "-a"])
def test_a_name_is_part_of_a_path(name):
    """Claim: only small letters, digits and dashes are."""
    with pytest.raises(HarnessError) as caught:
        places.place_of(load(ROOT / "harness.toml"), name)
    assert (caught.value.code, caught.value.message) == ("stack-name", f"'{name}' is no name for a stack")
