"""A plan in parts: each cell in just one of them, the same parts on every machine, of about equal time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core.errors import HarnessError
from harness.core.scenario import Given, Path, Scenario
from harness.run import plan as plans
from harness.run import shard
from harness.store.durations import Durations

MINUTE_MS = 60_000
NAMES = [f"writer/s{n:03d}" for n in range(60)]


def plan_of(names, **wanted):
    scenarios = {
        name: Scenario(id=name, title=name, given=Given(rows=()), when=(), paths=(Path.MANUAL, Path.DIRECT)) for name in names
    }  # fmt: skip
    return plans.make(scenarios, **wanted)


@st.composite
def splits(draw):
    """(plan, how many parts, durations of some of its cells and of cells that are not in it)."""
    plan = plan_of(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=30, unique=True)))
    ids = [cell.id for cell in plan.cells]
    known = draw(st.dictionaries(st.sampled_from([*ids, "gone/since@manual"]), st.integers(0, MINUTE_MS)))
    return plan, draw(st.integers(1, len(ids))), known


@given(splits(), st.randoms(use_true_random=False))
def test_every_cell_is_in_just_one_part_and_no_part_is_empty(case, chance: random.Random):
    """Claim: whatever is known of the durations. In whichever order they are told, the parts are the same."""
    plan, of, known = case
    parts = [shard.part(plan, n, of, Durations(milliseconds=known)) for n in range(1, of + 1)]
    driven = [cell.id for part in parts for cell in part.cells]
    assert sorted(driven) == sorted(cell.id for cell in plan.cells)
    assert all(part.cells for part in parts)
    told = list(known.items())
    chance.shuffle(told)
    assert [shard.part(plan, n, of, Durations(milliseconds=dict(told))) for n in range(1, of + 1)] == parts
    assert {tuple(part.shard.plan) for part in parts} == {tuple(cell.id for cell in plan.cells)}


@given(splits())
def test_parts_take_about_equally_long(case):
    """Claim: no two parts differ by more than the longest cell."""
    plan, of, known = case
    weights = shard.weights([cell.id for cell in plan.cells], known)
    loads = [sum(weights[name] for name in own) for own in shard.split(list(weights), of, weights)]
    assert max(loads) - min(loads) <= max(weights.values())


def test_the_cells_of_a_part_keep_the_plans_order():
    """Claim: a part is driven in the order in which the whole would be; it does not call itself whole."""
    plan = plan_of(NAMES)
    part = shard.part(plan, 2, 3, Durations())
    assert [cell for cell in plan.cells if cell in part.cells] == list(part.cells)
    assert not part.whole
    assert part.shard.whole
    assert part.shard.plan == tuple(cell.id for cell in plan.cells)


def test_an_unknown_cell_counts_as_the_median_and_without_durations_all_count_the_same():
    """Claim: a new scenario neither vanishes from the balance nor tips it over."""
    ids = ["a@manual", "b@manual", "c@manual", "new@manual"]
    assert shard.weights(ids, {"a@manual": 10, "b@manual": 30, "c@manual": 5000})["new@manual"] == 30
    assert len(set(shard.weights(ids, {}).values())) == 1
    assert sorted(map(len, shard.split(ids, 2, shard.weights(ids, {})))) == [2, 2]


def test_another_plan_phase_or_tier_is_another_hash():
    """Claim: what the merge compares tells plans apart, their order included."""
    hashes = [shard.plan_hash(0, "processes", "ab"), shard.plan_hash(1, "processes", "ab"), shard.plan_hash(0, "docker", "ab"), shard.plan_hash(0, "processes", "ba"), shard.plan_hash(0, "processes", "a")]  # fmt: skip
    assert len(set(hashes)) == len(hashes)


def test_more_parts_than_cells_are_refused():
    """Claim: an empty shard would be green and show nothing."""
    with pytest.raises(HarnessError, match=r"fewer cells \(2\) than shards \(3\)") as caught:
        shard.part(plan_of(NAMES[:1]), 1, 3, Durations())
    assert caught.value.code == "shard-empty"
