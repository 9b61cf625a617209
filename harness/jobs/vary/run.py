"""Learning where settings show: every one in cells that may show it, one stack for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console

from harness.backend.edits import of_models
from harness.core.config import Config
from harness.core.look.values import Look
from harness.core.variation import ALL, BESIDE, VARIATIONS, Edit
from harness.jobs.vary import judge, tried
from harness.jobs.vary.values import Varied
from harness.judge.facts import target_of
from harness.judge.surface.locked import surface_of
from harness.report import progress
from harness.run import drive, varied
from harness.run.judged import as_driven
from harness.run.plan import Plan
from harness.stack.isolation.island import Island
from harness.store import goldens, history, learnt
from harness.store.runs import HISTORY
from harness.verb.asked import Planned


def edits(config: Config, look: Look) -> tuple[Edit, ...]:
    """Every setting that the target's models allow."""
    return of_models(look.django.models, config.tables, config.ledger)


def known(one: Planned, look: Look) -> Varied:
    """What is varied, and what has been learnt of it."""
    locked, shown = goldens.read_all(one.config.scenarios), learnt.read(one.config.scenarios)
    cells = varied.varied(one.plan.cells, ALL, locked, one.plan.phase, shown)
    counted = Counter(cell.variation for cell in cells)
    worlds = {name: (counted[name], variation.says) for name, variation in VARIATIONS.items()}
    return Varied(worlds=worlds, edits=tuple(edit.name for edit in edits(one.config, look)), shown=shown)


def plan(one: Planned, every: Iterable[Edit], world: str = "") -> Plan:
    """The cells that are driven to learn."""
    chosen = tried.tried(one.scenarios, goldens.read_all(one.config.scenarios), every, world)
    cells = (*tried.plain(chosen), *chosen)
    return Plan(cells=cells, phase=one.plan.phase, tier=one.plan.tier, whole=False)


def learn(
    one: Planned, every: tuple[Edit, ...], begin: Callable[[], Path], island: Island, out: Console, *, quiet: bool
) -> None:
    """Drive, and write scenarios/varied.toml. What shows nowhere in the given world is tried in one where nothing is equal. `begin` gives a folder for
    each of the two runs."""
    found = _shown(one, plan(one, every), [edit.name for edit in every], begin(), island, out, quiet)
    idle = [edit for edit in every if not found[edit.name]]
    if idle:
        names = [f"{BESIDE}+{edit.name}" for edit in idle]
        beside = _shown(one, plan(one, idle, BESIDE), names, begin(), island, out, quiet)
        found |= {name: cells for name, cells in beside.items() if cells}
    learnt.write(one.config.scenarios, found)


def _shown(
    one: Planned, chosen: Plan, names: Iterable[str], folder: Path, island: Island, out: Console, quiet: bool
) -> dict[str, tuple[str, ...]]:
    with progress.RunProgress(out, quiet=quiet) as heard:
        drive.drive_plan(one.config, chosen, island, folder, heard.hear)
    config = as_driven(one.config, folder)
    run, target = history.read(folder / HISTORY, config.ledger), target_of(config)
    settled = [cell for cell in run.cells if cell.settled and cell.scenario in one.scenarios]
    surfaces = {cell.cell: surface_of(cell, one.scenarios[cell.scenario], target) for cell in settled}
    seconds = {cell.cell: sum(cell.seconds.values()) for cell in settled}
    return judge.shown(names, surfaces, seconds)
