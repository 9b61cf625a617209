"""What moves the target's clock is found for its Python, in a folder of its own, or is refused by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.backend.python import frozen, interpreter
from harness.core.config import Config
from harness.core.errors import HarnessError

MOVED = "import sys; sys.path.append(sys.argv[1]); import time_machine, time; time_machine.travel(0, tick=False).start(); print(time.time())"


@pytest.fixture
def apart(described, project: Path) -> Config:
    """A target in a venv with nothing in it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / "own"], check=True)
    return described('python = "own"')


def test_the_harness_has_it_where_both_live_together(described, project):
    (project / "shop" / "requirements.txt").unlink()
    assert frozen.provide(described()) is None


def test_a_target_without_it_gets_it_beside_its_packages(apart, project, monkeypatch):
    """Claim: its clock can be moved, nothing is installed into its venv, and the next time nothing is made."""
    folder = frozen.provide(apart)
    said = subprocess.run([apart.python, "-c", MOVED, folder], capture_output=True, text=True, check=True)
    assert said.stdout == "0.0\n"
    assert interpreter.of(apart).packages == {}
    monkeypatch.setattr(frozen, "_copy", lambda folder: pytest.fail("made twice"))
    assert frozen.provide(apart) == folder


def test_none_for_that_python_is_refused_by_name(apart, monkeypatch):
    """Claim: with the code, the Python's version and what pip said; nothing half made is left."""
    told = interpreter.told
    monkeypatch.setattr(
        interpreter,
        "told",
        lambda python: {**told(python), **({} if python == sys.executable else {"python": "3.6.9"})},
    )
    failed = SimpleNamespace(returncode=1, stderr="ERROR: No matching distribution found for time-machine\n")
    monkeypatch.setattr(frozen, "subprocess", SimpleNamespace(run=lambda words, **_: failed, DEVNULL=None))
    with pytest.raises(HarnessError) as caught:
        frozen.provide(apart)
    assert caught.value.code == "clock-none"
    assert caught.value.message == (
        "the target's Python 3.6.9 has no time-machine, and none could be fetched: its clock is the real one"
    )
    assert "No matching distribution" in caught.value.hint
    assert list((apart.source.parent / ".harness" / "clocks").iterdir()) == []
