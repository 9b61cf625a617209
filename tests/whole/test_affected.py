"""`verify --affected` on a whole stack: the cells that can see a change, all where nobody can say, none where nothing changed."""

from __future__ import annotations

import ast
import json
import os
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests import preloaded
from tests.looking import LIMIT_S
from tests.whole import workshop
from tests.whole.workshop import Told, Workshop

pytestmark = pytest.mark.stack

PATIENCE_S = 3000
LINKS = "backend/igny8_core/ai/functions/link_content.py"
NEVER = "backend/igny8_core/business/automation/services/schedule.py"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Workshop:
    """The backend with the scenarios of one module, of which one run noted what each cell runs."""
    shop = workshop.set_up(tmp_path_factory.mktemp("affected") / "shop", cache, copies=("scenarios",))
    for path in (shop.folder / "scenarios").iterdir():
        if path.is_dir() and path.name not in ("linker", "declared"):
            shutil.rmtree(path)
        elif path.suffix == ".toml":
            path.unlink()
    told = shop.harness("verify", "--affected")
    assert told.code == 1, told.out + told.err  # less is driven than was accepted
    assert told.out.splitlines()[:3] == [
        "affected: 17 of 17 cells, by what changed",
        "  no run: all of them: none was kept that notes what each cell runs",
        "  what each cell runs is noted for the next time, which makes this run slower",
    ]
    told = shop.harness("golden", "accept", "*", "--surface", "--unattended", "--why", "links alone")
    assert told.code == 0, told.out + told.err
    told = shop.harness("verify", "--affected")
    assert told.code == 0, told.out + told.err
    assert (
        "  a check of the whole run did not pass then: all of them: only a whole run can tell" in told.out.splitlines()
    )
    return shop


def affected(shop: Workshop, path: str, old: str, new: str) -> Told:
    before = (shop.folder / path).read_text()
    shop.edit(path, old, new)
    try:
        return shop.harness("verify", "--affected")
    finally:
        (shop.folder / path).write_text(before)


def test_nothing_is_driven_where_nothing_changed(shop: Workshop):
    """Claim: also for a comment; exit code 0, and no verdict is claimed."""
    for old, new in (("import re\n", "import re\n"), ("import re\n", "import re  # patterns\n")):
        told = affected(shop, LINKS, old, new)
        assert (told.code, told.out.splitlines()[-1]) == (0, "nothing to drive"), told.out + told.err
        assert "PASS" not in told.out


def test_a_mistake_is_told_by_the_cells_that_run_it(shop: Workshop):
    """Claim: of seventeen cells those are driven that enter the branch, and they fail; what is told is of a part."""
    told = affected(shop, LINKS, "content.content_html = html\n", 'content.content_html = f"{html} "\n')
    assert told.code == 1, told.out + told.err
    assert (
        told.out.splitlines()[1] == "  igny8_core/ai/functions/link_content.py:LinkContentFunction.save_output: 2 cells"
    )
    assert told.out.splitlines()[-1] == "FAIL: 2 checks failed; credits are as locked, 2 surfaces changed"
    assert "driven        2 cells of 1 scenario" in told.out


def test_a_golden_is_of_its_own_cells(shop: Workshop):
    """Claim: a scenario, its golden, surface and cassettes decide its own cells."""
    path = shop.folder / "scenarios/linker/refused.golden.toml"
    before = path.read_text()
    path.write_text(f"{before}# read again\n")
    try:
        told = shop.harness("verify", "--affected", "--plan", "--json")
    finally:
        path.write_text(before)
    assert json.loads(told.out)["cells"] == ["linker/refused@manual", "linker/refused@direct"]


def test_code_that_no_cell_runs_is_not_green(shop: Workshop):
    """Claim: exit code 1, what it is, and that nothing was judged."""
    told = affected(shop, NEVER, "+ months, 12)", "+ months, 13)")
    assert (told.code, "PASS" in told.out) == (1, False), told.out + told.err
    lines = told.out.splitlines()
    assert lines[1] == "  igny8_core/business/automation/services/schedule.py:_months_later: no cell runs it"
    assert lines[-1].startswith("FAIL: no cell runs what changed, and nothing was judged")


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("backend/igny8_core/notes.txt", "x", "it is new"),
        ("backend/igny8_core/ai/new.py", "x = 1\n", "it is new"),
        ("scenarios/findings.toml", "format = 1\n", "every cell depends on it"),
    ],
)
def test_where_nobody_can_say_all_are_driven(shop: Workshop, path: str, text: str, why: str):
    """Claim: for a file that is new, and for one that all cells depend on; why is told."""
    (shop.folder / path).write_text(text)
    try:
        told = shop.harness("verify", "--affected", "--plan", "--json")
    finally:
        (shop.folder / path).unlink()
    body = json.loads(told.out)
    assert len(body["cells"]) == 17
    assert [(one["cells"], one["why"]) for one in body["affected"]["changes"]] == [(None, why)]


def test_watching_drives_what_can_see_what_was_saved_until_ctrl_c(shop: Workshop):
    """Claim: once at the beginning, then for each change; a run of the project's own is no change; Ctrl-C ends it with 130."""
    path = shop.folder / LINKS
    before = path.read_text()
    words = [*workshop.COMMAND, "watch", "--vary", "none"]
    with preloaded.Program(
        words, cwd=shop.folder, env=shop.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            assert until_it_waits(process)[-2:-1] == ["nothing to drive"]
            path.write_text(before.replace("content.content_html = html\n", 'content.content_html = f"{html} "\n'))
            told = until_it_waits(process)
            assert told[:2] == ["", "saved: link_content.py"]
            assert told[-1].startswith("exit code 1 after ")
            assert "driven        2 cells of 1 scenario at phase 0: 0 passed, 2 failed, 0 unknown" in told
            path.write_text(before)
            assert until_it_waits(process)[-2:-1] == ["nothing to drive"]
        finally:
            path.write_text(before)
            os.killpg(process.pid, signal.SIGINT)
        assert process.wait(LIMIT_S) == 130


def until_it_waits(process: subprocess.Popen[str]) -> list[str]:
    """What it says until it waits for a change."""
    told: list[str] = []
    while not (told and told[-1].endswith("waiting for a change, Ctrl-C ends")):
        line = process.stdout.readline()
        assert line, told
        told.append(line.rstrip("\n"))
    return told


EDITS, MOST = 8, 40
"""How many edits are made, and how many cells may be affected: where nearly all are, nothing can be left out."""


@pytest.mark.proof
def test_no_cell_that_tells_a_random_edit_is_left_out(tmp_path: Path, cache: Path):
    """Claim: whatever one line of a function is made to do, each cell that tells it when all are driven is among the affected ones."""
    shop = workshop.set_up(tmp_path / "shop", cache)
    told = shop.harness("verify", "--affected", patience_s=PATIENCE_S)
    assert told.code == 0, told.out + told.err
    seen: dict[str, set[str]] = {}
    left: dict[str, set[str]] = {}
    for path, number, old, new in edits(shop.folder / "backend", random.Random(EDITS)):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join([*lines[: number - 1], new, *lines[number:]]))
        chosen = set(json.loads(shop.harness("verify", "--affected", "--plan", "--json").out)["cells"])
        if 0 < len(chosen) <= MOST:
            what = f"{path.name}:{number} {old.strip()} -> {new.strip()}"
            shop.harness("verify", patience_s=PATIENCE_S)
            verdicts = json.loads((shop.runs / "latest" / "verdict.json").read_text())["verdicts"]
            seen[what] = {one["cell"] for one in verdicts if one["status"] == "fail" and "@" in one["cell"]}
            left[what] = seen[what] - chosen
        path.write_text("".join(lines))
        if len(seen) == EDITS:
            break
    assert {what: cells for what, cells in left.items() if cells} == {}
    assert sum(bool(cells) for cells in seen.values()) > EDITS / 4, seen


def edits(root: Path, chosen: random.Random) -> list[tuple[Path, int, str, str]]:
    """(file, line, what it is, what it becomes) of one-line edits inside functions, in a random order that is always the same."""
    found = []
    for path in sorted(root.rglob("*.py")):
        if {"migrations", "tests"} & set(path.parts):
            continue
        text = path.read_text()
        inside = {
            line
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for line in range(node.body[0].lineno, (node.end_lineno or 0) + 1)
        } - {
            line
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)  # a docstring
            for line in range(node.lineno, (node.end_lineno or 0) + 1)
        }
        for number, line in enumerate(text.splitlines(keepends=True), 1):
            for old, new in REPLACED:
                if number in inside and old in line:
                    made = line.replace(old, new, 1)
                    try:
                        ast.parse(text.replace(line, made, 1))
                    except SyntaxError:
                        continue
                    found.append((path, number, line, made))
    chosen.shuffle(found)
    return found


REPLACED = (
    (" + ", " - "), (" - ", " + "), (" == ", " != "), (" < ", " <= "), (" > ", " >= "), (" and ", " or "), (" is None", " is not None"),
    ("True", "False"), ("False", "True"), ("if ", "if not "), (" * ", " + "), ("credits", "0 * credits"), ("return ", "return None and "),
)  # fmt: skip
