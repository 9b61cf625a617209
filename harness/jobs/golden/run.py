"""Reading a stored run to compare it with the goldens, and writing what is accepted, all at once or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.backend import scenarios
from harness.backend.phases import manifest
from harness.core.config import Config
from harness.core.scenario import varied_path
from harness.jobs.golden.beyond import beyond, credits_unchanged
from harness.jobs.golden.judge import matching, outcomes_of, plan
from harness.jobs.golden.values import Beyond, Change, Listed, Stored, Where
from harness.judge.facts import target_of
from harness.judge.surface.locked import surface_of
from harness.run.judged import Judged, Law, judge_run
from harness.store import surfaces
from harness.store.files import write_all
from harness.store.goldens import path_of, read_all, text_of


def stored(config: Config, law: Law, folder: Path) -> Stored:
    """The run in `folder`, judged with the goldens, rate card and findings of now."""
    result = judge_run(config, law, folder)
    cells = [cell for cell in result.history.cells if not cell.variation]
    return Stored(
        phase=result.phase,
        scenarios=law.scenarios,
        goldens=law.goldens,
        verdicts=result.verdicts,
        outcomes=outcomes_of(cells, result.verdicts, law.scenarios, target_of(result.config)),
        driven={cell.scenario for cell in cells},
        surfaces=law.surfaces,
        seen=_seen(result, law),
    )


def _seen(result: Judged, law: Law) -> dict[str, dict[str, tuple[str, ...]]]:
    """What was observed beyond credits, where the run says it: what several workers did has no order that could be locked."""
    if result.history.workers > 1:
        return {}
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    target = target_of(result.config)
    for cell in result.history.cells:
        if cell.scenario in law.scenarios and cell.spans and cell.settled:
            lines = surface_of(cell, law.scenarios[cell.scenario], target)
            found.setdefault(cell.scenario, {})[varied_path(cell.path, cell.variation)] = lines
    return found


def listed(config: Config) -> Listed:
    known, locked = scenarios.load(config), read_all(config.scenarios)
    return Listed(
        goldens=locked,
        missing=tuple(name for name in known if name not in locked),
        unused=tuple(name for name in locked if name not in known),
    )


def accept(
    config: Config,
    stored: Stored,
    *,
    pattern: str,
    why: str,
    ci: bool,
    known_wrong: Sequence[str] = (),
    where: Where | None = None,
    surface: bool = False,
) -> tuple[list[Change], Beyond]:
    """Plan and write; returns what changed of goldens, and beyond credits. Nothing is written when anything is refused.

    With `surface` only what is beyond credits is accepted. Raises also golden-credits-changed.
    """
    names = matching(stored, pattern, why, ci)
    changes = []
    if surface:
        credits_unchanged(stored, names)
    else:
        changes = plan(stored, pattern=pattern, why=why, ci=ci, known_wrong=known_wrong, where=where)
    added = beyond(stored, names, why.strip())
    texts = {path_of(config.scenarios, change.scenario): text_of(change.golden) for change in changes}
    texts |= {surfaces.path_of(config.scenarios, one.scenario): surfaces.text_of(one) for one in added.locked}
    if added.delta is not None:
        folder = manifest.folders(config.phases_dir)[stored.phase]
        texts[folder / surfaces.DELTA] = surfaces.delta_text(added.delta)
    write_all(texts)
    return changes, added
