"""What single checks say of a cell, and of a run."""

from __future__ import annotations

from harness.core.golden import Golden
from harness.judge import check_cell, check_run
from harness.judge.context import RunContext
from harness.judge.golden.outcome import outcome_of
from tests.judge.ledgers import (
    SCENARIO,
    TARGET,
    context,
)

WHY = "22 credits: 2130 tokens at 100 a credit"


def golden_of(cell, **changes):
    return Golden(**{"scenario": SCENARIO.id, "why": WHY, "outcome": outcome_of(cell, SCENARIO, TARGET), **changes})


def verdict(name, cell, **facts):
    return next(v for v in check_cell(cell, context(**facts)) if v.checker == name)


def run_verdicts(cells, name="", **facts):
    known = {"scenarios": {SCENARIO.id: SCENARIO}, "goldens": {}, "target": TARGET, "phase": 0, **facts}
    found = check_run(cells, RunContext(**known))
    return [v for v in found if not name or v.checker == name]
