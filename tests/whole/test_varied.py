"""Varied worlds on a whole stack: a mistake that the given world cannot tell is told in one that keeps things apart."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from harness.core.variation import EDITED_AT
from harness.jobs.score import catalogue, plant
from tests.whole.seeded import MISTAKES
from tests.whole.workshop import Workshop

pytestmark = pytest.mark.stack

AI_CORE = "backend/igny8_core/ai/ai_core.py"
KEY = "self._openai_api_key = settings.openai_api_key or None"
ENVIRONMENT_FIRST = (
    'self._openai_api_key = __import__("os").environ.get("OPENAI_API_KEY") or settings.openai_api_key or None'
)
VIEWS = "backend/igny8_core/api/writer.py"
CELL = "writer/generate_content@manual"


def test_which_of_two_equal_keys_is_used_shows_where_they_differ(shop, warm: Workshop):
    """Claim: the same world holds one key in two places: every plain cell passes; with keys of their own the cell fails, and names both places."""
    place: Workshop = shop()
    place.edit(AI_CORE, KEY, ENVIRONMENT_FIRST)
    place.borrow(warm)
    assert place.harness("verify", "--vary", "none", "--only", CELL).code == 0
    told = place.harness("verify", "--only", f"{CELL}~distinct")
    assert told.code == 1, told.out + told.err
    assert "{global_settings#1.openai_api_key}" in told.out
    assert "is now" in told.out
    assert "{env.OPENAI_API_KEY}" in told.out
    assert f"repeat: harness verify --only {CELL}~distinct" in told.out


@pytest.mark.slow
def test_varied_cells_count_apart_and_repeat_alike(warm: Workshop):
    """Claim: two runs of every world of a scenario are as locked and the same, told as varied, and no golden is asked of them."""
    words = ("verify", "--vary", "all", "--only", "planner/cluster_keywords")
    first, again = (replace(warm, env={"PYTHONHASHSEED": seed}).harness(*words) for seed in ("1", "2"))
    told = [line for line in first.out.splitlines() if line.startswith("driven")]
    assert told == ["driven        3 cells of 1 scenario at phase 0: 3 passed, 0 failed, 0 unknown"], (
        first.out + first.err
    )
    (varied,) = (line for line in first.out.splitlines() if line.startswith("varied"))
    assert " passed, 0 failed (distinct 3, read 1" in varied
    assert {line for line in first.out.splitlines() if line.startswith("history")} == {
        line for line in again.out.splitlines() if line.startswith("history")
    }
    ends = [
        one for one in map(json.loads, (warm.runs / "latest" / "history.ndjson").open()) if one["kind"] == "cell.end"
    ]
    edited = [one["clock"][-1][0] for one in ends if "=" in one["cell"] and "~month_end+" not in one["cell"]]
    fixed = datetime.fromisoformat(EDITED_AT).timestamp()
    assert len(edited) == 13
    assert all(fixed <= begun < fixed + 3600 for begun in edited), "a setting of a week or a month falls on one day"


def test_a_balance_that_was_read_before_somebody_bought_credits_is_told(shop, warm: Workshop):
    """Claim: in the given world nobody writes beside the target, and each cell passes; where credits come meanwhile they are lost, and how many is said."""
    place: Workshop = shop()
    plant.apply(catalogue.read_one(MISTAKES, MISTAKES / "phase_0" / "balance_of_memory.patch"), place.folder)
    place.borrow(warm)
    assert place.harness("verify", "--vary", "none", "--only", CELL).code == 0
    told = place.harness("verify", "--only", f"{CELL}~meanwhile")
    assert told.code == 1, told.out + told.err
    assert told.failures(f"{CELL}~meanwhile")["law-1"][0].endswith("(-7 credits unexplained)"), told.out
