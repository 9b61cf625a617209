"""Backends that other teams wrote, driven as they are: each folder of tests/targets that has a `<name>.harness` beside it.

`<name>.harness` is what a team writes by hand: harness.toml, scenarios with their goldens, cassettes. `<name>.faults` are
mistakes in billing as patches, and `told.toml`: the cell that tells each, by which checkers, in which words.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from harness.jobs.score import plant
from tests import compiled
from tests.whole.workshop import REPOSITORY, Told, Workshop

TARGETS = REPOSITORY / "tests" / "targets"
NAMES = sorted(path.name.removesuffix(".harness") for path in TARGETS.glob("*.harness"))
PATIENCE_S = 900
CELLS = {"igny8_b": 123, "lingopost": 28, "shopscribe": 57}
"""The least number of cells that are driven."""

WORLDS = {"igny8_b": 80, "lingopost": 36, "shopscribe": 50}
"""The least number of cells that are driven in another world beside."""

BY_HAND = {"igny8_b": 46, "lingopost": 27, "shopscribe": 40}
"""The most lines outside scenarios that somebody wrote for it."""

MOST_FREE = 10
"""Entries of [free] that a target may need: what differs from one clean run to the next."""

AS_DELIVERED = {"igny8_b": "b8c45cd792e3886a29e3ebe3794ec2f9133957b0470f0a053872c37c1e62dd18"}
"""What came from its team, byte for byte; the others are the project's own, and change with it."""

MADE = ("__pycache__", ".harness", "runs")


def faults() -> Iterator[Any]:
    for name in NAMES:
        told = TARGETS / f"{name}.faults" / "told.toml"
        if told.is_file():
            known = tomllib.loads(told.read_text())
            for patch in sorted(told.parent.glob("*.patch")):
                yield pytest.param(name, patch, known[patch.stem], id=f"{name}-{patch.stem}")


def digest(folder: Path) -> str:
    """Of every file below: its name and its bytes."""
    known = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not set(path.relative_to(folder).parts) & set(MADE):
            content = path.read_bytes()
            known.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return known.hexdigest()


def by_hand(folder: Path) -> int:
    """Lines that are neither empty nor a comment, in every file outside scenarios; what a command writes is nobody's hand."""
    others = ("scenarios", "cassettes", *MADE)
    files = [path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] not in others]
    lines = [line.strip() for path in files for line in path.read_text().splitlines()]
    return sum(1 for line in lines if line and not line.startswith("#"))


def driven(folder: Path, cache: Path, *words: str) -> Told:
    """`harness verify` on a description in `folder`."""
    return Workshop(folder=folder, cache=cache).harness("verify", *words, patience_s=PATIENCE_S)


@pytest.fixture(scope="module")
def whole(cache: Path) -> Callable[[str], Told]:
    """whole(name): every cell of the target as it is and its quick worlds, driven once for all who ask. Its database is prepared then."""

    @lru_cache
    def made(name: str) -> Told:
        return driven(TARGETS / f"{name}.harness", cache, "--vary", "quick")

    return made


@pytest.mark.parametrize("name", AS_DELIVERED)
def test_a_target_is_as_its_team_delivered_it(name: str):
    """Claim: no byte of it was changed to be driven."""
    assert digest(TARGETS / name) == AS_DELIVERED[name]


def test_a_changed_target_has_another_checksum(tmp_path: Path):
    """Claim: one byte more is seen, and what running leaves behind is not."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "money.py").write_text("PRICE = 1\n")
    before = digest(tmp_path)
    (tmp_path / "app" / "__pycache__").mkdir()
    (tmp_path / "app" / "__pycache__" / "money.pyc").write_bytes(b"compiled")
    assert digest(tmp_path) == before
    (tmp_path / "app" / "money.py").write_text("PRICE = 11\n")
    assert digest(tmp_path) != before


@pytest.mark.parametrize("name", NAMES)
def test_a_target_needs_few_lines_by_hand(name: str):
    """Claim: what cannot be looked up is little."""
    assert by_hand(TARGETS / f"{name}.harness") <= BY_HAND[name]


def test_lines_by_hand_are_counted_in_whatever_file(tmp_path: Path):
    """Claim: comments and scenarios do not count, everything else does."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "one.py").write_text("SCENARIOS = ()\n")
    (tmp_path / "harness.toml").write_text("# why\nformat = 1\n\n[target]\n")
    (tmp_path / "answers.py").write_text("def chat(request):\n    return {}\n")
    assert by_hand(tmp_path) == 4


@pytest.mark.targets
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize("name", NAMES)
def test_a_target_is_driven_whole_and_is_green(name: str, whole: Callable[[str], Told]):
    """Claim: every cell of it passes, in other worlds too, and nothing of it is unknown."""
    told = whole(name)
    assert told.code == 0, told.out + told.err
    cells = int(told.out.partition(" cells of ")[0].split()[-1])
    assert cells >= CELLS[name]
    assert f"{cells} passed, 0 failed, 0 unknown" in told.out
    worlds = int(told.out.partition(" cells in other worlds")[0].split()[-1])
    assert worlds >= WORLDS[name]
    assert f"{worlds} cells in other worlds: {worlds} passed, 0 failed" in told.out


@pytest.mark.targets
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize("name", NAMES)
def test_the_surface_of_a_target_is_as_locked_with_little_that_is_free(name: str, whole: Callable[[str], Told]):
    """Claim: what was observed beyond credits is asked in every cell and is what an earlier run of the same showed; few lines of its
    harness.toml say what is not looked at, and each of them is needed."""
    assert whole(name).code == 0, whole(name).out
    document = tomllib.loads((TARGETS / f"{name}.harness" / "harness.toml").read_text())
    assert len(document.get("free", {})) <= MOST_FREE
    verdicts = json.loads((TARGETS / f"{name}.harness" / "runs" / "latest" / "verdict.json").read_text())["verdicts"]
    asked = [one["status"] for one in verdicts if one["checker"] == "surface"]
    assert len(asked) >= CELLS[name]
    assert set(asked) == {"pass"}


@pytest.mark.targets
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
@pytest.mark.parametrize(("name", "patch", "known"), list(faults()))
def test_a_fault_of_a_target_is_told(
    name: str, patch: Path, known: dict[str, Any], tmp_path: Path, cache: Path, whole: Callable[[str], Told]
):
    """Claim: exit code 1, and the checkers that should see it say so in the cell that shows it, where the target as it is
    passes every cell."""
    assert whole(name).code == 0, whole(name).out
    for part in (name, f"{name}.harness"):
        shutil.copytree(TARGETS / part, tmp_path / part, ignore=shutil.ignore_patterns(*MADE))
    description = tmp_path / f"{name}.harness"
    # its packages are installed once, and compiled once
    (description / ".harness").symlink_to(TARGETS / f"{name}.harness" / ".harness")
    compiled.under_another_name(cache, description / ".harness")
    plant.apply_diff(patch.read_text(), tmp_path / name, patch.stem)
    if "/migrations/" not in patch.read_text():
        whole_one = Workshop(folder=TARGETS / f"{name}.harness", cache=cache)
        Workshop(folder=description, cache=cache).borrow(whole_one)
    told = driven(description, cache, "--only", known["cell"])
    assert told.code == 1, told.out + told.err
    seen = told.failures(known["cell"])
    assert set(known["checkers"]) <= set(seen), told.out
    assert any(known["says"] in line for evidence in seen.values() for line in evidence), told.out
