"""`harness look` as a user runs it, on the reference backend."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from harness.backend.look import read
from harness.jobs.look import report as shown
from tests import compiled, preloaded
from tests.whole.workshop import COMMAND

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def look(tmp_path_factory):
    """look(*words): the finished command, with a cache of its own."""
    cache = tmp_path_factory.mktemp("cache")
    compiled.borrow(cache)

    def ran(*words: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "XDG_CACHE_HOME": os.fspath(cache)}
        return preloaded.run([*COMMAND, "look", *words], cwd=ROOT, env=env)

    ran.cache = cache
    return ran


def test_the_document_and_the_table_are_the_same_cold_and_warm(look):
    """Claim: what was kept is what was found, in both forms, and stderr is empty."""
    cold = look("--json")
    assert (cold.returncode, cold.stderr) == (0, "")
    found = json.loads(cold.stdout)
    assert look("--json").stdout == cold.stdout
    table = look().stdout
    assert look("--fresh").stdout == table
    assert found["celery"]["app"].startswith("igny8_core")
    tasks = [task["name"] for task in found["celery"]["tasks"] if task["own"]]
    routes = [route["template"] for route in found["django"]["routes"] if route["own"]]
    assert tasks
    assert routes
    assert all(f"  {name} " in table for name in (*tasks, *routes))


def test_the_document_holds_no_secret_and_no_place_of_the_run(look):
    """Claim: neither a password nor a key of [target.env], nor a folder or port that is gone when it is read."""
    text = look("--json").stdout
    for secret in ("disposable-stack-only", "sk-replay", "rw-replay", "/dev/shm"):
        assert secret not in text
    server = json.loads(text)["celery"]["broker"]["server"]
    assert (server["host"], server["port"]) == ("127.0.0.1", "6379")


def test_without_namespaces_the_same_is_found(look):
    """Claim: ports of a shared network are told as the usual ones."""
    apart = look("--json", "--fresh", "--isolation", "hook")
    assert (apart.returncode, apart.stderr) == (0, "")
    assert json.loads(apart.stdout) == json.loads(look("--json", "--fresh").stdout)


def test_another_phase_is_another_target(look):
    """Claim: what a phase adds is found there."""
    now, later = json.loads(look("--json").stdout), json.loads(look("--json", "--phase", "5").stdout)
    routes = [{route["template"] for route in one["django"]["routes"]} for one in (now, later)]
    assert routes[0] < routes[1]


def test_a_target_that_cannot_be_imported_is_an_error_in_one_shape(look, tmp_path):
    """Claim: three lines, exit code 2, the target's own file and line."""
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "manage.py").write_text("import nowhere_to_be_found\n")
    text = (ROOT / "harness.toml").read_text().replace('root = "reference/backend"', f'root = "{tmp_path}/backend"')
    text = text.replace('answers = "answers"', 'answers = "answers.py"')
    (tmp_path / "answers.py").write_text("")
    head, _, rest = text.partition("[phases]")
    (tmp_path / "harness.toml").write_text(head + rest[rest.index("[target.env]") :])
    failed = look("--config", os.fspath(tmp_path / "harness.toml"))
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr.splitlines()[0] == (
        "error: starting manage.py failed: ModuleNotFoundError: No module named 'nowhere_to_be_found', in manage.py line 1"
    )
    assert failed.stderr.endswith("code: target-import\n")
    told = look("--json", "--config", os.fspath(tmp_path / "harness.toml"))
    assert json.loads(told.stdout)["error"]["code"] == "target-import"


def test_what_a_target_says_cannot_steer_a_terminal(look):
    """Claim: control characters of names are shown, not sent; a target without Celery has a table too."""
    found = json.loads(look("--json").stdout)
    found["celery"]["tasks"][0]["name"] = "evil\x1b[2J\u202ename"
    told = "\n".join(shown.lines(read.look(found)))
    assert "evil\\x1b[2J\\u202ename" in told
    assert "\x1b" not in told
    assert "CELERY\n  not installed" in "\n".join(shown.lines(read.look({**found, "celery": None})))


def test_a_document_that_others_kept_is_told_as_a_table(look):
    """Claim: where there is a document and no table, the table is made of it: nothing is asked again."""
    table = look().stdout
    for file in look.cache.rglob("*.txt"):
        file.unlink()
    documents = {*look.cache.rglob("looks/*.json")}
    assert look().stdout == table
    assert len([*look.cache.rglob("looks/*.txt")]) == 1
    assert {*look.cache.rglob("looks/*.json")} == documents


@pytest.mark.stack
def test_a_database_is_asked_and_remembered(look):
    """Claim: the catalogue of a migrated database, with nothing of the harness in it; asked once."""
    found = json.loads(look("--json", "--database").stdout)["databases"]["default"]
    names = {table["name"] for table in found["tables"]}
    models = json.loads(look("--json").stdout)
    assert models["databases"]["default"] == found
    assert {model["table"] for model in models["django"]["models"]} <= names
    assert found["schemas"] == ["public"]
    assert [trigger for table in found["tables"] for trigger in table["triggers"]] == []
    for model in models["django"]["models"]:
        table = next(table for table in found["tables"] if table["name"] == model["table"])
        assert table["primary_key"] == model["primary_key"]
        assert {column["name"] for column in table["columns"]} == {field["column"] for field in model["fields"]}
        assert sorted(one["columns"] for one in table["foreign_keys"]) == sorted(
            one["columns"] for one in model["foreign_keys"]
        )
        assert all(column["sequence"] for column in table["columns"] if column["identity"])
