"""Reading a stored run to compare it with the goldens, and writing what is accepted, all at once or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import harness
from harness.backend import scenarios
from harness.backend.at_phase import at_phase
from harness.backend.phases import manifest
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.golden.coverage import Coverage
from harness.core.scenario import varied_path
from harness.jobs.golden.beyond import beyond, credits_unchanged
from harness.jobs.golden.judge import matching, outcomes_of, plan, refused
from harness.jobs.golden.noise import Noise, noise
from harness.jobs.golden.values import Beyond, Change, Listed, Stored, Where
from harness.judge import CELL_CHECKERS, RUN_CHECKERS
from harness.judge.facts import target_of
from harness.judge.fewer import covered, gone
from harness.judge.overlap import as_judged
from harness.judge.surface import target as declared
from harness.judge.surface.locked import made_in, made_of, read, surface_of
from harness.judge.surface.told import Trace
from harness.run.fingerprint import differing, sources
from harness.run.judged import Judged, Law, judge_run, read_law
from harness.store import coverages, surfaces
from harness.store import runs as store
from harness.store.files import write_all
from harness.store.goldens import path_of, read_all, text_of
from harness.verb.asked import known

EVERYTHING = "*"


def stored(config: Config, law: Law, folder: Path) -> Stored:
    """The run in `folder`, judged with the goldens, rate card and findings of now."""
    result = judge_run(config, law, folder)
    cells = result.history.plain
    target = target_of(result.config)
    checks = (*CELL_CHECKERS, *RUN_CHECKERS)
    return Stored(
        phase=result.phase,
        scenarios=law.scenarios,
        goldens=law.goldens,
        verdicts=result.verdicts,
        outcomes=outcomes_of(cells, result.verdicts, law.scenarios, target),
        driven={cell.scenario for cell in cells},
        surfaces=law.surfaces,
        seen=seen(result, law) | declared_by(result),
        sources=result.history.start.get("sources", {}),
        coverage=law.coverage,
        now=covered(checks, result.history, law.scenarios.values(), target, law.rates),
        worlds=frozenset(result.history.planned) if result.history.every_world else None,
        cells={cell.cell: cell for cell in as_judged(result.history.cells, result.verdicts, target.ledger)},
        target=target,
        findings=law.findings,
    )


def stored_in(config: Config, run: Path | None) -> Stored:
    """The run in a folder, or the last one. Raises run-missing, scenario-*, golden-*, rates-*, finding-*."""
    return stored(config, known(config).law, folder_of(config, run))


def folder_of(config: Config, run: Path | None) -> Path:
    """Raises run-missing."""
    return store.find(run if run is not None else config.source.parent / "runs" / "latest")


def again(config: Config, before: Stored) -> Stored:
    """The same run beside what is locked now: what was observed stays, and so does what checks other than those of goldens and surfaces said."""
    law = read_law(config, before.scenarios)
    return replace(before, goldens=law.goldens, surfaces=law.surfaces, coverage=law.coverage)


def declared_by(result: Judged) -> dict[str, dict[str, tuple[str, ...]]]:
    """What the target declares, where the run says it: as a scenario of its own."""
    lines = result.history.start.get("declared")
    return {declared.NAME: {declared.PATH: tuple(lines)}} if lines else {}


def seen(result: Judged, law: Law) -> dict[str, dict[str, tuple[str, ...]]]:
    """What was observed beyond credits, where the run says it: what several workers did has no order that could be locked."""
    if result.history.workers > 1:
        return {}
    target = target_of(result.config)
    cells = [cell for cell in result.history.cells if cell.scenario in law.scenarios and cell.spans and cell.settled]

    def told(made: frozenset[str]) -> dict[str, dict[str, tuple[str, ...]]]:
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for cell in cells:
            path = varied_path(cell.path, cell.variation)
            known = law.surfaces.there(cell.scenario, path, result.phase)
            lines = read(cell, law.scenarios[cell.scenario], target, made=made, locked=known)
            found.setdefault(cell.scenario, {})[path] = lines
        return found

    known = made_in(law.surfaces)
    first = told(known)
    # a column whose value looks made up in one cell is so in all: that one's happened to look like a number
    more = known | made_of(line for paths in first.values() for lines in paths.values() for line in lines)
    return first if more == known else told(more)


def _refuse_other_sources(config: Config, stored: Stored) -> None:
    """Raises golden-sources: what the run drove is not what stands here now."""
    if not stored.sources:
        return
    here = sources(at_phase(config, stored.phase) if stored.phase != config.phase else config)
    if unlike := differing(here, stored.sources):
        raise HarnessError(
            f"the run was driven with other sources than those that stand here: {unlike}",
            hint="drive it again, and accept what that run shows",
            code="golden-sources",
        )


def noisy(config: Config, law: Law, folders: Sequence[Path]) -> list[Noise]:
    """What differs between the runs in two folders."""
    one, other = (_traced(judge_run(config, law, folder), law) for folder in folders)
    return noise(one, other)


def _traced(result: Judged, law: Law) -> dict[str, Trace]:
    target, made = target_of(result.config), made_in(law.surfaces)
    found: dict[str, Trace] = {}
    for cell in result.history.cells:
        if cell.scenario in law.scenarios:
            found[cell.cell] = []
            surface_of(cell, law.scenarios[cell.scenario], target, made=made, trace=found[cell.cell])
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
    names = matching(stored, pattern, why, ci, surface=surface)
    _refuse_other_sources(config, stored)
    changes = []
    if surface:
        credits_unchanged(stored, names)
    else:
        changes = plan(stored, pattern=pattern, why=why, ci=ci, known_wrong=known_wrong, where=where)
    added = beyond(stored, names, why.strip())
    texts = {
        path_of(config.scenarios, change.scenario): text_of(replace(change.golden, harness=harness.__version__))
        for change in changes
    }
    texts |= {surfaces.path_of(config.scenarios, one.scenario): surfaces.text_of(one) for one in added.locked}
    if added.delta is not None:
        folder = manifest.folders(config.phases_dir)[stored.phase]
        texts[folder / surfaces.DELTA] = surfaces.delta_text(added.delta)
    grown = (stored.coverage or Coverage()).grown(stored.now, names, why=why.strip())
    if grown != stored.coverage:
        texts[config.scenarios / coverages.NAME] = coverages.text_of(grown)
    write_all(texts)
    return changes, added


def let_go(config: Config, stored: Stored, *, pattern: str, why: str, ci: bool) -> list[str]:
    """Write that what is gone of scenarios `pattern` is meant to be; "*" speaks of tables, checks and tiers, too. A line for each. Raises golden-why,
    golden-ci, golden-sources, coverage-nothing, coverage-part."""
    refused(why, ci)
    _refuse_other_sources(config, stored)
    before = stored.coverage or Coverage()
    if pattern == EVERYTHING and not stored.now.tiers:
        raise HarnessError(
            "what is gone of everything is told by a whole run alone, and this one left something out",
            hint="drive all of it: harness verify; or name the scenario that is gone",
            code="coverage-part",
        )
    names = [name for name in before.scenarios if fnmatchcase(name, pattern)]
    after = before.without(stored.now, names, rest=pattern == EVERYTHING, why=why.strip())
    lines = [line for line in gone(before, stored.now) if line not in set(gone(after, stored.now))]
    if not lines:
        raise HarnessError(
            f"nothing is gone of '{pattern}'",
            hint="leave --gone out: what is there is accepted without",
            code="coverage-nothing",
        )
    write_all({config.scenarios / coverages.NAME: coverages.text_of(after)})
    return lines
