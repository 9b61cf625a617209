"""What the documents tell people to type exists, and the tutorial's scenario is one."""

from __future__ import annotations

import re
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.core.scenario import Do
from tests import commands, generated
from tests.commands import NOT_RUN, RUN, Command, problem, why_not

ROOT = Path(__file__).parents[1]
FOUND = commands.found()


@pytest.mark.parametrize("page", dict.fromkeys(one.page for one in FOUND))
def test_a_command_in_the_documents_exists(page: str):
    """Claim: sessions, verbs, options and their values are those of today: each program's own parser takes the line."""
    wrong = {one.line: said for one in FOUND if one.page == page and (said := problem(one))}
    assert wrong == {}


def test_every_command_is_run_or_says_why_not():
    """Claim: nothing on a page is run by nobody in silence; and neither list holds what no page says."""
    lines = {one.line for one in FOUND}
    assert sorted(line for line in lines if line not in RUN and not why_not(line)) == [], (
        "put it into RUN, or into NOT_RUN with why"
    )
    assert sorted(set(RUN) - lines) == []
    assert (
        sorted(pattern for pattern in NOT_RUN if not any(fnmatchcase(line, pattern) for line in lines - set(RUN))) == []
    )


def test_commands_are_found_wherever_they_stand():
    """Claim: in fenced blocks of any language, in indented blocks, in sentences; a line of a report and a remark are none."""
    page = """Do `harness look`, not `look`.

    ./dev verify      # boot
    harness env   Python 3.11
    DOCKER_HOST=x harness verify --tier docker

```yaml
      - run: ./dev verify --shard ${{ matrix.shard }}/4
```
"""
    assert [(one.line, one.alone) for one in commands.of_text("p", page)] == [
        ("./dev verify --shard 1/4", True),
        ("./dev verify", True),
        ("DOCKER_HOST=x harness verify --tier docker", True),
        ("harness look", False),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("./dev verfy", "no nox session verfy"),
        ('./dev "phase(9)"', "no nox session phase(9)"),
        ("./dev golden accpet x", "no command accpet"),
        ("harness verfy", "no command verfy"),
        ("harness verify --olny x", "verify has no option --olny"),
        ("harness verify --tier dcoker", "verify: Invalid value for '--tier': 'dcoker' is not one of"),
        ("harness verify --shard", "verify: Option '--shard' requires an argument."),
        ("harness shadow 3", "shadow: Missing argument"),
        ("harness look FILE:LINE", "look: Got unexpected extra argument"),
        ("nox -s verfy", "no nox session verfy"),
        ("pip install igny9-harness", "igny9-harness is not igny8-harness"),
        ("pip install 'igny8-harness[inproces]'", "no extra inproces"),
    ],
)
def test_a_command_that_could_not_be_typed_is_found(line: str, said: str):
    """The check is seen to fail."""
    assert problem(Command("p", line, True)).startswith(said)


def test_the_tutorials_scenario_is_one(tmp_path: Path) -> None:
    """The code of the tutorial's third step loads beside the others, and can be asked for on each of its paths."""
    text = (ROOT / "docs" / "tutorial.md").read_text()
    block = text[text.index('    """The second brief') : text.index("`scenarios/asks.py`")]
    shutil.copytree(ROOT / "scenarios", tmp_path / "taught", ignore=shutil.ignore_patterns("__pycache__"))
    code = re.sub(r"^ {4}", "", block, flags=re.MULTILINE)
    (tmp_path / "taught" / "writer" / "second_article.py").write_text(code)
    config = (ROOT / "harness.toml").read_text()
    config = re.sub(
        r'^(cassettes|contracts|rates|answers|root|overlays) = "', rf'\1 = "{ROOT}/', config, flags=re.MULTILINE
    )
    (tmp_path / "harness.toml").write_text(config.replace('scenarios = "scenarios"', 'scenarios = "taught"'))
    taught = scenarios.load(load(tmp_path / "harness.toml"))["writer/second_article"]
    assert [bool(step.on(path)) for path in taught.paths for step in taught.when if isinstance(step, Do)] == [
        True,
        True,
    ]


def test_the_file_and_the_scenario_that_a_team_begins_with_load(tmp_path: Path) -> None:
    """docs/your-backend.md: what stands there is a whole harness.toml, and a scenario that its path has a way for."""
    text = (ROOT / "docs" / "your-backend.md").read_text()
    blocks = [
        re.sub(r"^ {8}", "", one, flags=re.MULTILINE)
        for one in re.findall(r"(?:^ {8}.*\n|^\n(?= {8}))+", text, re.MULTILINE)
    ]
    described, taught = (one.lstrip() for one in blocks if "format = 1" in one or "SCENARIO" in one)
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "manage.py").touch()
    (tmp_path / "scenarios" / "billing").mkdir(parents=True)
    (tmp_path / "harness.toml").write_text(described)
    (tmp_path / "scenarios" / "billing" / "first.py").write_text(taught)
    for folder in ("scenarios", "scenarios/billing"):
        (tmp_path / folder / "__init__.py").touch()
    (scenario,) = scenarios.load(load(tmp_path / "harness.toml")).values()
    asked = [step.on(path).task for path in scenario.paths for step in scenario.when if isinstance(step, Do)]
    assert (scenario.id, [task["name"] for task in asked if task]) == ("billing/first", ["app.tasks.check_schedules"])


def test_every_check_is_on_the_page_of_what_is_looked_at():
    """Claim: in the words of today, of whom it is asked."""
    page = (ROOT / "docs" / "looked-at.md").read_text()
    assert generated.block(page, "checks")[0] == generated.checks(), "python -m tests.generated"


def test_the_numbers_of_the_page_about_the_tests_are_about_those_of_today():
    """Claim: nobody typed them, and none of them is an old one; a quarter more or less is nobody's business."""
    stated = re.findall(
        r"^\| (.+) \| ([\d,]+) \|$",
        generated.block((ROOT / "docs" / "tests.md").read_text(), "numbers")[0],
        re.MULTILINE,
    )
    today = generated.counted()
    assert [what for what, _ in stated] == [*today], "python -m tests.generated"
    off = {what: (said, today[what]) for what, said in stated if generated.far(int(said.replace(",", "")), today[what])}
    assert off == {}, "python -m tests.generated"
    assert generated.far(100, 140)
    assert not generated.far(100, 120)


def test_a_reason_for_not_running_a_command_names_tests_that_are_there():
    """Claim: what is said to be shown elsewhere is shown there."""
    named = {path for why in NOT_RUN.values() for path in re.findall(r"tests/[\w/.]*\w", why)}
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
