"""What a suite of the target's own says at its end, and what becomes of it in the verdict."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.backend.own import command, uses_pytest
from harness.core.history import RunHistory
from harness.core.verdict import Status
from harness.judge.context import Noted
from harness.run import own
from tests.judge.checking import run_verdicts
from tests.looking import eventually

CONFIG = load(Path(__file__).parents[2] / "harness.toml")
RAN = "Found 3 test(s).\n...\n" + "-" * 70 + "\nRan 3 tests in 0.002s\n\n"


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (RAN + "OK\nDestroying test database for alias 'default'...\n", (3, 0, 0, True)),
        (RAN + "OK (skipped=1, expected failures=1)\n", (3, 0, 2, True)),
        (RAN + "FAILED (failures=1, errors=1, unexpected successes=1)\n", (3, 3, 0, True)),
        ("Ran 0 tests in 0.000s\n\nOK\n", (0, 0, 0, True)),
        ("Ran 0 tests in 0.000s\n\nNO TESTS RAN\n", (0, 0, 0, True)),
        ("...\n===== 3 passed, 1 skipped, 2 warnings in 1.20s =====\n", (4, 0, 1, True)),
        ("F\n1 failed, 2 passed, 1 deselected, 2 errors in 61.20s (0:01:01)\n", (5, 3, 1, True)),
        ("no tests ran in 0.01s\n", (0, 0, 0, True)),
        ("", (0, 0, 0, False)),
        ("...\n", (0, 0, 0, False)),
        ("a test prints: 3 passed in 1.0s\nand then somebody leaves\n", (0, 0, 0, False)),
    ],
)
def test_a_suite_is_read_by_what_it_says_at_its_end(said: str, counts: tuple[int, int, int, bool]):
    found = own.read(said)
    assert (found["ran"], found["failed"], found["skipped"], found["ended"]) == counts


def test_the_tests_that_failed_are_named():
    said = "FAIL: test_a (shop.tests.T.test_a)\n...\nERROR: test_b (shop.tests.T.test_b)\nFAILED tests/test_c.py::test_c - x\n"
    assert own.read(said)["names"] == ["test_a (shop.tests.T.test_a)", "test_b (shop.tests.T.test_b)", "tests/test_c.py::test_c"]  # fmt: skip


TOLD = {"command": ["python", "manage.py", "test"], "code": 0, **own.read(RAN + "OK\n"), "seconds": 1.0}


def verdict_on(**changes: object):
    history = RunHistory(start={}, cells=(), own={**TOLD, **changes})
    return run_verdicts([], "own-tests", noted=Noted(history=history))


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({}, Status.PASS, ""),
        ({"failed": 1, "code": 1, "names": ["test_a"]}, Status.FAIL, "own-tests-fail"),
        ({"failed": 1, "code": 0}, Status.FAIL, "own-tests-fail"),
        ({"code": 1}, Status.FAIL, "own-tests-fail"),
        ({"code": None}, Status.FAIL, "own-tests-silent"),
        ({"ended": False}, Status.FAIL, "own-tests-silent"),
        ({"ended": False, "ran": 0}, Status.FAIL, "own-tests-silent"),
        ({"ran": 0}, Status.NOT_ASKED, ""),
        ({"ran": 0, "code": 5}, Status.NOT_ASKED, ""),
    ],
)
def test_what_they_came_to_is_a_verdict(changes: dict[str, object], status: Status, code: str):
    (found,) = verdict_on(**changes)
    assert (found.status, found.code) == (status, code)


def test_no_own_tests_is_told_and_is_no_pass():
    """Claim: a suite that finds nothing is "not driven", in words; where nobody asked for them there is no verdict at all."""
    (found,) = verdict_on(ran=0)
    assert found.evidence == ("not asked: not driven: own tests (python manage.py test found none)",)
    assert run_verdicts([], "own-tests", noted=Noted(history=RunHistory(start={}, cells=()))) == []


def test_a_suite_that_does_not_end_is_ended_with_all_that_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(own, "PATIENCE_S", 0.2)
    code, said = own._said(
        subprocess.Popen, ["sh", "-c", "sleep 600 & echo $!; wait"], tmp_path, dict(os.environ), tmp_path / "log"
    )
    assert code is None
    eventually(lambda: not alive(said.strip()), "what it began goes on")


def alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("pytest.ini", "", True),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q'\n", True),
        ("pyproject.toml", "[tool.ruff]\n", False),
        ("pyproject.toml", "no toml [", False),
        ("setup.cfg", "[tool:pytest]\n", True),
        ("setup.cfg", "[metadata]\n", False),
        ("tox.ini", "[pytest]\naddopts = %(x)s\n", True),
        ("README", "", False),
    ],
)
def test_pytest_is_used_where_the_root_sets_it_up(tmp_path: Path, file: str, text: str, found: bool):
    (tmp_path / file).write_text(text)
    assert uses_pytest(tmp_path) is found
    words = command(replace(CONFIG, root=tmp_path))
    assert ("pytest" in words) is found
    assert found or words[-2:] == ("test", "--no-input")
    assert command(replace(CONFIG, root=tmp_path, tests=("make", "check"))) == ("make", "check")
