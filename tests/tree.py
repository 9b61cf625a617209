"""Where things stand in the repository, for the tests of its shape."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
JOBS = ROOT / "harness" / "jobs"


def packages(below: Path) -> list[Path]:
    return sorted(file.parent for file in below.rglob("__init__.py"))


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
