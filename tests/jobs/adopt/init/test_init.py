"""Writing without writing over, describing a bare checkout, what the simulator says, what views read: each without a stack."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.backend import tree
from harness.core.scenario import Ref
from harness.jobs.adopt.init import asked, describe, says, texts
from harness.jobs.adopt.init import run as job
from harness.jobs.adopt.init.values import REQUEST, Caller, Outcome, Planted, Tried, Way

WAY = Way(id="desk/polish", title="POST /w/{workspace}/polish/", path="manual", kind=REQUEST, what="/w/$workspace/polish/", method="POST", body={"text": 'say "it"', "ids": ["$text", "$text_2"]})  # fmt: skip
ROWS = (
    Planted(name="workspace", model="desk.Workspace", values={"name": "W"}),
    Planted(name="user", model="auth.User", values={"place": {"ref": "workspace"}, "extra": {"a": [1, None]}}),
)
TRIED = Tried(way=WAY, planted=ROWS, status=202, charged="4", moved=True, calls=("openai",))


def test_a_written_scenario_is_the_one_that_was_pressed(tmp_path: Path):
    """Claim: the file is a scenario of the same rows, request, caller and tape."""
    text = texts.scenario(TRIED, Caller(name="a key", actor="user", token="t"), " credits")
    found: dict = {}
    exec(compile(text, "scenario.py", "exec"), found)
    one = found["SCENARIO"]
    assert one.when == (WAY.action,)
    assert [row.name for row in one.given.rows] == ["workspace", "user"]
    assert one.given.rows[1].values == {"place": Ref("workspace"), "extra": {"a": [1, None]}}
    assert (one.given.actor, dict(one.given.tokens), one.tape) == ("user", {"user": "t"}, ("openai/desk/polish",))


def test_a_description_is_short_and_says_what_is_a_guess():
    """Claim: at most 40 lines that any TOML reader takes; a part that charges have shown is sure, another is marked."""
    raw = {
        "format": 1, "target": {"root": "server", "env": {"A_KEY": "x"}}, "auth": {"mint": "result = 'x'"},
        "ledger": {"unit": "cents", "balance": {"table": "till", "column": "cents"}, "movements": {"table": "entry", "amount": "cents"}},
    }  # fmt: skip
    sure = {"balance": "sure: it fell", "movements": "likely: by its name"}
    text = texts.harness_toml(raw, {"target.env.A_KEY": "made up"}, sure)
    assert tomllib.loads(text) == raw
    assert len(text.splitlines()) <= 40
    assert texts.marked(text) == 1
    assert 'A_KEY = "x"  # made up' in text


def test_nothing_is_written_over_and_a_second_run_shows_the_difference(tmp_path: Path):
    """Claim: what somebody wrote stays byte for byte; what init would have otherwise is a diff; .gitignore only grows."""
    made = {"harness.toml": "format = 1\nnew\n", "scenarios/a/b.py": "x = 1\n"}
    (tmp_path / "harness.toml").write_text("format = 1\nmine\n")
    (tmp_path / ".gitignore").write_text("runs\n*.pyc")
    outcome = Outcome()
    job.write(tmp_path, tmp_path, made, outcome)
    assert (tmp_path / "harness.toml").read_text() == "format = 1\nmine\n"
    assert (outcome.written, outcome.kept) == (["scenarios/a/b.py", ".gitignore"], ["harness.toml"])
    assert "-mine" in outcome.differences
    assert "+new" in outcome.differences
    assert (tmp_path / ".gitignore").read_text() == "runs\n*.pyc\n.harness/\n"
    again = Outcome()
    job.write(tmp_path, tmp_path, {**made, "harness.toml": "format = 1\nmine\n"}, again)
    assert (again.written, again.differences) == ([], "")


@pytest.mark.parametrize(
    ("files", "root", "project", "python"),
    [
        (["manage.py", "requirements.txt"], ".", "charges", ""),
        (["server/manage.py", "requirements/base.txt"], "server", ".", "requirements/base.txt"),
        (["src/app/manage.py", "pyproject.toml"], "src/app", ".", "harness.requirements.txt"),
        (["backend/manage.py", ".venv/pyvenv.cfg"], "backend", ".", ".venv"),
    ],
)
def test_a_bare_checkout_is_found_its_way_in(files: list[str], root: str, project: str, python: str, tmp_path: Path):
    """Claim: wherever manage.py and the requirements stand; the project is never a part of the backend's own code."""
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(
            '[project]\nname = "x"\ndependencies = ["django>=5", "celery"]\n' if "toml" in name else ""
        )
    (found,) = describe.roots(tmp_path)
    assert found == tmp_path / root
    where = describe.project_of(tmp_path, found)
    assert where == tmp_path / project
    made: dict[str, str] = {}
    assert describe._python(tmp_path, where, found, made) == python
    if made:
        assert made[describe.OF_PYPROJECT].endswith("django>=5\ncelery\n")


def test_poetry_says_versions_in_its_own_way():
    assert describe._poetry("django", "^5.2") == "django>=5.2,<6"
    assert describe._poetry("redis", "~4.6") == "redis>=4.6,<4.7"
    assert describe._poetry("celery", {"version": "*", "extras": ["redis"]}) == "celery[redis]"
    assert describe._poetry("x", "^0.3.1") == "x>=0.3.1,<0.4"


def test_what_drives_a_backend_is_no_part_of_it(tmp_path: Path):
    """Claim: a golden more below the backend's own folder is no other backend."""
    (tmp_path / "app.py").write_text("x = 1\n")
    before = [name for name, _, _ in tree.files(str(tmp_path))]
    (tmp_path / "charges" / "scenarios").mkdir(parents=True)
    (tmp_path / "charges" / "harness.toml").write_text("format = 1\n")
    (tmp_path / "charges" / "scenarios" / "a.py").write_text("y = 2\n")
    assert [name for name, _, _ in tree.files(str(tmp_path))] == before
    assert [name for name, _, _ in tree.files(str(tmp_path / "charges"))] == ["harness.toml", "scenarios/a.py"]


def said(text: str, **more: object) -> object:
    return says.chat(SimpleNamespace(text=text, json=more))


def test_the_example_of_a_prompt_is_given_back():
    """Claim: the largest JSON object that a prompt shows, its elisions left out; HTML where HTML is asked for; else the simulator's own."""
    shown = said(
        'Cluster these. Return JSON:\n{"clusters": [{"name": "...", "words": ["a", "b", ...]}], }\nNever {"x": 1}.'
    )
    assert shown == {"clusters": [{"name": says.SENTENCES, "words": ["a", "b"]}]}
    assert said("Write an article in HTML.") == says.HTML
    assert said("Write a line.") is None
    assert said('{"a": "b"}', response_format={"type": "json_schema"}) is None


LANGUAGES = {"DE", "FR"}


def given(request):
    return request


def view(request):
    body = given(request)
    text, target = body.get("text"), body.get("target", "EN")
    if target not in LANGUAGES or not request.POST["count"]:
        return None
    return text, body.get("tags", [])


def test_what_a_view_reads_of_a_request_is_known():
    """Claim: keys of the body through whatever name it goes by, which of them are needed, and what one must be among."""
    found = asked._view(view, "POST", "")
    assert {name: one["needed"] for name, one in found["keys"].items()} == {"text": True, "target": False, "count": True, "tags": True}  # fmt: skip
    assert found["keys"]["target"]["choices"] == ["DE", "FR"]
