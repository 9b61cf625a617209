"""Reading a stored run to compare it with the goldens, and writing what is accepted, all at once or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.backend import scenarios
from harness.core.config import Config
from harness.jobs.golden.judge import outcomes_of, plan
from harness.jobs.golden.values import Change, Listed, Stored, Where
from harness.judge.facts import target_of
from harness.run.judged import Law, judge_run
from harness.store.files import write_all
from harness.store.goldens import path_of, read_all, text_of


def stored(config: Config, law: Law, folder: Path) -> Stored:
    """The run in `folder`, judged with the goldens, rate card and findings of now."""
    result = judge_run(config, law, folder)
    cells = result.history.cells
    return Stored(
        phase=result.phase,
        scenarios=law.scenarios,
        goldens=law.goldens,
        verdicts=result.verdicts,
        outcomes=outcomes_of(cells, result.verdicts, law.scenarios, target_of(result.config)),
        driven={cell.scenario for cell in cells},
    )


def listed(config: Config) -> Listed:
    known, locked = scenarios.load(config), read_all(config.scenarios)
    return Listed(
        goldens=locked,
        missing=tuple(name for name in known if name not in locked),
        unused=tuple(name for name in locked if name not in known),
    )


def accept(
    folder: Path,
    stored: Stored,
    *,
    pattern: str,
    why: str,
    ci: bool,
    known_wrong: Sequence[str] = (),
    where: Where | None = None,
) -> list[Change]:
    """Plan and write below `folder`; returns what changed. Nothing is written when anything is refused."""
    changes = plan(stored, pattern=pattern, why=why, ci=ci, known_wrong=known_wrong, where=where)
    write_all({path_of(folder, change.scenario): text_of(change.golden) for change in changes})
    return changes
