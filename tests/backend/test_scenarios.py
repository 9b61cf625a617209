"""Scenarios are found by their files; each mistake in one stops everything, by name."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from harness.backend import scenarios
from harness.backend.description import load
from harness.core.errors import HarnessError

ROOT = Path(__file__).resolve().parents[2]

ONE = """
from harness.core.scenario import Given, Path, Scenario
def one(name, **more):
    return Scenario(**{"id": name, "title": name, "given": Given(rows=()), "when": (), "paths": (Path.MANUAL,), **more})
"""


@dataclass(frozen=True)
class Config:
    scenarios: Path


@pytest.fixture
def write(tmp_path, request):
    """write({"writer/a.py": code}): a scenario folder of a name of its own, because Python keeps modules by name."""
    folder = tmp_path / f"found_{abs(hash(request.node.name))}"

    def made(files: dict[str, str]) -> Config:
        for name, code in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(ONE + code)
        return Config(scenarios=folder)

    yield made
    for name in [name for name in sys.modules if name.split(".")[0] == folder.name]:
        del sys.modules[name]


def error_of(config: Config) -> HarnessError:
    with pytest.raises(HarnessError) as caught:
        scenarios.load(config)
    return caught.value


def test_one_or_many_of_a_file_are_found_and_sorted(write):
    """SCENARIO, SCENARIOS, and files that hold neither; the import path is as it was."""
    before = list(sys.path)
    config = write({"writer/z.py": "SCENARIO = one('writer/z')", "planner/a.py": "SCENARIOS = (one('planner/b'), one('planner/a'))", "world.py": ""})  # fmt: skip
    assert list(scenarios.load(config)) == ["planner/a", "planner/b", "writer/z"]
    assert sys.path == before


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        ({"writer/a.py": "1 / 0"}, "scenario-import", "scenarios/writer/a.py cannot be imported: ZeroDivisionError"),
        ({"writer/a.py": "SCENARIO = one('planner/a')"}, "scenario-id", "'planner/a' stands in scenarios/writer/a.py"),
        ({"writer/a.py": "SCENARIO = one('writer/a/b')"}, "scenario-id", "'writer/a/b' stands in"),
        ({"writer/a~b.py": "SCENARIO = one('writer/a~b')"}, "scenario-id", "'writer/a~b' has '~' in its id"),
        ({"writer/a.py": "SCENARIO = one('writer/a', paths=())"}, "scenario-id", "writer/a runs on no path"),
        ({"writer/a.py": "SCENARIOS = (one('writer/a'), one('writer/a'))"}, "scenario-duplicate", "two scenarios are called writer/a"),
        ({"writer/a.py": "SCENARIO = one('writer/a', split_of='writer/gone')"}, "scenario-id", "split of the unknown scenario 'writer/gone'"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_scenario_is_named(write, files, code, says):
    """Nothing is left out because it is broken: a run without it would be green."""
    before = list(sys.path)
    error = error_of(write(files))
    assert error.code == code
    assert says in str(error)
    assert sys.path == before


@pytest.fixture
def two(tmp_path):
    """Two scenario folders of one name, with different scenarios and worlds in them."""

    def made(side: str) -> Config:
        folder = tmp_path / side / "twofold"
        for name, code in {"writer/a.py": f"SCENARIO = one('writer/{side}')", "hand.py": f"HAND = {side!r}"}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(ONE + code)
        return Config(scenarios=folder)

    yield made("left"), made("right")
    for name in [name for name in sys.modules if name.split(".")[0] == "twofold"]:
        del sys.modules[name]


def test_a_package_of_that_name_from_elsewhere_does_not_stand_in(two):
    """Claim: what was imported under the folder's name before, by whomever, is not what is driven."""
    left, right = two
    for config, side in ((left, "left"), (right, "right"), (left, "left")):
        assert list(scenarios.load(config)) == [f"writer/{side}"]
        assert side == scenarios.module(config, "hand").HAND


def test_a_module_of_that_name_does_not_stand_in(two, monkeypatch):
    """Claim: neither does a single file, such as a user's own twofold.py."""
    monkeypatch.setitem(sys.modules, "twofold", ModuleType("twofold"))
    assert list(scenarios.load(two[0])) == ["writer/left"]


def test_what_is_of_this_folder_is_imported_once(two):
    config = two[0]
    scenarios.load(config)
    before = scenarios.module(config, "hand")
    scenarios.load(config)
    assert scenarios.module(config, "hand") is before


def test_a_module_that_is_not_there_is_none_and_a_broken_one_is_named(write):
    config = write({"writer/a.py": "SCENARIO = one('writer/a')"})
    assert scenarios.module(config, "week") is None
    write({"week.py": "import nowhere_at_all"})
    with pytest.raises(HarnessError) as caught:
        scenarios.module(config, "week")
    assert caught.value.code == "scenario-import"
    assert "scenarios/week.py cannot be imported: ModuleNotFoundError" in str(caught.value)


def test_no_folder_is_an_error(tmp_path):
    """Not an empty run."""
    assert error_of(Config(scenarios=tmp_path / "nowhere")).code == "scenario-import"


def test_the_shipped_scenarios_are_found_with_a_golden_each():
    """Every row of the plan is there to be driven."""
    found = scenarios.load(load(ROOT / "harness.toml"))
    assert len(found) >= 63
    locked = {str(path.relative_to(ROOT / "scenarios")).removesuffix(".golden.toml") for path in (ROOT / "scenarios").rglob("*.golden.toml")}  # fmt: skip
    assert locked == set(found)
