"""Which cells are driven, in which order, and what is said when none is."""

from __future__ import annotations

import pytest

from harness.core.errors import HarnessError
from harness.core.scenario import Given, Path, Scenario
from harness.run import plan as plans


def scenario(name: str, *paths: Path) -> Scenario:
    return Scenario(id=name, title=name, given=Given(rows=()), when=(), paths=paths)


FOUND = {
    one.id: one
    for one in (
        scenario("planner/cluster", Path.SCHEDULED, Path.MANUAL),
        scenario("writer/content", Path.MANUAL),
        scenario("writer/images", Path.DIRECT, Path.AUTOMATION),
    )
}


def ids(**wanted) -> list[str]:
    return [cell.id for cell in plans.make(FOUND, **wanted).cells]


def test_everything_is_driven_scenario_by_scenario_in_the_order_of_the_paths():
    """However a scenario orders its paths: the plan of two runs is the same."""
    assert ids() == [
        "planner/cluster@manual", "planner/cluster@scheduled", "writer/content@manual", "writer/images@automation",
        "writer/images@direct",
    ]  # fmt: skip
    assert plans.make(FOUND).whole
    assert plans.make(FOUND).scenarios == tuple(FOUND)


@pytest.mark.parametrize(
    ("wanted", "cells"),
    [
        ({"only": ["writer/content"]}, ["writer/content@manual"]),
        ({"only": ["planner/cluster@scheduled"]}, ["planner/cluster@scheduled"]),
        ({"only": ["writer/*", "planner/cluster@manual"]}, ["planner/cluster@manual", "writer/content@manual", "writer/images@automation", "writer/images@direct"]),
        ({"paths": ["manual"]}, ["planner/cluster@manual", "writer/content@manual"]),
        ({"only": ["*@direct"], "paths": ["direct"]}, ["writer/images@direct"]),
    ],
)  # fmt: skip
def test_scenarios_cells_patterns_and_paths_choose(wanted, cells):
    """And a chosen plan does not call itself whole."""
    assert ids(**wanted) == cells
    assert not plans.make(FOUND, **wanted).whole


@pytest.mark.parametrize("only", [["writer/contents"], ["writer/content", "nobody/*"]])
def test_a_pattern_that_fits_nothing_is_an_error_even_beside_one_that_does(only):
    """A misspelt name must not shrink a run silently."""
    with pytest.raises(HarnessError) as caught:
        ids(only=only)
    assert caught.value.code == "plan-empty"
    assert len(caught.value.hint) <= 300


def test_a_choice_that_leaves_nothing_is_an_error():
    """The scenario exists, and not on that path: an empty run would be green."""
    with pytest.raises(HarnessError, match="the plan is empty") as caught:
        ids(only=["writer/content"], paths=["direct"])
    assert caught.value.code == "plan-empty"
