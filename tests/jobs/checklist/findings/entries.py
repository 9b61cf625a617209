"""The one finding of a small run, as it is told."""

from __future__ import annotations

from harness.core.golden import Golden, Outcome
from harness.jobs.checklist.findings.judge import entries
from tests.report.runs_seen import FREE, SCENARIOS, run

GOLDENS = {"writer/free": Golden(scenario="writer/free", why="seen", outcome=Outcome(balance={}), known_wrong=("free-work",))}  # fmt: skip


def entry(*, verdicts=None, phase=0, finding=FREE):
    own = run()[1].verdicts if verdicts is None else verdicts
    (one,) = entries({FREE.id: finding}, {FREE.id: 1}, SCENARIOS, GOLDENS, own, phase)
    return one
