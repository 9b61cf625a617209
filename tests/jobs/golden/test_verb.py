"""`harness golden diff | accept | list` on a stored run, in a small project of its own."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

import harness
from harness.backend.description import load
from harness.cli import main
from harness.run.fingerprint import sources
from harness.verb.accepting import CI
from tests.judge.ledgers import lawful_text
from tests.judge.overlapping import LOST, busy
from tests.store.streams import told, write_run
from tests.watched import WATCHED

TOML = """\
format = 1
[target]
name = "small"
root = "."
app = "small"
manage = ["true"]
migrate = ["true"]
[harness]
scenarios = "golden_cases"
rates = "rates.toml"
[providers]
"api.openai.com" = "openai"
[roles]
[tables]
account = { table = "accounts" }
content = { table = "content", lock = ["status"] }
transaction = { table = "transactions" }
usage_log = { table = "usage" }
[ledger.balance]
table = "account"
column = "credits"
account = "id"
[ledger.movements]
table = "transaction"
account = "account_id"
type = "type"
amount = "amount"
balance_after = "balance_after"
operation = "metadata.operation_type"
units = "metadata.units"
[ledger.usage]
table = "usage_log"
account = "account_id"
operation = "operation"
credits = "credits_used"
model = "model"
tokens_in = "tokens_in"
tokens_out = "tokens_out"
cost = "cost_usd"
cost_decimals = 6
units = "metadata.units"
"""

RATES = """\
format = 1
[models."gpt-5.1"]
input_usd_per_1m = "1.25"
output_usd_per_1m = "10.00"
source = "the price list"
[operations]
content_generation = { kind = "tokens", tokens_per_credit = 100, min_credits = 3 }
"""

SCENARIO = """\
from harness.core.scenario import Do, Given, Path, Ref, Row, Scenario

SCENARIO = Scenario(
    id="writer/generate_content",
    title="One article",
    given=Given(rows=(
        Row(kind="account", name="account", values={}),
        Row(kind="api_token", name="owner", values={"account_id": Ref("account")}),
    )),
    when=(Do(operation="generate_content"),),
    paths=(Path.MANUAL, Path.AUTOMATION),
)
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose last run drove both paths of its one scenario."""
    (tmp_path / "golden_cases/writer").mkdir(parents=True)
    for folder in ("golden_cases", "golden_cases/writer"):
        (tmp_path / folder / "__init__.py").write_text("")
    (tmp_path / "golden_cases/writer/generate_content.py").write_text(SCENARIO)
    (tmp_path / "harness.toml").write_text(TOML)
    (tmp_path / "rates.toml").write_text(RATES)
    monkeypatch.chdir(tmp_path)
    for name in CI:
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == "golden_cases"]:
        monkeypatch.delitem(sys.modules, name)
    drive(tmp_path, lawful_text())
    return tmp_path


def drive(project: Path, cell, **start) -> None:
    folder = project / "runs/latest"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.ndjson").unlink(missing_ok=True)
    both = [replace(cell, path=path, cell=f"{cell.scenario}@{path}") for path in ("manual", "automation")]
    write_run(folder / "history.ndjson", [told(one) for one in both], tables=WATCHED, **start)


def run(capsys, *arguments) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit:
        main(["golden", *arguments])
    out, err = capsys.readouterr()
    return exit.value.code, out, err


ACCEPT = ("accept", "writer/generate_content", "--why", "2130 tokens at 100 a credit", "--unattended")


def test_what_is_accepted_says_which_harness_wrote_it(project, capsys):
    """Claim: the version stands in the file, so that a later one can tell its own differences from the backend's."""
    assert run(capsys, *ACCEPT)[0] == 0
    assert (
        f'harness  = "{harness.__version__}"'
        in (project / "golden_cases/writer/generate_content.golden.toml").read_text()
    )


def test_from_no_golden_to_an_accepted_one_and_a_changed_price(project, capsys):
    """diff, accept, diff, a dearer run, diff: the exit code and the credits at each step."""
    code, out, _ = run(capsys, "diff")
    assert code == 1
    assert "writer/generate_content@manual\n  no golden; 22 credits charged\n" in out
    code, out, _ = run(capsys, *ACCEPT)
    assert (code, out) == (
        0,
        "writer/generate_content\n  new: 22 credits charged\n+0 credits on 0 of 1 scenarios, 1 new\n",
    )
    assert run(capsys, "diff")[:2] == (0, "0 of 1 scenarios differ from their goldens at phase 0\n")
    drive(project, lawful_text(((820, 1710),)))
    code, out, _ = run(capsys, "diff", "writer/*")
    assert code == 1
    assert "  26 credits charged where the golden has 22 (+4)\n" in out
    code, out, _ = run(capsys, *ACCEPT)
    assert (code, out.splitlines()[-1]) == (0, "+4 credits on 1 of 1 scenarios")


LOSSY = """\
format = 1
[findings.check-then-deduct]
title = "A deduction is lost"
laws = [1, 2]
shows = { 1 = "account: the balance is #, its # transactions say # (# credits unexplained)", 2 = "* leaves *" }
scenarios = ["writer/race"]
with_workers = 2
evidence = "a run"
"""


def test_a_lost_deduction_is_no_difference_and_is_not_accepted(project, capsys):
    """With four workers and the finding open; with one worker it is a difference as any other."""
    (project / "golden_cases/findings.toml").write_text(LOSSY)
    drive(project, busy())
    run(capsys, *ACCEPT)
    drive(project, LOST, workers=4)
    assert run(capsys, "diff")[:2] == (0, "0 of 1 scenarios differ from their goldens at phase 0\n")
    code, _, err = run(capsys, *ACCEPT)
    assert (code, err.splitlines()[-1]) == (2, " code: golden-overlap")
    drive(project, LOST)
    assert run(capsys, "diff")[0] == 1


def test_nothing_is_accepted_in_ci(project, capsys, monkeypatch):
    """One line, a hint, a code, exit 2, and no file."""
    monkeypatch.setenv("CI", "true")
    code, _, err = run(capsys, *ACCEPT)
    assert code == 2
    assert err == (
        "error: goldens are not accepted in CI\n hint: accept on your machine and commit the file\n code: golden-ci\n"
    )
    assert list(project.rglob("*.golden.toml")) == []


def test_a_run_that_breaks_a_law_is_not_accepted(project, capsys):
    """The charge does not fit the rate card."""
    cell = lawful_text()
    drive(project, replace(cell, usage=(replace(cell.usage[0], credits=21),)))
    code, _, err = run(capsys, *ACCEPT)
    assert code == 2
    assert "code: golden-checks-fail" in err


def test_a_run_of_other_sources_is_not_accepted(project, capsys):
    """What the run drove is named, and no file is written; the same sources are accepted."""
    other = {**sources(load(project / "harness.toml")), "target": "0123456789abcdef"}
    drive(project, lawful_text(), sources=other)
    code, _, err = run(capsys, *ACCEPT)
    assert (code, err.splitlines()[-1]) == (2, " code: golden-sources")
    assert "other sources than those that stand here: target" in err
    assert list(project.rglob("*.golden.toml")) == []
    drive(project, lawful_text(), sources=sources(load(project / "harness.toml")))
    assert run(capsys, *ACCEPT)[0] == 0


def test_two_runs_of_the_same_have_no_noise(project, capsys):
    """By default the last two runs are compared."""
    assert run(capsys, "noise", "runs/latest", "runs/latest")[:2] == (0, "nothing differs\n")


def test_list_names_what_is_missing_and_what_is_left_over(project, capsys):
    """A golden without scenario is as wrong as a scenario without golden."""
    code, out, _ = run(capsys, "list")
    assert (code, out.splitlines()[-1]) == (1, "0 goldens, 1 scenarios without one, 0 goldens without scenario")
    run(capsys, *ACCEPT)
    code, out, _ = run(capsys, "list")
    assert (code, out.splitlines()[0]) == (0, "writer/generate_content  22 credits")
    left = project / "golden_cases/writer/gone.golden.toml"
    left.write_text(
        (project / "golden_cases/writer/generate_content.golden.toml").read_text().replace('generate_content"', 'gone"')
    )
    code, out, _ = run(capsys, "list", "--json")
    assert code == 1
    assert json.loads(out)["unused"] == ["writer/gone"]


def test_a_broken_golden_stops_every_verb_with_one_line(project, capsys):
    """A misspelt key is never skipped."""
    run(capsys, *ACCEPT)
    path = project / "golden_cases/writer/generate_content.golden.toml"
    path.write_text(path.read_text().replace("ledger ", "leger "))
    for verb in (["diff"], ["list"], ACCEPT):
        code, _, err = run(capsys, *verb)
        assert code == 2
        assert "unknown key 'leger' in the golden" in err
        assert "did you mean 'ledger'?" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("diff", "writer/generate_contend"), "golden-no-match"),
        (("diff", "--run", "nowhere"), "run-missing"),
        ((*ACCEPT, "--phase", "3..0"), "golden-deviation"),
        ((*ACCEPT[:3], "short", "--unattended"), "golden-why"),
        ((*ACCEPT[:3], "...........", "--unattended"), "golden-why"),
        ((*ACCEPT[:3], " \u2003\t \u200b \n    ", "--unattended"), "golden-why"),
        (("noise", "runs/latest"), "golden-noise"),
    ],
)
def test_a_wrong_request_is_refused_with_its_code(project, capsys, arguments, said):
    """Exit 2."""
    code, _, err = run(capsys, *arguments)
    assert (code, err.splitlines()[-1]) == (2, f" code: {said}")


@pytest.mark.parametrize(
    "name",
    [
        *CI,
        "BUILD_NUMBER",
        "BUILD_ID",
        "CI_PIPELINE_ID",
        "BITBUCKET_BUILD_NUMBER",
        "KOKORO_BUILD_ID",
        "MY_CI",
        "GITHUB_WORKFLOW_ID",
    ],
)
def test_nothing_is_accepted_in_any_ci(project, capsys, monkeypatch, name):
    """Claim: one variable of any service is enough, and --unattended does not help. Most of these were accepted in."""
    monkeypatch.setenv(name, "17")
    code, _, err = run(capsys, *ACCEPT)
    assert (code, err.splitlines()[-1]) == (2, " code: golden-ci")
    assert list(project.rglob("*.golden.toml")) == []


def test_nothing_is_accepted_where_nobody_looks(project, capsys, monkeypatch):
    """Claim: without a terminal --unattended has to be said; at one it has not."""
    code, _, err = run(capsys, *ACCEPT[:-1])
    assert (code, err.splitlines()[-1]) == (2, " code: accept-unattended")
    assert list(project.rglob("*.golden.toml")) == []
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    assert run(capsys, *ACCEPT[:-1])[0] == 0


def test_a_scenario_deleted_with_its_golden_is_missed(project, capsys):
    """Claim: nothing else is left that could fail; letting it go needs a pattern, a flag and a reason."""
    assert run(capsys, *ACCEPT)[0] == 0
    file = project / "golden_cases/coverage.toml"
    assert '"writer/generate_content" = ["automation", "manual"]' in file.read_text()
    assert run(capsys, *ACCEPT, "--gone")[1:] == (
        "",
        "error: nothing is gone of 'writer/generate_content'\n hint: leave --gone out: what is there is accepted without\n code: coverage-nothing\n",
    )
    for gone in (project / "golden_cases/writer").glob("generate_content.*"):
        gone.unlink()
    (project / "golden_cases/writer/other.py").write_text(SCENARIO.replace("generate_content", "other", 1))
    sys.modules.pop("golden_cases.writer.generate_content")
    with pytest.raises(SystemExit) as left:
        main(["check", "--json"])
    told = json.loads(capsys.readouterr().out)["failures"]
    assert left.value.code == 1
    (missed,) = [one for one in told if one["checker"] == "coverage"]
    assert missed["evidence"] == ["writer/generate_content: there is no such scenario any more"]
    assert run(capsys, *ACCEPT[:3], "   ", "--unattended", "--gone")[2].endswith("code: golden-why\n")
    code, out, _ = run(capsys, *ACCEPT, "--gone")
    assert (code, out) == (0, "writer/generate_content: there is no such scenario any more\n")
    assert "generate_content" not in file.read_text()


def test_what_a_target_says_is_text_in_a_terminal(project, capsys):
    """Claim: nothing of a row or a file is obeyed: ESC, NUL and half a surrogate pair are told as their escapes, in differences and in errors."""
    cell = lawful_text()
    odd = "gpt\x1b[2J\x00\ud83d"
    assert run(capsys, *ACCEPT)[0] == 0
    drive(project, replace(cell, usage=(replace(cell.usage[0], model=odd),)))
    code, out, _ = run(capsys, "diff")
    assert code == 1
    assert "gpt\\x1b[2J\\x00\\ud83d" in out
    assert "\x1b" not in out
    code, _, err = run(capsys, "diff", "no\x1b[2Jsuch\x00name\ud83d")
    assert code == 2
    assert "no\\x1b[2Jsuch\\x00name\\ud83d" in err
    assert "\x1b" not in err
