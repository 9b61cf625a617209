"""Stored runs of two scenarios, cheap and dear, as `harness golden` reads them."""

from __future__ import annotations

from dataclasses import replace

from harness.jobs.golden.values import Stored
from harness.judge.golden.outcome import outcome_of
from tests.judge.ledgers import SCENARIO, TARGET, lawful_text

OTHER = replace(SCENARIO, id="writer/other")
SCENARIOS = {SCENARIO.id: SCENARIO, OTHER.id: OTHER}
WHY = "2130 tokens at 100 a credit"


def outcome(cell):
    return outcome_of(cell, SCENARIO, TARGET)


CHEAP, DEAR = outcome(lawful_text(((820, 1310),))), outcome(lawful_text(((820, 1710),)))


def observed(one=CHEAP, other=CHEAP, **paths):
    return {SCENARIO.id: {"manual": one, "automation": one, **paths}, OTHER.id: {"manual": other, "automation": other}}


def stored(found=None, goldens=None, verdicts=()):
    outcomes = found or observed()
    return Stored(phase=0, scenarios=SCENARIOS, goldens=goldens or {}, verdicts=tuple(verdicts), outcomes=outcomes, driven=[*outcomes])  # fmt: skip
