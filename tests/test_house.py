"""The house as docs/map.md draws it: rooms of one build, docstrings that name what is there, tests that mirror it.

Who may import whom is import-linter's (pyproject.toml); this is what it cannot see.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
JOBS = ROOT / "harness" / "jobs"
USUAL = {"__init__", "__main__", "verb", "run", "judge", "report", "values"}
"""Every job has these, so that no room needs to say what they are."""
NO_VERB = {"judge", "inside", "many"}
"""No verb: a long judge.py, what runs in the target's own process, and the room that `verify --on` leads to."""
APART = {"whole", "phases", "targets"}
"""Test folders of no room: the command as a user runs it, the reference backend's own, and backends of other teams."""
LONGEST_ROW = 18


def packages(below: Path) -> list[Path]:
    return sorted(file.parent for file in below.rglob("__init__.py"))


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("room", [p for p in packages(JOBS) if p != JOBS and p.name not in NO_VERB], ids=ids)
def test_a_room_of_jobs_has_a_verb(room: Path):
    assert (room / "verb.py").is_file()


@pytest.mark.parametrize("package", packages(ROOT / "harness"), ids=ids)
def test_a_package_says_what_is_in_it(package: Path):
    """Claim: its docstring names every file and folder that has no usual name."""
    says = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    here = {path.stem for path in package.glob("*.py")} | {path.parent.name for path in package.glob("*/__init__.py")}
    assert sorted(name for name in here - USUAL if not re.search(rf"\b{name}\b", says)) == []


@pytest.mark.parametrize("package", packages(ROOT / "harness"), ids=ids)
def test_no_row_is_long(package: Path):
    assert len(list(package.glob("*.py"))) <= LONGEST_ROW


@pytest.mark.parametrize("folder", [p for p in packages(ROOT / "tests") if not APART & set(p.parts)], ids=ids)
def test_tests_mirror_the_house(folder: Path):
    room = ROOT / "harness" / folder.relative_to(ROOT / "tests")
    assert room.is_dir() or room.with_suffix(".py").is_file()
