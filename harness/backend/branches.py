"""The functions of a target with their branches and handlers, and which of them ran, as coverage.py reads sources and arcs.

Where a line can go on to is coverage.py's to say, through its JSON report; that of the sources which lie in functions is
found here, and `except` blocks, which coverage.py counts as lines alone. The sources are read with the harness's own Python:
of a target that runs in another one, a few branches may be told apart otherwise.
"""

from __future__ import annotations

import ast
import json
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.core.code import Function, Way
from harness.core.config import Config
from harness.store import arcs

LEFT_OUT = {
    "migrations/*": "a migration has run before anything is driven",
    "*/migrations/*": "as migrations/*",
    "tests/*": "tests are not what is tested",
    "*/tests/*": "as tests/*",
    "test_*.py": "as tests/*",
    "*/test_*.py": "as tests/*",
    "tests.py": "as tests/*",
    "*/tests.py": "as tests/*",
    "conftest.py": "as tests/*",
    "*/conftest.py": "as tests/*",
}
"""Patterns of paths that are never counted, beside those of [reach]."""
_LONGEST = 100


def sources(config: Config) -> tuple[str, ...]:
    """Paths below the target's root of what is counted: Python's files of the target's own that nothing leaves out."""
    own = (config.scenarios, config.answers, config.contracts, config.cassettes)
    out = (*LEFT_OUT, *config.reach.left_out)
    found = []
    for file in _files(config.root):
        path = file.relative_to(config.root).as_posix()
        if not any(file.is_relative_to(place) for place in own) and not any(fnmatchcase(path, one) for one in out):
            found.append(path)
    return tuple(sorted(found))


def idle_patterns(config: Config) -> tuple[str, ...]:
    """Patterns of [reach] that leave nothing out."""
    paths = [file.relative_to(config.root).as_posix() for file in _files(config.root)]
    return tuple(one for one in config.reach.left_out if not any(fnmatchcase(path, one) for path in paths))


def functions(root: Path, folder: Path, paths: Collection[str]) -> tuple[Function, ...]:
    """Every function of `paths`, by what the data file of the run in `folder` says; those that cannot be parsed have none."""
    from coverage import Coverage

    root = root.resolve()
    coverage = Coverage(data_file=str(folder / arcs.NAME), config_file=False, messages=False)
    coverage.clear_exclude()  # what a source's own comments leave out is counted
    coverage.clear_exclude("partial")
    coverage.load()
    parsed = {path: tree for path in sorted(paths) if (tree := _parsed(root / path)) is not None}
    with tempfile.NamedTemporaryFile("r", suffix=".json") as out:
        if parsed:
            coverage.json_report([str(root / path) for path in parsed], outfile=out.name)
        files = json.load(out)["files"] if parsed else {}
    reports = {str(Path(name).resolve()): one for name, one in files.items()}
    data = coverage.get_data()
    made: list[Function] = []
    for path, tree in parsed.items():
        begun = {-since for since, _ in data.arcs(str(root / path)) or () if since < 0}
        report = reports.get(str((root / path).resolve()))
        if report is not None:
            made += _of_a_file(path, (root / path).read_bytes(), tree, report, begun)
    return tuple(made)


def _files(root: Path) -> Iterator[Path]:
    """Python's files below `root`, but for folders that are hidden, or that hold what is installed."""
    for entry in sorted(root.iterdir()):
        if entry.is_dir():
            installed = entry.name in ("node_modules", "site-packages") or (entry / "pyvenv.cfg").exists()
            if not entry.name.startswith(".") and not installed and not entry.is_symlink():
                yield from _files(entry)
        elif entry.suffix == ".py":
            yield entry


def _parsed(file: Path) -> ast.Module | None:
    try:
        return ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return None


@dataclass(slots=True)
class _Made:
    """A function as its source has it: the lines of its body, from `begins` to `ends`; `first` is its decorator's, or its own."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    first: int
    begins: int
    ends: int


def _made(tree: ast.AST, within: str = "") -> Iterator[_Made]:
    """Outer ones before those that are in them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            yield _Made(within + node.name, node, first, node.body[0].lineno, node.end_lineno or node.lineno)
            yield from _made(node, f"{within}{node.name}.")
        elif isinstance(node, ast.ClassDef):
            yield from _made(node, f"{within}{node.name}.")
        else:
            yield from _made(node, within)


def _of_a_file(
    path: str, source: bytes, tree: ast.Module, report: Mapping[str, Any], begun: Collection[int]
) -> Iterator[Function]:
    """`begun` are the lines of functions that were called, as arcs have them."""
    lines = source.splitlines()
    texts = [line.decode("utf-8", "replace") for line in lines]
    every = list(_made(tree))
    short = {line for one in every if _is_short(one, lines) for line in range(one.first, one.begins + 1)}
    taken, missed = (
        [branch for branch in report[kind] if branch[0] not in short]
        for kind in ("executed_branches", "missing_branches")
    )
    run = set(report["executed_lines"])
    own: dict[int, tuple[list[Any], list[Any]]] = {n: ([], []) for n in range(len(every))}
    for kind, branches in enumerate((taken, missed)):
        for since, to in branches:
            if (at := _innermost(every, since)) is not None:
                own[at][kind].append((since, to))
    names: dict[str, int] = {}
    for n, one in enumerate(every):
        names[one.name] = names.get(one.name, 0) + 1
        again = f" ({names[one.name]})" if names[one.name] > 1 else ""  # a property and its setter, say
        there = {*map(tuple, taken), *map(tuple, missed)}
        handlers = [
            (handler.lineno, handler.body[0].lineno)
            for handler in _handlers(one.node)
            if (handler.lineno, handler.body[0].lineno) not in there
        ]
        yield Function(
            at=f"{path}:{one.name}{again}",
            line=one.first,
            ran=one.first in begun,
            branches=len(own[n][0]) + len(own[n][1]),
            missed=tuple(_way(texts, since, to) for since, to in sorted(own[n][1], key=_in_order)),
            handlers=len(handlers),
            unhandled=tuple(_way(texts, since, to) for since, to in handlers if to not in run),
        )


def _is_short(one: _Made, lines: Sequence[bytes]) -> bool:
    """Whether its body begins on the line of its head: coverage.py takes making it and calling it for two branches of one line."""
    return bool(lines[one.begins - 1][: one.node.body[0].col_offset].strip())


def _in_order(branch: tuple[int, int]) -> tuple[int, int]:
    return branch[0], abs(branch[1])


def _innermost(every: Sequence[_Made], line: int) -> int | None:
    """Which function a line is of; None: of none."""
    found = [n for n, one in enumerate(every) if one.begins <= line <= one.ends]
    return max(found, key=lambda n: (every[n].begins, n), default=None)


def _handlers(node: ast.AST) -> Iterator[ast.ExceptHandler]:
    """Those of a function itself, not of functions and classes in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(child, ast.ExceptHandler):
            yield child
        yield from _handlers(child)


def _way(texts: Sequence[str], since: int, to: int) -> Way:
    return Way(line=since, text=_text(texts, since), to=max(to, 0), then=_text(texts, to))


def _text(texts: Sequence[str], line: int) -> str:
    text = texts[line - 1].strip() if 0 < line <= len(texts) else ""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
