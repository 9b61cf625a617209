"""What is wrong before anything starts is said before anything starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as File

import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.core.errors import HarnessError
from harness.core.scenario import Do, Path
from harness.run import plan as plans
from harness.run import preflight
from harness.store import cache

ROOT = File(__file__).resolve().parents[2]
NAME = "writer/generate_content"


@pytest.fixture
def config(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return load(ROOT / "harness.toml")


@pytest.fixture
def scenario(config):
    return scenarios.load(config)[NAME]


def problem(config, scenario) -> str:
    with pytest.raises(HarnessError) as caught:
        preflight.check(config, plans.make({scenario.id: scenario}))
    return caught.value.code


def test_what_is_right_passes_and_is_kept_parsed(config, scenario):
    """The fake plays from the same place, so reading early costs nothing."""
    preflight.check(config, plans.make({NAME: scenario}))
    assert list((cache.folder(ROOT) / preflight.TAPES).rglob("*"))


def test_a_cassette_that_is_not_there_is_a_problem(config, scenario):
    """Whichever cell plays it."""
    assert problem(config, replace(scenario, tape=("openai/writer/gone",))) == "cassette-missing"


def test_a_way_to_ask_that_is_not_there_is_a_problem_only_on_the_path_that_asks(config, scenario):
    """A step that is not done on a path needs no way there."""
    ask = Do(operation="create_tasks", paths=(Path.DIRECT,))
    preflight.check(config, plans.make({NAME: replace(scenario, when=(*scenario.when, ask))}))
    assert problem(config, replace(scenario, when=(ask,), paths=(Path.DIRECT,))) == "operation-path"
