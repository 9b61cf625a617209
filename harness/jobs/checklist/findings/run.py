"""Judging a stored run again, and telling what it showed of every finding and issue."""

from __future__ import annotations

from pathlib import Path

from harness.core.config import Config
from harness.jobs.checklist.files import read
from harness.jobs.checklist.findings.judge import calculations, charges_of, entries, issues_of
from harness.jobs.checklist.findings.values import Findings
from harness.jobs.checklist.judge import run_wide
from harness.jobs.checklist.values import PLAN
from harness.run.judged import Law, judge_run
from harness.store import runs as store


def findings_of(config: Config, law: Law, run: Path) -> Findings:
    """Every declared finding and issue of the stored run in `run`. Raises checklist-*, run-*."""
    plan = read(config.contracts / PLAN)
    issues = issues_of(plan.issues, law.findings)
    folder = store.find(run)
    result = judge_run(config, law, folder)
    phase = result.phase
    found = entries(law.findings, issues, law.scenarios, law.goldens, result.verdicts, phase)
    charges = charges_of(result.history.plain, law.scenarios, law.rates, phase)
    asked = [issue for issue in plan.issues if issue.calculations]
    found += [calculations(issue.number, issue.title, charges, law.rates, phase) for issue in asked]
    found.sort(key=lambda one: one.issue or 99)
    return Findings(phase=phase, run=folder, entries=tuple(found), broken=run_wide(result.verdicts))
