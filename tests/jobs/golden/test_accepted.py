"""What was accepted is read from the commits of a repository: by whom, when, why, and in credits."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.core.errors import HarnessError
from harness.core.golden import Deviation, Golden
from harness.core.golden.coverage import Coverage
from harness.jobs.golden import accepted
from harness.jobs.golden import report as shown
from harness.store import coverages, goldens
from tests.jobs.golden.stored_runs import CHEAP, DEAR, WHY

ID = "writer/generate_content"
FIRST = Golden(scenario=ID, why=WHY, outcome=CHEAP)
BOTH = Coverage(why="x", scenarios={ID: ("manual",), "writer/gone": ("manual",)}, tables=("a",), checks=("http",))


@pytest.fixture
def project(tmp_path: Path):
    """commit(who, day, **files): files below the scenario folder, None for one that goes; a repository in which scenarios are not at the top."""
    folder = tmp_path / "below" / "scenarios"
    folder.mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "main")

    def commit(who: str, day: int, files: dict[str, str | None]) -> None:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        git(tmp_path, "add", "-A")
        when = f"2026-11-{day:02}T12:00:00+01:00"
        git(tmp_path, "commit", "-qm", "x", "--allow-empty", who=who, when=when)

    return SimpleNamespace(config=SimpleNamespace(scenarios=folder), commit=commit)


def git(folder: Path, *words: str, who: str = "Nobody", when: str = "") -> None:
    own = {
        "GIT_AUTHOR_NAME": who,
        "GIT_AUTHOR_EMAIL": "a@b.example",
        "GIT_COMMITTER_NAME": who,
        "GIT_COMMITTER_EMAIL": "a@b.example",
    }
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when} if when else {}
    subprocess.run(["git", *words], cwd=folder, env={**os.environ, **own, **dates}, check=True, capture_output=True)


def file(golden: Golden) -> dict[str, str | None]:
    return {f"{ID}{goldens.SUFFIX}": goldens.text_of(golden)}


def test_a_price_that_changed_is_told_with_its_reason(project):
    """Claim: who, when, why, credits; what locks nothing is left out, and so is what came before."""
    project.commit("Ann", 1, file(FIRST))
    project.commit("Bert", 2, {"world.py": "A = 1"})
    project.commit("Bert", 3, file(replace(FIRST, outcome=DEAR, why="articles cost 4 credits more since Monday")))
    (one,) = accepted.log(project.config, "HEAD~1..HEAD")
    assert (one.who, one.when, one.scenario) == ("Bert", "2026-11-03T12:00:00+01:00", ID)
    assert (one.credits_delta, one.why) == (4, "articles cost 4 credits more since Monday")
    assert any("26 credits charged" in line for line in one.lines)
    first, last = accepted.log(project.config, "HEAD")
    assert (first.credits_delta, first.lines, last) == (22, ("new",), one)
    told = shown.log_lines([first, last])
    assert told[0].startswith("2026-11-01 12:00  ")
    assert told[0].endswith("  Ann")
    assert f"  {ID}: +22 credits, {WHY}" in told
    assert told[-1] == "+26 credits on 1 scenario; 2 changes in 2 commits, by Ann, Bert"
    assert shown.log_document([one])["changes"][0]["credits_delta"] == 4


def test_deviations_surfaces_and_what_is_let_go_are_told_too(project):
    deviating = replace(FIRST, deviations=(Deviation(why="before phase 4 it was dearer", phases=(0, 3), paths=(), until=4, parts={"ledger": DEAR.ledger}),))  # fmt: skip
    surface = f"# surface 1: written\n{accepted.WHY}a message more\n[manual]\n"
    project.commit("Ann", 1, {**file(FIRST), "coverage.toml": coverages.text_of(BOTH)})
    less = replace(BOTH, why="nobody buys it", scenarios={ID: ("manual",)})
    project.commit("Ann", 2, {**file(deviating), f"{ID}.surface": surface, "coverage.toml": coverages.text_of(less)})
    told = {(one.scenario, one.why): one for one in accepted.log(project.config, "HEAD~1..HEAD")}
    assert told[ID, "before phase 4 it was dearer"].lines == ("deviation: before phase 4 it was dearer",)
    assert told[ID, "a message more"].lines == ("a surface",)
    assert told["what is driven", "nobody buys it"].lines == ("writer/gone: there is no such scenario any more",)


def test_a_golden_that_went_takes_its_credits_along(project):
    project.commit("Ann", 1, file(FIRST))
    project.commit("Bert", 2, {f"{ID}{goldens.SUFFIX}": None})
    (one,) = accepted.log(project.config, "HEAD~1..HEAD")
    assert (one.credits_delta, one.lines) == (-22, ("the golden is gone",))
    assert "no reason is given" in shown.log_lines([one])[1]


def test_a_golden_of_another_format_is_told_without_credits(project):
    project.commit("Ann", 1, {f"{ID}{goldens.SUFFIX}": "format = 1\n"})
    project.commit("Ann", 2, file(FIRST))
    assert [one.credits_delta for one in accepted.log(project.config, "HEAD")] == [None, None]


@pytest.mark.parametrize("span", ["no-such-ref..HEAD", "--output=written"])
def test_what_git_does_not_know_is_one_line(project, span):
    project.commit("Ann", 1, file(FIRST))
    with pytest.raises(HarnessError, match="git cannot tell") as told:
        accepted.log(project.config, span)
    assert told.value.code == "golden-git"
    assert not (project.config.scenarios / "written").exists()
