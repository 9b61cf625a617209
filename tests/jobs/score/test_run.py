"""A catalogue measured with a job that is made up: what is kept, what is measured again, and what stops it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.jobs.score import asked, kept
from harness.jobs.score import run as job
from harness.jobs.score.values import NEUTRAL, How, Outcome
from tests.jobs.score.shops import DRAW_IS_SIX, entry, outcome, shop

WRITE_IS_FREE = DRAW_IS_SIX.replace("DRAW = 5", "DRAW = 5\n-WRITE = 2", 1).replace(
    "+DRAW = 6\n WRITE = 2\n", "+DRAW = 5\n+WRITE = 0\n"
)


@dataclass(slots=True)
class Job:
    """Tells what costs another price than 5 for drawing. `asked` are the prices that it saw."""

    asked: list[str] = field(default_factory=list)
    says: Callable[[str], Outcome] = lambda text: outcome(
        How.SURVIVED if "DRAW = 5" in text else How.TOLD, *([] if "DRAW = 5" in text else ["law-6"])
    )

    def __call__(self, job: str, described: Path) -> Outcome:
        text = (load(described).root / "prices.py").read_text()
        self.asked.append(text)
        return self.says(text)


def way(config, maker: Job, **said: object) -> job.Way:
    return replace(job.Way(jobs=("verify",), outcomes=config.source.parent / job.PLACE, ask=maker), **said)


CATALOGUE = (entry(), entry(WRITE_IS_FREE, id="write"))


def test_each_patch_is_measured_on_a_copy_of_its_own(tmp_path: Path):
    """Claim: the target without a patch first; then each patch alone, told or not."""
    config, maker = shop(tmp_path), Job()
    found = list(job.measured(config, CATALOGUE, way(config, maker)))
    assert [(one.entry.id, one.outcome.how) for one in found] == [("draw", How.TOLD), ("write", How.SURVIVED)]
    assert [("DRAW = 6" in text, "WRITE = 0" in text) for text in maker.asked] == [
        (False, False),
        (True, False),
        (False, True),
    ]


def test_jobs_are_asked_until_one_tells(tmp_path: Path):
    """Claim: in their order; nobody is asked of what is told, and all are of what survives. It is kept who told."""
    config, maker = shop(tmp_path), Job()
    how = way(config, maker, jobs=("verify --vary none", "verify --vary all"))
    for kept_now in (False, True):
        found = list(job.measured(config, CATALOGUE, how))
        assert [(one.outcome.how, one.outcome.asked) for one in found] == [(How.TOLD, 1), (How.SURVIVED, 2)]
        assert all(one.outcome.kept is kept_now for one in found)
    assert len(maker.asked) == 5, "two without a patch, one of what is told, two of what survives"


def test_a_catalogue_that_was_interrupted_goes_on(tmp_path: Path):
    """Claim: what was measured is not asked again, a patch that is new is, and --fresh asks for all."""
    config, maker = shop(tmp_path), Job()
    first = job.measured(config, CATALOGUE[:1], way(config, maker))
    next(first)
    first.close()
    assert len(maker.asked) == 2
    found = list(job.measured(config, CATALOGUE, way(config, maker)))
    assert [one.outcome.kept for one in found] == [True, False]
    assert len(maker.asked) == 3
    assert found[0].outcome.by[0].check == "law-6"
    list(job.measured(config, CATALOGUE, way(config, maker, fresh=True)))
    assert len(maker.asked) == 6


@pytest.mark.parametrize("changed", ["server/other.py", "scenarios/new.py", "harness.toml"])
def test_what_an_outcome_depends_on_makes_it_old(changed: str, tmp_path: Path):
    """Claim: after a change of the target, of its scenarios or of its description all is asked again."""
    config, maker = shop(tmp_path), Job()
    list(job.measured(config, CATALOGUE[:1], way(config, maker)))
    path = tmp_path / changed
    path.write_text(f"{path.read_text() if path.exists() else ''}\n# another\n")
    list(job.measured(config, CATALOGUE[:1], way(config, maker)))
    assert len(maker.asked) == 4


def test_a_harness_that_changed_makes_an_outcome_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Claim: the package itself is part of what is kept by."""
    config = shop(tmp_path)
    before = kept.surroundings(config)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    monkeypatch.setattr(kept.harness, "__file__", str(tmp_path / "package" / "__init__.py"))
    assert kept.surroundings(config) != before


def test_an_outcome_that_cannot_be_read_is_measured_again(tmp_path: Path):
    config, maker = shop(tmp_path), Job()
    list(job.measured(config, CATALOGUE[:1], way(config, maker)))
    for file in (tmp_path / job.PLACE).iterdir():
        file.write_text("{")
    assert not next(job.measured(config, CATALOGUE[:1], way(config, maker))).outcome.kept


def test_a_target_that_fails_by_itself_measures_nothing(tmp_path: Path):
    """Claim: who fails without a patch is refused, with the checks that fail, before a patch is asked of anybody."""
    config, maker = shop(tmp_path), Job(says=lambda _: outcome(How.TOLD, "law-1", "golden"))
    with pytest.raises(HarnessError, match="does not pass at phase 0: law-1, golden") as seen:
        list(job.measured(config, CATALOGUE, way(config, maker)))
    assert (seen.value.code, len(maker.asked)) == ("score-baseline", 1)


def test_what_does_not_apply_stops_the_catalogue_before_anything_is_asked(tmp_path: Path):
    config, maker = shop(tmp_path), Job()
    broken = entry(DRAW_IS_SIX.replace("WRITE = 2", "WRITE = 3"), id="broken")
    with pytest.raises(HarnessError, match="broken at phase 0 does not apply"):
        list(job.measured(config, (*CATALOGUE, broken), way(config, maker)))
    assert maker.asked == []


def test_jobs_have_options_but_none_that_leaves_cells_out():
    """Claim: options belong to the job; --only and its like are refused, so that no patch is measured by half."""
    assert asked.parsed("verify  --tier inprocess, week,week") == ("verify --tier inprocess", "week")
    for text, says in {
        "": "no job",
        "verfy": "verfy is none of",
        "verify --only=x": "verify --only=x: every cell",
    }.items():
        with pytest.raises(ValueError, match=says):
            asked.parsed(text)


def test_what_a_command_prints_is_read_to_its_last_object():
    """Claim: lines that are no JSON, and values that are no object, are passed over; nothing is nothing."""
    assert asked.document('isolation: x\n{"a": 1}\n[2]\n') == {"a": 1}
    assert asked.document("no JSON\n") == {}


def test_a_command_that_does_not_end_is_ended(tmp_path: Path):
    """Claim: after its patience it gets a SIGTERM, and has no exit code; one that ends has its own."""
    waits = [sys.executable, "-c", "print('{}', flush=True); import signal; signal.pause()"]
    assert asked._run(waits, tmp_path, 1.0) == (None, "{}\n")
    assert asked._run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path, 60.0) == (3, "")


def test_the_commit_is_said_where_there_is_one(tmp_path: Path):
    """Claim: with a + where something was changed since; nothing outside of a repository."""
    assert job.commit(tmp_path) == ""
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    clean = job.commit(tmp_path)
    assert len(clean) == 10
    (tmp_path / "a").touch()
    subprocess.run([*git, "add", "a"], cwd=tmp_path, check=True)
    assert job.commit(tmp_path) == f"{clean}+"


def test_a_refactor_is_measured_as_a_mistake_is(tmp_path: Path):
    config, maker = shop(tmp_path), Job()
    (one,) = job.measured(config, (entry(role=NEUTRAL),), way(config, maker))
    assert one.outcome.how is How.TOLD
