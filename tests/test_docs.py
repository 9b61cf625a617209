"""What the documents tell people to type exists, and the tutorial's scenario is one."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.cli import cli
from harness.core.scenario import Do

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# `harness env` begins a line of a report, and is no command.
COMMAND = re.compile(
    r"^ {4}(?:[A-Z_]+=\S+ )*((?:\./dev|harness) (?!env  ).+)$|`((?:\./dev|harness) [^`]+)`", re.MULTILINE
)


def commands() -> list[tuple[str, str]]:
    """(document, command) for every command line in a code block or in backticks."""
    found = []
    for path in DOCUMENTS:
        for block, inline in COMMAND.findall(path.read_text()):
            line = (block or inline).split("  ")[0].split(" #")[0].strip()
            found.append((path.name, line))
    return found


def problem_with(line: str) -> str:
    """What is wrong with a command line; "" when every word of it exists."""
    words = shlex.split(line)
    if words[0] == "./dev":
        sessions = set(re.findall(r"^def ([a-z]+)\(session", (ROOT / "noxfile.py").read_text(), re.MULTILINE))
        name = re.sub(r"\(.*\)", "", words[1])
        if name not in sessions:
            return f"no nox session {name}"
        verb = {"verify": "verify", "golden": "golden", "record": "record"}.get(name)
        words = ["harness", *([verb] if verb else []), *words[2:]]
        if verb is None:
            return ""
    return _problem(cli, words[1:])


def _problem(command: click.Command, words: list[str]) -> str:
    context = click.Context(command)
    if isinstance(command, click.Group):
        if not words or words[0].startswith("-"):
            return ""
        inner = command.get_command(context, words[0].split("|")[0])
        return f"no command {words[0]}" if inner is None else _problem(inner, words[1:])
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for word in words:
        if word == "--":
            return ""
        if word.startswith("--") and word.split("=")[0] not in known | {"--help"}:
            return f"{command.name} has no option {word}"
    return ""


@pytest.mark.parametrize(("document", "line"), commands())
def test_a_command_in_the_documents_exists(document: str, line: str) -> None:
    """Sessions, verbs and options are those of today."""
    assert problem_with(line) == ""


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("./dev verfy", "no nox session verfy"),
        ("harness verfy", "no command verfy"),
        ("harness verify --olny x", "verify has no option --olny"),
        ("./dev golden accpet x", "no command accpet"),
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str, problem: str) -> None:
    """The check is seen to fail."""
    assert problem_with(line) == problem


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
