"""What a verb and what judges may do: a verb no work and no document, judging no file and no clock."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

from tests.tree import JOBS, ROOT, docstring, ids

VERBS = sorted(JOBS.rglob("verb.py"))
PURE_WORD = "Pure."
"""So a docstring says that a part of a job's judging, which stands beside judge.py, is pure as that is."""


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
