"""The last part of docs/your-backend.md, done as it stands there: its files, its commands, its lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.whole.workshop import REPOSITORY, Told, Workshop

PATIENCE_S = 1500
_FILE = re.compile(r"^`([\w./]+)`(?:, empty)?:\n\n((?:    .*\n|\n(?=\n*    ))*)", re.MULTILINE)
_BLOCK = re.compile(r"(?:^ {4}.*\n|^\n(?=\n* {4}))+", re.MULTILINE)


def page() -> str:
    text = (REPOSITORY / "docs" / "your-backend.md").read_text()
    return text[text.index("## From nothing") :]


def plain(block: str) -> str:
    return re.sub(r"^ {4}", "", block, flags=re.MULTILINE).strip("\n")


def written(folder: Path) -> list[str]:
    """Every file of the page, as it stands there; their names."""
    for name, block in _FILE.findall(page()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(plain(block) + "\n")
    return [name for name, _ in _FILE.findall(page())]


def shown(behind: str) -> list[str]:
    """The lines of the first block behind those words."""
    _, _, rest = page().partition(behind)
    found = _BLOCK.search(rest)
    assert found is not None, behind
    return plain(found[0]).splitlines()


def test_the_files_of_the_page_are_read_as_they_stand(tmp_path: Path):
    """Claim: nothing is left out between the page and what the test below builds; every file of Python compiles."""
    names = written(tmp_path)
    assert len(names) == page().count("`:\n") + page().count("`, empty:\n") > 8
    for name in names:
        if name.endswith(".py"):
            compile((tmp_path / name).read_text(), name, "exec")
    assert (tmp_path / "rooms" / "tasks.py").read_text().count("PRICE = 3\n") == 1
    assert shown("in `rooms/tasks.py`,") == ["PRICE = 4"]


@pytest.mark.slow
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
def test_from_nothing_to_a_run_that_is_red_for_a_good_reason_and_green_again(tmp_path: Path, cache: Path):
    """Claim: what the page builds comes to green with the one command, and says what the page says; a wrong price is red, in the page's words."""
    backend = tmp_path / "cafe"
    backend.mkdir()
    written(backend)
    shop = Workshop(folder=backend, cache=cache)

    def verified() -> Told:
        return shop.harness("verify", "--vary", "quick", patience_s=PATIENCE_S)

    first = shop.harness("init", "--yes", patience_s=PATIENCE_S)
    assert first.code == 0, first.out + first.err
    said = [line.strip() for line in first.out.splitlines()]
    assert [line for line in shown("says, among more,") if line not in said] == [], first.out
    green = verified()
    assert (green.code, green.out.splitlines()[-1]) == (0, "PASS"), green.out + green.err
    tasks = backend / "rooms" / "tasks.py"
    right = tasks.read_text()
    tasks.write_text(right.replace("PRICE = 3", "".join(shown("in `rooms/tasks.py`,"))))
    red = verified()
    assert red.code == 1, red.out + red.err
    wanted = shown("exit code 1, and says")
    assert red.block(wanted[0].removeprefix("FAIL "))[: len(wanted) - 1] == wanted[1:], red.out
    tasks.write_text(right)
    again = verified()
    assert (again.code, again.out.splitlines()[-1]) == (0, "PASS"), again.out + again.err


@pytest.mark.slow
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
def test_what_differs_by_chance_is_freed_with_what_was_seen(tmp_path: Path, cache: Path):
    """Claim: two columns of the page's backend that are others in each run are proposed, each with a reason and marked; then no difference is left, and a
    wrong price is red all the same."""
    backend = tmp_path / "cafe"
    backend.mkdir()
    written(backend)
    shop = Workshop(folder=backend, cache=cache)
    said = '("greeting", models.TextField(blank=True)),'
    shop.edit(
        "rooms/migrations/0001_initial.py",
        said,
        said + '("trace", models.CharField(max_length=40)), ("took_ms", models.IntegerField(default=0)),',
    )
    said = "greeting = models.TextField(blank=True)"
    shop.edit(
        "rooms/models.py",
        said,
        said + "; trace = models.CharField(max_length=40); took_ms = models.IntegerField(default=0)",
    )
    shop.edit("rooms/tasks.py", "import os\n", "import os\nimport random\n")
    said = "room.beans -= PRICE"
    shop.edit(
        "rooms/tasks.py",
        said,
        said
        + '; room.took_ms = random.getrandbits(20) + 5000; room.trace = "".join(sorted("abcdefgh", key=lambda one: hash((one, random.random()))))',
    )
    first = shop.harness("init", "--yes", patience_s=PATIENCE_S)
    assert first.code == 0, first.out + first.err
    assert "differ in 2 places: freed in harness.toml, each to be looked at" in first.out
    freed = (backend / "charges" / "harness.toml").read_text().partition("[free]\n")[2].splitlines()
    assert [line.partition(" = ")[0] for line in sorted(freed)] == ['"rooms_room.took_ms"', '"rooms_room.trace"']
    assert all("differs from run to run, harness init saw: " in line and line.endswith("# look") for line in freed)
    for _ in range(2):
        told = shop.harness("verify", patience_s=PATIENCE_S)
        assert (told.code, told.out.splitlines()[-1]) == (0, "PASS"), told.out + told.err
    shop.edit("rooms/tasks.py", "PRICE = 3", "PRICE = 4")
    assert shop.harness("verify", patience_s=PATIENCE_S).code == 1


@pytest.mark.slow
@pytest.mark.stack
@pytest.mark.timeout(PATIENCE_S)
def test_where_nothing_falls_the_lines_to_write_are_shown(tmp_path: Path, cache: Path):
    """Claim: a balance that no name and no fall shows is told as what it may be, in lines that harness.toml takes as they stand."""
    backend = tmp_path / "cafe"
    backend.mkdir()
    written(backend)
    shop = Workshop(folder=backend, cache=cache)
    shop.edit("rooms/tasks.py", "PRICE = 3", "PRICE = 0")
    told = shop.harness("init", "--yes", "--no-drive", patience_s=PATIENCE_S)
    said = told.out.splitlines()
    at = said.index("  rooms.Room.beans:")
    assert said[at + 1 : at + 4] == [
        "      [ledger]", '      accounts = "room"', '      balance = { table = "room", column = "beans", account = "id" }',
    ], told.out  # fmt: skip
    assert any(line.startswith("no balance was found") for line in said[:at])
    before = shop.harness("doctor", patience_s=PATIENCE_S)
    assert "if it is one of these" in before.out
    description = backend / "charges" / "harness.toml"
    description.write_text(description.read_text() + "\n" + "\n".join(line.strip() for line in said[at + 1 : at + 4]) + "\n")  # fmt: skip
    after = shop.harness("doctor", patience_s=PATIENCE_S)
    assert "nobody says where balances stand" not in after.out
    assert re.search(r"fine\s+ledger: .*balance", after.out), after.out
