"""The generated states: all that may vary does, and often."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from harness.jobs.contracts.fuzz.endpoints import part
from harness.jobs.contracts.fuzz.protocol import State
from tests.jobs.contracts.fuzz import AI_MODELS

oracle, states, world = (part(AI_MODELS, name) for name in ("oracle", "states", "world"))
default_of, without_default = oracle.default_of, oracle.without_default


@pytest.fixture(scope="module")
def drawn() -> list[State]:
    """600 states, as one run of the fuzzer draws them."""
    found: list[State] = []

    @seed(1)
    @settings(
        max_examples=600, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(states.states())
    def one(state: State) -> None:
        found.append(state)

    one()
    return found


def test_no_two_are_the_same(drawn: list[State]):
    assert len({str(state.as_json()) for state in drawn}) >= 0.99 * len(drawn)


def test_every_column_varies(drawn: list[State]):
    """Claim: no column keeps its first value in more than nine rows of ten; each tier, size, style, name and caller is met."""
    rows = [row for state in drawn for row in state.models if not row["model_name"].startswith("only-")]
    for column in rows[0]:
        values = [repr(row[column]) for row in rows]
        assert max(map(values.count, set(values))) < 0.9 * len(rows), column
    assert {row["quality_tier"] for row in rows} == set(states.TIERS)
    assert {tuple(row["valid_sizes"]) for row in rows} == set(map(tuple, states.SIZES))
    assert {row["model_name"] for row in rows} > {*states.REAL, *states.ODD}
    overrides = list(chain.from_iterable(state.overrides.values() for state in drawn))
    assert {row["image_style"] for row in overrides} == set(states.STYLES)
    assert {state.caller for state in drawn} == world.CALLERS.keys()


@pytest.mark.parametrize(
    ("share", "what"),
    [
        (0.60, lambda state: not without_default(state)),
        (0.10, without_default),
        (0.60, lambda state: state.caller == world.OWNER),
        (0.05, lambda state: state.crowd),
        (0.20, lambda state: len(state.overrides) == 2),
        (0.02, lambda state: any(default_of(kind, state, choices=True) != default_of(kind, state, choices=False) for kind in ("text", "image"))),
    ],
    ids=["answered", "no default", "usual caller", "crowd", "two overrides", "a tie that the settings break"],
)  # fmt: skip
def test_what_matters_is_not_rare(drawn: list[State], share: float, what: Callable[[State], object]):
    assert sum(bool(what(state)) for state in drawn) >= share * len(drawn)
