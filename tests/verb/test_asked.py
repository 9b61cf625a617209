"""What a verb is asked to do: made once, refused before anything starts."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.verb import asked

ROOT = Path(__file__).resolve().parents[2]
ONE = "writer/generate_content@manual"


@pytest.fixture(scope="module")
def config():
    return load(ROOT / "harness.toml")


def test_all_that_a_run_needs_is_one_value(config):
    one = asked.asked(asked.planned(config, only=[ONE]))
    assert [cell.id for cell in one.plan.cells] == [ONE]
    assert (one.plan.phase, one.plan.tier) == (config.phase, "processes")
    assert one.scenarios is one.law.scenarios
    assert set(one.law.goldens) == set(one.scenarios)
    assert one.config is config


def test_a_plan_is_of_another_phase_where_that_is_asked_for(config):
    assert asked.planned(config, only=[ONE], phase=3).plan.phase == 3


def test_a_law_that_was_read_is_passed_on(config):
    """Claim: two states of a backend are held to one law."""
    law = asked.known(config).law
    assert asked.asked(asked.planned(config, only=[ONE]), law).law is law


def test_a_plan_can_be_shown_where_the_law_is_broken(config, tmp_path):
    broken = replace(config, rates=tmp_path / "none.toml")
    one = asked.planned(broken, only=[ONE])
    assert len(one.plan.cells) == 1
    for ask in (lambda: asked.known(broken), lambda: asked.asked(one)):
        with pytest.raises(HarnessError) as caught:
            ask()
        assert caught.value.code == "rates-missing"


def test_what_cannot_be_played_is_refused_before_anything_starts(config, tmp_path):
    shutil.copytree(config.cassettes, tmp_path / "cassettes")
    bare = replace(config, cassettes=tmp_path / "cassettes")
    one = asked.planned(bare, only=[ONE])
    asked.asked(one)
    for name in one.plan.cells[0].scenario.tape:
        (bare.cassettes / f"{name}.yaml").unlink()
    with pytest.raises(HarnessError) as caught:
        asked.asked(one)
    assert caught.value.code == "cassette-missing"
