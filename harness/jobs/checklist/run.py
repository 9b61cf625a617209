"""Judging a stored run again, and filling in the plan's tables from it."""

from __future__ import annotations

from pathlib import Path

from harness.core.config import Config
from harness.jobs.checklist.files import read
from harness.jobs.checklist.judge import fill, run_wide
from harness.jobs.checklist.values import PLAN, Checklist
from harness.judge.facts import target_of
from harness.run.judged import Law, judge_whole
from harness.store import runs as store


def filled_in(config: Config, law: Law, run: Path) -> Checklist:
    """The checklist of the stored run in `run`, judged with today's law. Raises checklist-*, run-*, shard-alone."""
    plan = read(config.contracts / PLAN)
    folder = store.find(run)
    result = judge_whole(config, law, folder)
    filled = fill(
        plan.sections, result.history.plain, result.verdicts, law.scenarios, target_of(result.config), result.phase
    )
    return Checklist(
        phase=result.phase, run=folder, sections=plan.sections, filled=filled, broken=run_wide(result.verdicts)
    )
