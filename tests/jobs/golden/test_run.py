"""Accepting writes what matches, and touches nothing else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from harness.core.errors import HarnessError
from harness.jobs.golden.run import accept
from harness.store.goldens import read_all
from tests.jobs.golden.stored_runs import DEAR, OTHER, SCENARIO, WHY, observed, stored


def at(folder):
    return SimpleNamespace(scenarios=folder, phases_dir=None)


def test_accepting_writes_only_what_matches(tmp_path):
    """Other goldens keep their bytes."""
    accept(at(tmp_path), stored(), pattern="writer/*", why=WHY, ci=False)
    before = (tmp_path / "writer/other.golden.toml").read_bytes()
    dear = stored(observed(DEAR, DEAR), read_all(tmp_path))
    accept(at(tmp_path), dear, pattern=SCENARIO.id, why="the price went up", ci=False)
    assert (tmp_path / "writer/other.golden.toml").read_bytes() == before
    assert read_all(tmp_path)[SCENARIO.id].outcome == DEAR
    assert read_all(tmp_path)[SCENARIO.id].why == "the price went up"


def test_one_refusal_writes_nothing_at_all(tmp_path):
    """All of a pattern or none of it."""
    found = observed()
    found[OTHER.id]["automation"] = DEAR
    with pytest.raises(HarnessError):
        accept(at(tmp_path), stored(found), pattern="writer/*", why=WHY, ci=False)
    assert list(tmp_path.rglob("*")) == []
