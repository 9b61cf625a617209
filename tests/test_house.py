"""The house as docs/map.md draws it: rooms of one build, docstrings that name what is there, tests that mirror it.

Who may import whom is import-linter's (pyproject.toml); this is what it cannot see.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.tree import JOBS, ROOT, docstring, ids, packages

USUAL = {"__init__", "__main__", "verb", "run", "judge", "report", "values"}
"""Every job has these, so that no room needs to say what they are."""
NO_VERB = {"judge", "inside", "press", "traffic"}
"""No verb: a long judge.py, what runs in the target's own process, and two parts of init that would not have room in it."""
LONGEST_ROW = 18
LONGEST_MODULE = 260
EXEMPT = f"Longer than {LONGEST_MODULE} lines: "
"""So a docstring begins the sentence that says why its module may be."""


def is_a_room(folder: Path) -> bool:
    """A room of jobs has a verb, or it holds rooms and nothing else."""
    alone = [path for path in folder.glob("*.py") if path.name != "__init__.py"] == []
    return (folder / "verb.py").is_file() or (alone and any(map(is_a_room, rooms_of(folder))))


def rooms_of(folder: Path) -> list[Path]:
    return sorted(file.parent for file in folder.glob("*/__init__.py"))


def too_long(below: Path) -> list[str]:
    """Modules above the longest length whose docstring gives no reason, with their lines."""
    lines = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in sorted(below.rglob("*.py"))}
    return [
        f"{file.relative_to(below)}: {count}"
        for file, count in lines.items()
        if count > LONGEST_MODULE and EXEMPT not in docstring(file)
    ]


def unnamed(says: str, names: set[str]) -> list[str]:
    """The names that `says` does not list: at the head of a row, in a list, or with what they are after a colon."""
    return sorted(
        name for name in names if not re.search(rf"(?m)(^ *|  |[,;|(] |\(|\band ){name}\b|\b{name}(: |/|\.py)", says)
    )


def unlisted_rooms(listed: str, rooms: set[str]) -> list[str]:
    """Rooms of jobs that head no row of the table in `listed`."""
    return sorted(rooms - set(re.findall(r"(?m)^(\w+)  ", listed)))


def imports(file: Path, package: str) -> bool:
    """Whether an `__init__` imports anything of its own package, in a function too."""
    nodes = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
    return any(f"{node.module}.".startswith(f"{package}.") for node in nodes)


def circles(root: Path) -> list[str]:
    """Modules below `root` that import what the `__init__` of a package around them gives, where that imports from its package.

    import-linter does not see such a circle: it compares siblings, and these are parent and child.
    """
    found = []
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root.parent).with_suffix("").parts
        around = {".".join(parts[:n]): root.parent.joinpath(*parts[:n]) for n in range(1, len(parts))}
        if file.name == "__init__.py":
            around.pop(".".join(parts[:-1]))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or node.module not in around:
                continue
            package = around[node.module]
            if not imports(package / "__init__.py", node.module):
                continue
            names = [one.name for one in node.names]
            names = [n for n in names if not (package / f"{n}.py").is_file() and not (package / n).is_dir()]
            found += [f"{file.relative_to(root.parent)}:{node.lineno}: {node.module} gives {name}" for name in names]
    return found


def long_row(folder: Path) -> bool:
    return len(list(folder.glob("*.py"))) > LONGEST_ROW


@pytest.mark.parametrize("room", [p for p in packages(JOBS) if p != JOBS and p.name not in NO_VERB], ids=ids)
def test_a_room_of_jobs_has_a_verb_or_holds_rooms(room: Path):
    assert is_a_room(room)


def test_a_room_without_a_verb_is_seen(tmp_path: Path):
    """Claim: a folder of jobs with files and no verb is none, nor is an empty one; rooms may be under a roof of their own."""
    for name in ("adopt", "adopt/init", "empty"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    assert not is_a_room(tmp_path / "adopt")
    (tmp_path / "adopt" / "init" / "verb.py").touch()
    assert is_a_room(tmp_path / "adopt")
    assert not is_a_room(tmp_path / "empty")
    (tmp_path / "adopt" / "run.py").touch()
    assert not is_a_room(tmp_path / "adopt")


@pytest.mark.parametrize("package", packages(ROOT / "harness"), ids=ids)
def test_a_package_says_what_is_in_it(package: Path):
    """Claim: its docstring names every file and folder that has no usual name."""
    says = docstring(package / "__init__.py")
    here = {path.stem for path in package.glob("*.py")} | {path.parent.name for path in package.glob("*/__init__.py")}
    assert unnamed(says, here - USUAL) == []


def test_a_room_of_jobs_has_its_row_and_its_place_on_the_map():
    rooms = {room.name for room in rooms_of(JOBS)}
    assert unlisted_rooms(docstring(JOBS / "__init__.py"), rooms) == []
    (row,) = re.findall(r"(?m)^    jobs +(.+)$", (ROOT / "docs" / "map.md").read_text(encoding="utf-8"))
    assert set(row.split()) == rooms


def test_a_name_in_a_sentence_is_no_row():
    """Claim: a word of a sentence names nothing; a row, a list, and a word with a colon do."""
    says = "record   make cassettes        cassette: look after them\nopenapi, shapes   an answer;  origin: whose"
    assert unnamed(says, {"record", "cassette", "openapi", "shapes", "origin"}) == []
    assert unnamed(says, {"look", "answer"}) == ["answer", "look"]
    assert unlisted_rooms(says, {"record", "cassette", "look"}) == ["cassette", "look"]


def test_no_module_imports_the_package_around_it():
    """Claim: no circle of a package and what is in it, at the top of a file or in a function."""
    assert circles(ROOT / "harness") == []


def test_a_circle_of_parent_and_child_is_seen(tmp_path: Path):
    inner = tmp_path / "house" / "room" / "inner"
    inner.mkdir(parents=True)
    (inner.parent.parent / "__init__.py").write_text("VERSION = 1\n")
    (inner.parent / "__init__.py").write_text("from house.room.card import Price\n")
    (inner.parent / "card.py").write_text("from house.room import due\ndef late():\n    from house.room import Price\n")
    (inner.parent / "due.py").write_text("from house.room import inner\nfrom house.room.card import Price\n")
    (inner / "__init__.py").write_text("from house.room import Price\n")
    assert circles(tmp_path / "house") == [
        "house/room/card.py:3: house.room gives Price",
        "house/room/inner/__init__.py:1: house.room gives Price",
    ]


@pytest.mark.parametrize("package", packages(ROOT / "harness"), ids=ids)
def test_no_row_is_long(package: Path):
    assert not long_row(package)


def test_no_module_is_long_without_a_reason():
    assert too_long(ROOT / "harness") == []


def test_a_long_module_and_a_long_row_are_seen(tmp_path: Path):
    """Claim: one line too many is named with its lines, and a reason in the docstring excuses it; so is a file too many."""
    (tmp_path / "full.py").write_text("pass\n" * LONGEST_MODULE)
    (tmp_path / "long.py").write_text("pass\n" * (LONGEST_MODULE + 1))
    (tmp_path / "data.py").write_text(f'"""Data.\n\n{EXEMPT}they are sentences.\n"""\n' + "pass\n" * LONGEST_MODULE)
    assert too_long(tmp_path) == [f"long.py: {LONGEST_MODULE + 1}"]
    for number in range(LONGEST_ROW - 3):
        (tmp_path / f"part{number}.py").touch()
    assert not long_row(tmp_path)
    (tmp_path / "one_more.py").touch()
    assert long_row(tmp_path)
