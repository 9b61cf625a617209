"""One name for a module wherever it is imported, and a test where that lies which it is named after."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.tree import ROOT, ids, packages

APART = {"whole", "phases", "targets"}
"""Test folders of no room: the command as a user runs it, the reference backend's own, and backends of other teams."""
ALIASES = {
    "harness.jobs.*.run": ("job", "an option of a verb, a stored run and what a test fixture does are `run`"),
    "harness.jobs.*.report": ("shown", "`report` is a floor, and a verb"),
    "harness.store.runs": ("store", "--runs is `runs`"),
    "harness.run.plan": ("plans", "a plan is `plan`"),
    "harness.jobs.hand.place": ("places", "the place of a stack is `place`"),
    "harness.stack.processes.boot": ("processes", "the cell and the inprocess tier have a `boot` of their own"),
    "harness.judge.surface.target": ("declared", "what judges have of a target is `target`"),
    "harness.judge.surface.target.NAME": ("DECLARED", "several files have a `NAME`"),
    "harness.judge.surface.target.PATH": ("DECLARED_PATH", "a path is anything's"),
    "harness.core.scenario.Path": ("Way", "where pathlib's `Path` is needed too"),
}  # fmt: skip
"""What is imported under another name -> that name, and the local word with which its own would collide."""
BESIDE = {
    "harness.stack.processes.boot",
    "harness.core.scenario.Path",
    "harness.judge.surface.target.NAME",
    "harness.judge.surface.target.PATH",
}
"""Under the other name only where there is the local word; all the others everywhere, so that a name means one thing."""


def misnamed(source: str, used: set[str]) -> list[str]:
    """What `source` imports of ours under a name that is not agreed, by line, with the mend. `used` gathers ALIASES' keys."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or (node.module or "").partition(".")[0] not in (
            "harness",
            "tests",
            "scenarios",
        ):
            continue
        for name in node.names:
            full = f"{node.module}.{name.name}"
            key = next((key for key in ALIASES if fnmatchcase(full, key)), "")
            agreed = ALIASES[key][0] if key else None
            if name.asname is not None and name.asname != agreed:
                mend = (
                    f"as {agreed}"
                    if agreed
                    else f"say {name.name}, or take the function from it; where that is a local word, put it into ALIASES"
                )
                found.append(f"{node.lineno}: {full} as {name.asname}: {mend}")
            elif name.asname is None and agreed is not None and key not in BESIDE:
                found.append(f"{node.lineno}: {full}: as {agreed}, as everywhere")
            elif name.asname is not None:
                used.add(key)
    return found


def test_a_module_has_one_name():
    """Claim: what is ours is imported under its own name, or under the one that ALIASES gives a reason for."""
    used: set[str] = set()
    files = [
        file
        for place in ("harness", "tests", "bench", "scenarios", "answers")
        for file in sorted((ROOT / place).rglob("*.py"))
    ]
    found = [
        f"{ids(file)}:{line}" for file in files if "targets" not in file.parts for line in misnamed(file.read_text(encoding="utf-8"), used)
    ]  # fmt: skip
    assert found == []
    assert used == set(ALIASES), "an alias that nobody needs goes"


def test_another_name_is_seen():
    source = """
from harness.jobs.week import run as job, judge as checker
from harness.run import plan, drive
def late():
    from harness.store import runs as kept
"""
    assert misnamed(source, set()) == [
        "2: harness.jobs.week.judge as checker: say judge, or take the function from it; where that is a local word, put it into ALIASES",
        "3: harness.run.plan: as plans, as everywhere",
        "5: harness.store.runs as kept: as store",
    ]


@pytest.mark.parametrize("folder", [p for p in packages(ROOT / "tests") if not APART & set(p.parts)], ids=ids)
def test_tests_mirror_the_house(folder: Path):
    room = ROOT / "harness" / folder.relative_to(ROOT / "tests")
    assert room.is_dir() or room.with_suffix(".py").is_file()


def misplaced(tests: Path, house: Path) -> list[str]:
    """Test files that are named after a module or a folder of their floor and do not lie where it does, with where it is.

    One that is named after nothing of its floor tests the whole room in whose folder it lies; so does one that is named after
    that folder.
    """
    found = []
    for file in sorted(tests.glob("*/**/test_*.py")):
        here = file.relative_to(tests).parent
        if APART & set(here.parts):
            continue
        name = file.stem.removeprefix("test_")
        rooms = {
            path.relative_to(house).parent
            for path in (house / here.parts[0]).rglob(f"{name}*")
            if path.name == f"{name}.py" or ((path / "__init__.py").is_file() and path.name == name)
        }
        if rooms and here not in rooms and here.name != name:
            found.append(f"{file.relative_to(tests)}: {name} is in {', '.join(sorted(map(str, rooms)))}")
    return found


def test_a_test_lies_where_what_it_is_named_after_does():
    assert misplaced(ROOT / "tests", ROOT / "harness") == []


def test_a_test_that_lies_elsewhere_is_seen(tmp_path: Path):
    """Claim: a module's test in the folder above it is named with where it belongs; a test of a whole room may have any other name."""
    house, tests = tmp_path / "harness", tmp_path / "tests"
    for file in ("harness/wire/tape/nearest.py", "harness/wire/tape/__init__.py", "harness/core/robust.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    for file in ("wire/test_nearest.py", "wire/test_tape.py", "wire/tape/test_tape.py", "wire/test_robust.py"):
        (tests / file).parent.mkdir(parents=True, exist_ok=True)
        (tests / file).touch()
    assert misplaced(tests, house) == ["wire/test_nearest.py: nearest is in wire/tape"]
    (tests / "wire" / "test_nearest.py").rename(tests / "wire" / "tape" / "test_nearest.py")
    assert misplaced(tests, house) == []
