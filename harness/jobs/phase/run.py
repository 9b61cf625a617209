"""`harness phase N`: one phase of the migration on a database that was lived in, forward and back.

1  boot the code of N-1; a full run leaves rows in every table, with rows at the edges around it
2  back the database up; stop the old code; migrate with the code of N
3  the schema changed as declared, every earlier row is still what it was, declared data is written
4  boot the code of N on that database: every scenario, with N's goldens
5  a full run under N leaves rows; a task is queued and not served; the code of N stops
6  roll back as the phase says (migrate back, change the code only, or restore the backup): what must survive has survived
7  boot the code of N-1: it serves the queued task
8  every scenario again, with N-1's goldens
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.backend import catalogue, legacy
from harness.backend.phases import manifest
from harness.cell.after import late
from harness.cell.live import Live, boot
from harness.cell.run import run_cell
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.golden import resolve
from harness.core.scenario import Cell
from harness.jobs.phase import judge
from harness.jobs.phase.back import go_back
from harness.jobs.phase.values import LIVED_IN, PREFIX, QUEUED, STILL_LIVING, PhaseRun, part, scenario_of, silent
from harness.run.drive import needs_shell, start_event, told_run
from harness.run.judged import Law, judge_run
from harness.run.plan import Plan
from harness.stack.isolation.island import Island
from harness.stack.processes import retarget

Listen = Callable[[str, Mapping[str, Any]], None]


def run_phase(
    before: Config, after: Config, law: Law, plan: Plan, island: Island, folder: Path, listen: Listen
) -> PhaseRun:
    """Drive the phase of `after` there, from `before`, and back in `island`; histories go below `folder`. Raises only what
    breaks the stack."""
    number = after.phase
    phase = manifest.read_all(phases_dir(after), number)[-1]
    for name in (LIVED_IN, STILL_LIVING, QUEUED):
        scenario_of(law.scenarios, name)
    run = PhaseRun(phase=phase, whole=plan.whole)
    run.verdicts.append(judge.golden_change(phase, law.goldens, lambda golden, at: resolve(golden, at, "").outcome))
    plan = replace(
        plan, cells=tuple(cell for cell in plan.cells if not cell.scenario.id.startswith(PREFIX)), whole=False
    )
    begun = time.perf_counter()
    with boot(before, island, shell=needs_shell(before, plan)) as live:
        run.seconds["boot"] = time.perf_counter() - begun
        _forward(run, live, law, before, after, listen)
        _all_cells(run, live, law, after, plan, folder / f"phase-{number}", listen)
        go_back(run, live, law, before, after, listen)
        _all_cells(run, live, law, before, plan, folder / f"back-to-{number - 1}", listen)
    return run


def phases_dir(config: Config) -> Path:
    """Where the target's phases lie. Raises phase-none."""
    if config.phases_dir is None:
        raise HarnessError(
            f"{config.source.name} has no [phases]", hint="name the overlays of the target's phases", code="phase-none"
        )
    return config.phases_dir


def _forward(
    run: PhaseRun, live: Live, law: Law, before: Config, after: Config, listen: Listen
) -> None:  # fmt: skip
    """Live in the database of N-1, then migrate it with the code of N."""
    phase, stack = run.phase, live.stack
    listen("phase", {"text": f"living in the database of phase {phase.number - 1}"})
    with part(run, "lived-in data"):
        lived_in = law.scenarios[LIVED_IN]
        run_cell(before, Cell(scenario=lived_in, path=lived_in.paths[0]), live, silent)
        retarget.without_shadows(stack)
        old_rows, old_schema = catalogue.rows(live.db), catalogue.schema(live.db)
    listen("phase", {"text": f"migrating to {phase.name}"})
    with part(run, "migration"):
        retarget.backup(stack, stack.run_dir / "backup.dump")
        live.retarget(after)
        retarget.migrate(stack)
        new_rows, new_schema = catalogue.rows(live.db), catalogue.schema(live.db)
        run.verdicts.append(judge.schema_change(phase, old_schema, new_schema))
        run.verdicts.append(judge.forward_rows(phase, old_rows, new_rows, new_schema))
        run.verdicts.append(judge.old_code(after.phase, legacy.scan(after, new_schema)))
        run.kept = old_rows
        retarget.with_shadows(stack)
        retarget.start_roles(stack)


def _all_cells(
    run: PhaseRun, live: Live, law: Law, config: Config, plan: Plan, folder: Path, listen: Listen
) -> None:  # fmt: skip
    """Every scenario of the plan with the goldens of `config.phase`, judged as `harness verify` judges."""
    folder.mkdir(parents=True)
    stack = live.stack
    mark = stack.log_mark()
    start = start_event(config, replace(plan, phase=config.phase), stack.island)
    with (
        part(run, f"scenarios at {config.phase}"),
        told_run(folder, listen, start, run_dir=stack.run_dir, seconds={}) as tell,
    ):
        for cell in plan.cells:
            run_cell(config, cell, live, tell)
            stack.alive()
        for fields in late.look(live):
            tell("late", fields)
    with part(run, "judging"):
        judged = judge_run(config, law, folder)
        run.cells += len(plan.cells)
        run.verdicts += [replace(one, claim=f"phase {config.phase}: {one.claim}") for one in judged.verdicts]
        if config.phase == run.phase.number:
            run.verdicts.append(judge.log_markers(run.phase, stack.logs_since(mark), whole=run.whole))
