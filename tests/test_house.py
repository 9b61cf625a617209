"""The house as docs/map.md draws it: rooms of one build, docstrings that name what is there, tests that mirror it.

Who may import whom is import-linter's (pyproject.toml); this is what it cannot see.
"""

from __future__ import annotations

import ast
import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
JOBS = ROOT / "harness" / "jobs"
USUAL = {"__init__", "__main__", "verb", "run", "judge", "report", "values"}
"""Every job has these, so that no room needs to say what they are."""
NO_VERB = {"judge", "inside"}
"""No verb: a long judge.py, and what runs in the target's own process."""
APART = {"whole", "phases", "targets"}
"""Test folders of no room: the command as a user runs it, the reference backend's own, and backends of other teams."""
LONGEST_ROW = 18
LONGEST_MODULE = 260
EXEMPT = f"Longer than {LONGEST_MODULE} lines: "
"""So a docstring begins the sentence that says why its module may be."""

ALIASES = {
    "harness.jobs.*.run": ("job", "an option of a verb, a stored run and what a test fixture does are `run`"),
    "harness.jobs.*.report": ("shown", "`report` is a floor, and a verb"),
    "harness.store.runs": ("store", "--runs is `runs`"),
    "harness.run.plan": ("plans", "a plan is `plan`"),
    "harness.jobs.hand.place": ("places", "the place of a stack is `place`"),
    "harness.stack.processes.boot": ("processes", "the cell and the inprocess tier have a `boot` of their own"),
    "harness.core.scenario.Path": ("Way", "where pathlib's `Path` is needed too"),
}  # fmt: skip
"""What is imported under another name -> that name, and the local word with which its own would collide."""
BESIDE = {"harness.stack.processes.boot", "harness.core.scenario.Path"}
"""Under the other name only where there is the local word; all the others everywhere, so that a name means one thing."""


def packages(below: Path) -> list[Path]:
    return sorted(file.parent for file in below.rglob("__init__.py"))


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""


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


def done_by(source: str, names: set[str], of: set[str]) -> list[str]:
    """What `source` does itself, by line: methods and functions of `names`, and whatever is in a module of `of`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if called in names or ast.unparse(node.func) in names:
                found.append((node.lineno, f"{ast.unparse(node.func)}("))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in of:
            found.append((node.lineno, ast.unparse(node)))
    return [f"{line}: {what}" for line, what in sorted(found)]


def long_row(folder: Path) -> bool:
    return len(list(folder.glob("*.py"))) > LONGEST_ROW


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


VERBS = sorted(JOBS.rglob("verb.py"))
PURE_WORD = "Pure."
"""So a docstring says that a part of a job's judging, which stands beside judge.py, is pure as that is."""


def is_pure(file: Path) -> bool:
    """Whether a module judges, by its floor, its name, or its own word."""
    of_a_job = file.is_relative_to(JOBS)
    floors = (ROOT / "harness" / "core", ROOT / "harness" / "judge")
    return any(map(file.is_relative_to, floors)) or (
        of_a_job and ("judge" in (file.stem, *file.parts) or PURE_WORD in docstring(file))
    )


PURE = sorted(filter(is_pure, (ROOT / "harness").rglob("*.py")))
FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}


def test_a_verb_does_no_work_of_its_own():
    """Claim: no verb.py opens a file, makes a folder, or has to do with processes, signals and loops: its run.py does."""
    found = {
        ids(file): done_by(file.read_text(encoding="utf-8"), FILES, {"os", "signal", "asyncio", "select"})
        for file in VERBS
    }
    assert {file: lines for file, lines in found.items() if lines} == {}


def documents_made_by(source: str) -> list[str]:
    """Where `source` gives json.dumps what it puts together itself, by line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "json.dumps":
            made = [one for part in node.args for one in ast.walk(part) if isinstance(one, ast.Dict | ast.DictComp)]
            found += [f"{node.lineno}: {ast.unparse(made[0])}"] if made else []
    return found


def test_a_verb_makes_no_document():
    """Claim: what --json says of something has its shape in a report, beside what a terminal says of it."""
    found = {ids(file): documents_made_by(file.read_text(encoding="utf-8")) for file in VERBS}
    assert {file: lines for file, lines in found.items() if lines} == {}


def test_a_document_that_a_verb_makes_is_seen():
    source = "print(json.dumps(shown.document(found)))\nprint(json.dumps({'up': False}) if as_json else text)\n"
    assert documents_made_by(source) == ["2: {'up': False}"]


def test_judging_asks_neither_files_nor_clocks():
    """Claim: what import-linter cannot see, because pathlib and datetime are values, too."""
    found = {ids(file): done_by(file.read_text(encoding="utf-8"), FILES | CLOCKS, {"time", "os"}) for file in PURE}
    assert {file: lines for file, lines in found.items() if lines} == {}
    assert {
        "harness/jobs/week/judge.py",
        "harness/jobs/contracts/judge/bodies.py",
        "harness/jobs/phase/rollback.py",
    } <= set(found)


def unheld(judging: set[str], beside: dict[str, set[str]], held: set[str]) -> list[str]:
    """What judges and is not `held`: of `judging`, modules of jobs by name or word, and of what these import of their rooms."""
    reached = judging | {one for name, needs in beside.items() if name in judging for one in needs}
    return sorted(name for name in reached if name not in held and "judge" not in name.split(".")[2:])


def test_judging_beside_judge_is_held_by_the_import_contract():
    """Claim: what a judge.py takes from its room calls itself pure, and what does is a source of "Judging does no I/O"."""
    text = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [
        one for one in text["tool"]["importlinter"]["contracts"] if one["name"].startswith("Judging does no I/O")
    ]
    modules = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in PURE if file.is_relative_to(JOBS)
    }
    beside = {
        name: {
            node.module
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("harness.jobs.")
            and not node.module.endswith(".values") and (ROOT / node.module.replace(".", "/")).with_suffix(".py").is_file()
        }
        for name, file in modules.items()
    }  # fmt: skip
    assert unheld(set(modules), beside, set(contract["source_modules"]) & set(modules)) == []


def test_judging_that_no_contract_holds_is_seen():
    judging = {"harness.jobs.week.judge", "harness.jobs.week.told"}
    beside = {"harness.jobs.week.judge": {"harness.jobs.week.due"}}
    assert unheld(judging, beside, {"harness.jobs.week.told"}) == ["harness.jobs.week.due"]
    assert unheld(judging, beside, {"harness.jobs.week.due"}) == ["harness.jobs.week.told"]


def test_work_of_a_verb_and_a_clock_are_seen():
    source = """
def verb(path):
    with open(path) as one, path.open() as other:
        os.kill(1, signal.SIGTERM)
    path.parent.mkdir()
    path.read_text()
    asyncio.run(serve())
    return datetime.now(UTC), time.monotonic()
"""
    verb = done_by(source, FILES, {"os", "signal", "asyncio", "select"})
    assert verb == [
        "3: open(", "3: path.open(", "4: os.kill", "4: signal.SIGTERM", "5: path.parent.mkdir(", "6: path.read_text(", "7: asyncio.run",
    ]  # fmt: skip
    assert done_by(source, CLOCKS, {"time"}) == ["8: datetime.now(", "8: time.monotonic"]


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
