"""docs/false-green.md names the tests that see each way to a green run that should be red: they are there, and not all left to the proofs."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "false-green.md"
KINDS = 21
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (\d+) \| (.+?) \|", re.MULTILINE)


@cache
def cases_of(file: str) -> dict[str, bool]:
    """Name of each test of a file -> whether it is a proof alone."""
    path = ROOT / file
    if not path.is_file():
        return {}
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found[node.name] = any(ast.unparse(one) == "pytest.mark.proof" for one in node.decorator_list)
    return found


def rows() -> list[tuple[str, list[tuple[str, str]]]]:
    lines = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and "`tests/" in line
    ]
    return [(line.split(" | ")[1 if ROW.match(line) else 0].strip("| "), NAMED.findall(line)) for line in lines]


def missing(named: list[tuple[str, str]]) -> list[str]:
    """Tests that are named and are not there."""
    return [f"{file}::{name}" for file, name in named if name not in cases_of(file)]


def test_each_of_the_kinds_has_its_row():
    assert [int(number) for number, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))] == list(range(1, KINDS + 1))


@pytest.mark.parametrize(("kind", "named"), rows(), ids=[kind for kind, _ in rows()])
def test_what_sees_it_is_there(kind: str, named: list[tuple[str, str]]):
    """Claim: every test that a row names exists, and one of them at least is driven by every run of the tests."""
    assert named
    assert missing(named) == []
    assert not all(cases_of(file)[name] for file, name in named)


def test_a_test_that_is_gone_is_named():
    assert missing([("tests/test_false_green.py", "test_nobody"), ("tests/nowhere.py", "test_x")]) == [
        "tests/test_false_green.py::test_nobody",
        "tests/nowhere.py::test_x",
    ]
    assert missing([("tests/test_false_green.py", "test_a_test_that_is_gone_is_named")]) == []
    assert cases_of("tests/whole/test_left_nothing.py")["test_whichever_of_the_harness_is_killed_nothing_is_left"]
