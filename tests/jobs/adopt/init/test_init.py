"""Writing without writing over, describing a bare checkout, what the simulator says, what views read: each without a stack."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from harness.backend import tree
from harness.core.errors import HarnessError, pip_said
from harness.core.look.django import Command
from harness.core.scenario import Ref
from harness.jobs.adopt.init import describe, says, texts, verb
from harness.jobs.adopt.init import run as job
from harness.jobs.adopt.init.press import asked, byhand, callers, handy
from harness.jobs.adopt.init.values import REQUEST, Caller, How, Outcome, Planted, Tried, Way
from harness.jobs.adopt.init.verb import init

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


@pytest.mark.parametrize(
    ("words", "again", "asked"),
    [
        ([], False, ("balance", "workflows", "Accept")),
        (["--no-drive"], False, ("balance", "workflows")),
        ([], True, ("balance", "workflows")),
        (["--from-traffic"], False, ("balance", "workflows", "Accept")),
        (["--from-traffic"], True, ("Accept",)),
        (["--from-traffic", "--no-drive"], True, ()),
    ],
)
def test_only_what_is_used_is_asked_for(words: list[str], again: bool, asked: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    """Claim: where harness.toml stands nobody is asked for the ledger a second time; where nothing is driven, nothing is accepted."""
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "manage.py").write_text("")
    if again:
        (tmp_path / "harness.toml").write_text("format = 1\n")
    monkeypatch.chdir(tmp_path)

    class Enough(Exception):
        """All questions were asked."""

    def enough(*_: Any, **__: Any) -> None:
        raise Enough

    monkeypatch.setattr(job, "drafted", enough)
    monkeypatch.setattr(verb, "_pressed", enough)
    told = CliRunner().invoke(init, words, input="\n" * 9)
    assert isinstance(told.exception, Enough)
    assert [word for word in ("balance", "workflows", "Accept") if word in told.output] == [*asked]


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


SERVICES = '''
def caption(picture_id: int, tone="plain"):
    """Asks, and charges."""
    spend(picture_id, 3)


def introduce(album: "Album", note):
    charge(album)


def spend(studio_id, points):
    return points


def tell(picture_id):
    return picture_id


def _inner(picture_id):
    spend(picture_id, 1)
'''


def test_functions_that_charge_are_found_with_what_they_must_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Claim: those of service modules whose source makes a charge, by name and parameters; what charges nothing, is private or stands elsewhere is none."""
    package = tmp_path / "atelier_of_a_test"
    (package / "deep").mkdir(parents=True)
    for name, text in {
        "__init__.py": "",
        "services.py": SERVICES,
        "views.py": SERVICES,
        "deep/__init__.py": "",
        "deep/broken_service.py": "import nowhere",
    }.items():
        (package / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    found = handy.services(["atelier_of_a_test"], byhand.CHARGING)
    assert [(one["module"], one["name"]) for one in found] == [
        ("atelier_of_a_test.services", "caption"),
        ("atelier_of_a_test.services", "introduce"),
    ]
    assert [(one["name"], one["needed"], one["whole"]) for one in found[0]["parameters"]] == [
        ("picture_id", True, True),
        ("tone", False, False),
    ]


class _World:
    """Two kinds of rows, as a world of models knows them."""

    user = "studios.Person"
    kinds: ClassVar = {"captions.Picture": "picture", "studios.Studio": "studio", "studios.Person": "person"}

    def __init__(self) -> None:
        def field(name: str, kind: str, unique: bool) -> SimpleNamespace:
            return SimpleNamespace(name=name, internal_type=kind, unique=unique)

        self.models = {
            "captions.Picture": SimpleNamespace(fields=(field("title", "CharField", False),)),
            "studios.Studio": SimpleNamespace(
                fields=(field("slug", "SlugField", True), field("plan", "CharField", False))
            ),
            "studios.Person": SimpleNamespace(fields=(field("email", "EmailField", True),)),
        }

    def label(self, name: str) -> str:
        return next((label for label, kind in self.kinds.items() if name.removesuffix("_id") == kind), "")


def _argument(dest: str, **said: Any) -> dict[str, Any]:
    return {"dest": dest, "flag": False, "whole": False, "many": False, "choices": [], "help": "", **said}


def test_a_command_is_given_what_it_must_have():
    """Claim: a row by what people call it or by its key, a choice, a number; where nobody knows what belongs there it is not pressed."""
    look = SimpleNamespace(
        django=SimpleNamespace(
            commands=[Command(name=name, app="captions") for name in ("introduce", "guess", "plain", "seed")]
        )
    )
    told = [
        [
            _argument("studio"),
            _argument("picture", flag=True, whole=True),
            _argument("email"),
            _argument("tone", choices=["plain"]),
            _argument("days", flag=True),
        ],
        [_argument("whatever")],
        [],
    ]
    ways = list(byhand.of_commands(look, told, _World()))
    assert [way.id for way in ways] == ["captions/introduce_by_hand", "captions/plain_by_hand"]
    row = 'apps.get_model("{}").objects.get(pk=${})'
    assert ways[0].code.endswith(
        f'call_command("introduce", {row.format("studios.Studio", "studio")}.slug, picture=$picture, {row.format("studios.Person", "person")}.email, "plain", days=1)'
    )
    assert ways[0].rows == ("studios.Studio", "captions.Picture", "studios.Person")
    assert ways[1].code == 'from django.core.management import call_command\ncall_command("plain")'


def test_a_function_is_called_by_the_names_of_its_parameters():
    """Claim: a key where the name says one, the row itself where an annotation or the bare name does; what begins with the charge is pressed by nobody."""

    def parameter(name: str, **said: Any) -> dict[str, Any]:
        return {"name": name, "needed": True, "model": "", "whole": False, "odd": False, **said}

    told = [
        {
            "module": "captions.services",
            "name": "caption",
            "parameters": [parameter("picture_id", whole=True), parameter("tone", needed=False)],
        },
        {
            "module": "captions.services",
            "name": "introduce",
            "parameters": [parameter("album", model="captions.Picture"), parameter("note")],
        },
        {"module": "quota.services", "name": "spend", "parameters": [parameter("studio_id")]},
        {"module": "captions.services", "name": "odd", "parameters": [parameter("thing")]},
    ]
    first, second = byhand.of_services(told, _World())
    assert first.code.endswith("from captions.services import caption\ncaption(picture_id=$picture)")
    assert second.code.splitlines()[-1].startswith(
        'introduce(album=apps.get_model("captions.Picture").objects.get(pk=$picture), note="'
    )
    assert (first.id, first.path) == ("captions/caption_called", "direct")


def test_who_asks_may_say_where_beside_who():
    """Claim: a token, and the header by which a tenant's row is found, are one caller; the code that makes both is Python."""
    who = Caller(
        name="a token", actor="person", auth={"header": "Authorization: Token {token}", "mint": "result = 'abc'"}
    )
    place = Caller(
        name="a key in X-Studio", actor="studio", token="t", auth={"header": "X-Studio: {token}"}, planted=ROWS[:1]
    )
    both = callers._both(who, place)
    made: dict[str, Any] = {}
    exec(both.auth["mint"], made)
    assert made["result"] == {"Authorization": "Token abc", "X-Studio": "t"}
    assert (both.actor, both.planted) == ("person", ROWS[:1])


def test_a_noxfile_gets_a_session_and_only_once(tmp_path: Path):
    """Claim: what stands there stays, a session comes behind it; one that has it, that is no Python, or that is not there is left alone."""
    text = "import nox\n\n\n@nox.session\ndef tests(session):\n    session.run('true')\n"
    noxfile = tmp_path / "noxfile.py"
    noxfile.write_text(text)
    outcome = Outcome()
    job.write(tmp_path, tmp_path, {"harness.toml": "format = 1\n"}, outcome)
    grown = noxfile.read_text()
    assert grown.startswith(text)
    assert [node.name for node in ast.parse(grown).body if isinstance(node, ast.FunctionDef)] == ["tests", "harness"]
    assert any(name.startswith("noxfile.py") for name in outcome.written)
    for other in (grown, "from nox import session\n", "import nox\ndef harness(: pass\n"):
        assert texts.nox_session(other) == ""
    again = Outcome()
    job.write(tmp_path, tmp_path, {"harness.toml": "format = 1\n"}, again)
    assert (noxfile.read_text(), again.written) == (grown, [])


def _said(words: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch) -> HarnessError:
    """What `harness init` says where it gives up, with nobody at a terminal."""
    (checkout / "manage.py").write_text("")
    monkeypatch.chdir(checkout)
    left = CliRunner().invoke(init, words).exception
    assert isinstance(left, HarnessError)
    return left


def test_a_question_that_nobody_answers_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = _said([], tmp_path, monkeypatch)
    assert (said.code, said.hint) == ("init-no-answer", "harness init --yes takes what is proposed")


@pytest.mark.parametrize("given", ["A_KEY", "=x", "a-b=c"])
def test_what_is_given_must_have_a_name_and_a_value(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert _said(["--yes", "--env", given], tmp_path, monkeypatch).code == "init-env"


def test_what_stands_in_the_way_is_mended_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Claim: before there is a harness.toml no hint speaks of one: what settings need is given to init."""
    seen: list[How] = []

    def refused(checkout: Path, root: Path, how: How, *rest: Any) -> None:
        seen.append(how)
        raise HarnessError("importing settings failed", hint="mend it, or give it what it needs in [target.env]; its traceback ends: x", code="target-import")  # fmt: skip

    monkeypatch.setattr(job, "drafted", refused)
    said = _said(["--yes", "--env", "ZONE=a=b"], tmp_path, monkeypatch)
    assert (said.code, said.hint) == ("init-blocked", "mend it, or give it what it needs with harness init --env NAME=VALUE; its traceback ends: x")  # fmt: skip
    assert dict(seen[0].env) == {"ZONE": "a=b"}


def test_pip_is_heard_where_it_says_what_is_wrong():
    """Claim: the versions that it passed over are no last words."""
    said = "ERROR: Ignored the following versions: 1.0, 2.0\nERROR: No matching distribution found for x==9\n"
    assert pip_said(said) == "ERROR: No matching distribution found for x==9"
