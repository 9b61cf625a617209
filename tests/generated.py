"""What stands in the documents and is made of the code: `python -m tests.generated` writes it anew, between its marks.

checks   docs/looked-at.md: every check, in its own words
numbers  docs/tests.md: how much of what there is, to two digits; a quarter more or less is no other number
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from harness.backend import scenarios
from harness.backend.description import load
from harness.judge.asked import NEEDS
from harness.judge.checks import CELL_CHECKERS, IN_ANY_WORLD, RUN_CHECKERS
from tests import commands
from tests.whole import seeded

ROOT = Path(__file__).parents[1]
QUARTER, FEW = 0.25, 5


def checks() -> str:
    """Every check there is, and of whom it is asked."""
    rows = [f"| `{name}` | {claim} | {_asked(name)} |" for name, (claim, _) in CELL_CHECKERS.items()]
    rows += [f"| `{name}` | {claim} | once for a run |" for name, (claim, _) in RUN_CHECKERS.items()]
    return "\n".join(["| check | what it holds | asked of |", "|---|---|---|", *rows])


def _asked(name: str) -> str:
    where = "every cell" if name in IN_ANY_WORLD else "cells in the scenario's own world"
    return f"{where}, as far as `[ledger]` says what it needs" if name in NEEDS else where


def counted() -> Mapping[str, int]:
    """What there is -> how much of it. Nothing is run for it."""
    config = load(ROOT / "harness.toml")
    known = scenarios.load(config)
    patches = [path.relative_to(ROOT / "mistakes").parts[0] for path in (ROOT / "mistakes").rglob("*.patch")]
    return {
        "test functions": sum(1 for _ in _functions()),
        "of them proofs": sum("proof" in marks for marks in _functions()),
        "of them slow": sum("slow" in marks for marks in _functions()),
        "lines of the harness": _lines("harness"),
        "lines of its tests": _lines("tests"),
        "scenarios of the reference": len(known),
        "cells that they have in their own worlds": sum(len(one.paths) for one in known.values()),
        "recordings": len(list((ROOT / "cassettes").rglob("*.yaml"))),
        "checks of a cell": len(CELL_CHECKERS),
        "checks of a run": len(RUN_CHECKERS),
        "mistakes that are planted (docs/score.md)": sum(part != "neutral" for part in patches),
        "refactors that nothing may tell": patches.count("neutral"),
        "faults that are seeded in the tests": len(seeded.FAULTS),
        "error codes, each documented": len(re.findall(r"^\| `[a-z0-9-]+` \|", (ROOT / "docs" / "errors.md").read_text(), re.MULTILINE)),
        "commands on the pages": len({one.line for one in commands.found()}),
    }  # fmt: skip


def numbers() -> str:
    rows = [f"| {what} | {rounded(many):,} |" for what, many in counted().items()]
    return "\n".join(["| what | about how many |", "|---|---|", *rows])


def rounded(many: int) -> int:
    """To two digits."""
    step = 10 ** max(0, len(str(many)) - 2)
    return round(many / step) * step


def far(stated: int, many: int) -> bool:
    """Whether a number of the page is no longer about this one."""
    return abs(stated - many) > max(FEW, QUARTER * many)


@cache
def _marks() -> tuple[frozenset[str], ...]:
    return tuple(_marked())


def _functions() -> tuple[frozenset[str], ...]:
    """The marks of every test function."""
    return _marks()


def _marked() -> Iterator[frozenset[str]]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "targets" in path.parts or "strangers" in path.parts or any(part.startswith(".") for part in path.relative_to(ROOT).parts):  # fmt: skip
            continue
        tree = ast.parse(path.read_text())
        of_file = {mark for node in tree.body if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node.targets[0]) for mark in _named(node.value)}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield frozenset(of_file | {mark for one in node.decorator_list for mark in _named(one)})


def _named(node: ast.AST) -> Iterator[str]:
    yield from re.findall(r"\bmark\.(\w+)", ast.unparse(node))


def _lines(folder: str) -> int:
    found = (path for path in (ROOT / folder).rglob("*.py") if not {"targets", "strangers"} & set(path.relative_to(ROOT).parts))  # fmt: skip
    return sum(path.read_text(encoding="utf-8").count("\n") for path in found)


PAGES = {"looked-at.md": ("checks", checks), "tests.md": ("numbers", numbers)}


def block(text: str, name: str) -> re.Match[str]:
    """What stands between the marks of `name`."""
    found = re.search(rf"(?<=<!-- python -m tests\.generated: {name} -->\n).*?(?=\n<!-- end -->)", text, re.DOTALL)
    assert found, name
    return found


def main() -> None:
    for page, (name, make) in PAGES.items():
        path = ROOT / "docs" / page
        text = path.read_text()
        there = block(text, name)
        path.write_text(text[: there.start()] + make() + text[there.end() :])


if __name__ == "__main__":
    main()
