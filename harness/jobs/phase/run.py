"""`harness phase N`: one phase of the migration on a database that was lived in, forward and back.

1  boot the code of N-1; a full run leaves rows in every table, with rows at the edges around it
2  back the database up; stop the old code; migrate with the code of N
3  the schema changed as declared, every earlier row is still what it was, declared data is written, each row as it is locked
4  boot the code of N on that database: every scenario, with N's goldens
5  a full run under N leaves rows; a task is queued and not served; the code of N stops
6  roll back as the phase says (migrate back, change the code only, or restore the backup): what must survive has survived, and
   nothing else is there; beside that, on a copy, the phase's own migrations are reversed
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
from harness.core.phase import Phase
from harness.core.scenario import Cell
from harness.jobs.phase import accounted, judge
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


def locked_rows(phase: Phase) -> tuple[str, ...] | None:
    """What is locked of the rows that the phase's migrations write; None where nothing is."""
    file = phase.folder / accounted.LOCKED
    return accounted.read(file.read_text(encoding="utf-8")) if file.is_file() else None


def lock_rows(run: PhaseRun, why: str) -> None:
    """Keep what the migration made of rows as what it shall make of them; nothing of a phase that writes none."""
    file = run.phase.folder / accounted.LOCKED
    if run.written:
        file.write_text(accounted.text_of(why, run.written), encoding="utf-8")
    else:
        file.unlink(missing_ok=True)
    others = [one for one in run.verdicts if one.checker != accounted.CHECKER]
    run.verdicts[:] = [*others, accounted.as_locked(run.phase, run.written, locked_rows(run.phase), wanted=True)]


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
        applied = catalogue.migrations(live.db)
    listen("phase", {"text": f"migrating to {phase.name}"})
    with part(run, "migration"):
        retarget.backup(stack, stack.run_dir / "backup.dump")
        live.retarget(after)
        retarget.migrate(stack)
        new_rows, new_schema = catalogue.rows(live.db), catalogue.schema(live.db)
        run.verdicts.append(judge.schema_change(phase, old_schema, new_schema))
        run.verdicts.append(judge.forward_rows(phase, old_rows, new_rows, new_schema))
        run.verdicts.append(judge.old_code(after.phase, legacy.scan(after, new_schema)))
        run.kept, run.written = old_rows, accounted.lines_of(old_rows, new_rows)
        run.verdicts.append(accounted.as_locked(phase, run.written, locked_rows(phase), wanted=after.surfaces_locked))
        now = catalogue.migrations(live.db)
        run.undo = {
            app: [*applied.get(app, ()), "zero"][len(applied.get(app, ())) - 1]
            for app, names in now.items()
            if set(names) - set(applied.get(app, ()))
        }
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
