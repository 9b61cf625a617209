"""The folder of a standing stack: one holds it, what was killed is noticed, what will not end is said."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.core.config import load
from harness.core.errors import HarnessError
from harness.run.standing import place as standing_place
from harness.run.standing.place import Place

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(name="mine", folder=tmp_path / ".harness" / "stacks" / "mine")


@contextmanager
def held(place: Place, code: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the stack and does as `code` says."""
    program = (
        "import os, sys, signal, time\nfrom pathlib import Path\nfrom harness.run.standing import place as standing_place\n"
        f"place = standing_place.Place(name={place.name!r}, folder=Path({str(place.folder)!r}))\n"
        f"lock = standing_place.claim(place)\n{code}"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


WAIT = "print('held', flush=True)\ntime.sleep(600)"


def test_one_holds_it_and_the_next_is_refused(place):
    """Claim: stack-up while the other lives; then it can be had, and what the other left is gone."""
    with held(place, WAIT) as other:
        assert standing_place.state(place) == "up"
        with pytest.raises(HarnessError) as caught:
            standing_place.claim(place)
        assert (caught.value.code, caught.value.exit_code) == ("stack-up", 2)
        assert caught.value.message == "the stack 'mine' is up already"
        (place.folder / "rest").write_text("left")
        other.kill()
        other.wait()
        assert standing_place.state(place) == "killed"
        lock = standing_place.claim(place)
    assert sorted(path.name for path in place.folder.iterdir()) == ["lock", "logs"]
    assert place.lock.read_text() == str(os.getpid())
    os.close(lock)


def test_down_asks_first_and_kills_then(place, monkeypatch):
    """Claim: a supervisor that ignores SIGTERM is killed; nothing is left of the folder, nor of empty ones above."""
    monkeypatch.setattr(standing_place, "DOWN_S", 0.05)
    with held(place, f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{WAIT}") as other:
        assert standing_place.down(place) == "up"
        assert other.wait() == -signal.SIGKILL
    assert list(place.folder.parents[2].iterdir()) == []
    assert standing_place.down(place) == "none"


def test_a_stack_that_does_not_end_is_said_to(place, monkeypatch):
    """Claim: stack-stuck names the process; a lock that outlives its owner is the sign."""
    monkeypatch.setattr(standing_place, "DOWN_S", 0.05)
    monkeypatch.setattr(standing_place, "KILLED_S", 0.05)
    with held(place, WAIT) as other:
        pid = other.pid
        other.kill()
        other.wait()
        with place.lock.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(HarnessError) as caught:
                standing_place.down(place)
    assert (caught.value.code, caught.value.exit_code) == ("stack-stuck", 3)
    assert caught.value.message == "the stack 'mine' does not go down"
    assert caught.value.hint == f"end process {pid}"


def test_a_killed_stack_is_no_stack_to_ask(place):
    """Claim: stack-none says that it was killed, once; then that there is none."""
    with held(place, WAIT) as other:
        other.kill()
        other.wait()
        for said in ("the stack 'mine' was killed; nothing of it is left", "no stack 'mine' is up"):
            with pytest.raises(HarnessError) as caught:
                standing_place.ask(place, op="status")
            assert (caught.value.code, caught.value.message) == ("stack-none", said)


def test_a_stack_that_ends_while_it_is_asked_is_said_to(place):
    """Claim: stack-gone, exit code 3, wherever the folder lies: a socket's address holds only 107 letters."""
    place = Place(name="mine", folder=place.folder.joinpath(*["long" * 10] * 4))
    ends = "control = standing_place.listen(place)\nprint('held', flush=True)\ncontrol.accept()[0].recv(1)"
    with held(place, ends), pytest.raises(HarnessError) as caught:
        standing_place.ask(place, op="status")
    assert (caught.value.code, caught.value.exit_code) == ("stack-gone", 3)
    assert caught.value.message == "the stack 'mine' ended, or did not answer"
    assert caught.value.hint == "harness stack status says whether it is up; harness stack down ends it either way"


@pytest.mark.parametrize("name", ["", "Mine", "../mine", "a" * 40, "-a"])
def test_a_name_is_part_of_a_path(name):
    """Claim: only small letters, digits and dashes are."""
    with pytest.raises(HarnessError) as caught:
        standing_place.place_of(load(ROOT / "harness.toml"), name)
    assert (caught.value.code, caught.value.message) == ("stack-name", f"'{name}' is no name for a stack")
