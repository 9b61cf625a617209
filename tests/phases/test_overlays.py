"""What is under review in git fits together."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.backend import legacy
from harness.backend.phases import manifest
from harness.backend.phases.changes import CHANGES, changes, is_current
from harness.backend.phases.tree import files_below, layered
from harness.core.phase import LAST, RollbackKind
from harness.judge.legacy import scan
from tests.phases import CONTRACTS, PHASES, REFERENCE

NUMBERS = range(1, LAST + 1)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_committed_diff_is_current(number: int):
    """CHANGES.diff is what the phase does; `refresh` writes it anew, on purpose."""
    assert is_current(REFERENCE, PHASES, number)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_diff_makes_the_next_tree(number: int, tree: Callable[[int], Path], tmp_path: Path):
    """`git apply CHANGES.diff` on phase N-1 gives phase N, file by file: reviewing the diff is reviewing the phase."""
    work = tmp_path / "work"
    shutil.copytree(tree(number - 1), work)
    diff = manifest.read_all(PHASES, number)[-1].folder / CHANGES
    subprocess.run(["git", "apply", "--unsafe-paths", "-p1", str(diff)], cwd=work, check=True, timeout=60)
    applied = {path: file.read_bytes() for path, file in files_below(work)}
    assert applied == {path: file.read_bytes() for path, file in files_below(tree(number))}


def test_every_phase_changes_something():
    assert all(changes(REFERENCE, PHASES, number) for number in NUMBERS)


def test_rollbacks_are_the_plans():
    """1: migrate back; 2 to 6: the code; 7: the backup."""
    kinds = [phase.rollback.kind for phase in manifest.read_all(PHASES)]
    assert kinds == [RollbackKind.MIGRATE, *[RollbackKind.CODE] * 5, RollbackKind.BACKUP]


def test_phases_that_go_back_by_code_leave_the_schema_alone():
    """Else the code before would meet a schema that it does not know."""
    for phase in manifest.read_all(PHASES):
        if phase.rollback.kind is RollbackKind.CODE:
            assert phase.expect.schema == (), phase.name


@pytest.mark.parametrize("number", range(LAST + 1))
def test_legacy_rules_hold(number: int):
    """Every removal of the cleanup is there while it is needed, and gone from the phase that removes it."""
    rules = legacy.read(CONTRACTS / "legacy.toml")
    found = scan(legacy.sources(layered(REFERENCE, PHASES, number).files, rules), None, rules, number)
    assert found.problems == ()
    columns = {rule.id for rule in rules if rule.kind == "db-column"}
    assert {rule.id for rule in rules} - columns == set(found.held)


@pytest.mark.parametrize("number", range(LAST + 1))
def test_what_is_gone_is_not_taken_from_its_old_place(number: int):
    """Whatever a module of the tree imports from another one of it is there."""
    files = {path: file for path, file in layered(REFERENCE, PHASES, number).files.items() if path.endswith(".py")}
    trees = {path.removeprefix("backend/"): ast.parse(file.read_text()) for path, file in files.items()}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("igny8_core"):
                package = node.module.replace(".", "/")
                module = trees.get(f"{package}.py") or trees[f"{package}/__init__.py"]
                bound = {name for statement in module.body for name in _names(statement)}
                for alias in node.names:
                    there = alias.name in bound or {f"{package}/{alias.name}.py", f"{package}/{alias.name}/__init__.py"}
                    assert there is True or there & trees.keys(), f"{path}:{node.lineno} imports {alias.name}"


def _names(node: ast.stmt) -> set[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {alias.asname or alias.name for alias in aliases}
        case _:
            return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
