"""`harness score` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.jobs.score import run as job
from harness.jobs.score.values import How
from tests.jobs.score.shops import DRAW_IS_SIX, outcome, shop
from tests.whole import workshop

HEAD = 'kind = "price"\nwhat = "Drawing costs 6."\n'


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """told(how, *words): `harness score` on a shop with one mistake and one refactor; jobs say `how` of what has a patch."""
    shop(tmp_path)
    (tmp_path / "mistakes").mkdir()
    (tmp_path / "mistakes" / "draw.patch").write_text(HEAD + DRAW_IS_SIX)
    (tmp_path / "mistakes" / "same.patch").write_text(
        HEAD + 'role = "neutral"\n' + DRAW_IS_SIX.replace("= 6", "= 2 + 3")
    )

    def ask(how: dict[str, How], *words: str):
        def said(name: str, described: Path, **_: object):
            text = (described.parent / "planted" / "prices.py").read_text()
            found = next((one for mark, one in how.items() if mark in text), How.SURVIVED)
            return outcome(found, *(["law-6"] if found is How.TOLD else []))

        monkeypatch.setattr(job, "ask", said)
        return CliRunner().invoke(
            cli, ["score", "--config", str(tmp_path / "harness.toml"), "--fresh", *words], standalone_mode=False
        )

    return ask


@pytest.mark.parametrize(
    ("how", "words", "code"),
    [
        ({"= 6": How.TOLD}, [], 0),
        ({}, [], 0),
        ({}, ["--at-least", "0.9"], 1),
        ({"= 6": How.TOLD}, ["--at-least", "0.9"], 0),
        ({"= 6": How.TOLD, "2 + 3": How.TOLD}, [], 1),
        ({"= 6": How.TOLD, "2 + 3": How.BOOT}, [], 1),
    ],
)
def test_the_exit_code(how: dict[str, How], words: list[str], code: int, told):
    """Claim: 0 once all is measured, whatever survived; 1 below what was asked for, and where a refactor alarms."""
    done = told(how, *words)
    assert done.exception is None
    assert done.return_value == code


def test_the_document_is_all_of_stdout(told):
    found = json.loads(told({"= 6": How.TOLD}, "--json").output)
    assert (found["score"]["told"], found["score"]["of"], found["neutral"]) == (1, 1, {"told": 1, "of": 1})


def test_an_unknown_job_is_refused(told):
    assert "verfy is none of verify, week" in str(told({}, "--jobs", "verfy").exception)


def test_one_patch_is_left_to_be_looked_at(told, tmp_path: Path):
    """Claim: the copy stays, nobody is asked, and the command that drives it is said; several patches, or a full folder, are refused."""
    place = tmp_path / "looked" / "at"
    done = told({}, "--only", "draw", "--plant", str(place))
    assert f"harness verify --config {place}/harness.toml" in done.output
    assert "DRAW = 6" in (place / "planted" / "prices.py").read_text()
    for words, says in {("draw",): "is not empty", ("*",): "cannot leave 2 patches"}.items():
        refused = told({}, "--only", *words, "--plant", str(place)).exception
        assert says in str(refused)
        assert refused.code == "score-plant"


@pytest.mark.stack
@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_a_mistake_is_told_and_a_refactor_is_not_by_the_whole_of_verify():
    """Claim: on real stacks, every cell: the target passes, a charge that is rounded down is told by the golden and a law,
    and a local that was renamed is left in peace."""
    words = ("--only", "seeded/rounded_down_instead_of_up", "--only", "neutral/a_local_renamed", "--json", "--fresh")
    done = workshop.in_repository("score", *words, patience_s=1700)
    assert done.code == 0, done.out + done.err
    found = json.loads(done.out)
    assert (found["score"]["told"], found["neutral"], found["golden_alone"]) == (1, {"told": 1, "of": 1}, [])
    (rounded,) = (one for one in found["patches"] if one["role"] == "mistake")
    assert {"golden", "law-6"} <= {one["check"] for one in rounded["by"]}
