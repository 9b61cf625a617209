"""`harness phase N`: one phase of the migration on a database that was lived in, forward and back.

1  boot the code of N-1; a full run leaves rows in every table, with rows at the edges around it
2  back the database up; stop the old code; migrate with the code of N
3  the schema changed as declared, every earlier row is still what it was, declared data is written
4  boot the code of N on that database: every scenario, with N's goldens
5  a full run under N leaves rows; a task is queued and not served; the code of N stops
6  roll back as the phase says: migrate back, change the code only, or restore the backup
7  boot the code of N-1: it serves the queued task; every row that must survive has survived
8  every scenario again, with N-1's goldens
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from harness.checker import legacy, phase_change
from harness.core.config import Config
from harness.core.errors import HarnessError, StackError
from harness.core.golden import resolve
from harness.core.phase import Phase, RollbackKind, SchemaEffect
from harness.core.scenario import Cell, Do, Scenario, bearer
from harness.core.scenario import Path as Way
from harness.core.schema import Rows, Schema
from harness.core.verdict import Status, Verdict
from harness.driver import drive as driver
from harness.run.at_phase import at_phase
from harness.run.cell import run_cell
from harness.run.judged import Law, judge_run
from harness.run.plan import Plan
from harness.run.surface import Live, boot
from harness.run.verify import needs_shell, start_event
from harness.stack import catalogue, retarget, seed
from harness.stack.island import Island
from harness.store import legacy as legacy_rules
from harness.store import phase_tree
from harness.store import phases as manifests
from harness.store.history import HistoryWriter
from harness.store.runs import HISTORY

LIVED_IN, STILL_LIVING, QUEUED = "migration/lived_in", "migration/still_living", "migration/queued"
Listen = Callable[[str, Mapping[str, Any]], None]


@dataclass(slots=True, kw_only=True)
class PhaseRun:
    """What came of one phase: its own verdicts, those of the scenarios at N and again at N-1, and where time went."""

    phase: Phase
    verdicts: list[Verdict] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    cells: int = 0
    whole: bool = True
    """Whether every scenario was driven; False with --only."""
    kept: Rows = field(default_factory=dict)
    """Every row as the code of the phase before left it."""

    @property
    def failed(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.status is not Status.PASS)


def run_phase(
    config: Config, number: int, law: Law, plan: Plan, island: Island, folder: Path, listen: Listen
) -> PhaseRun:
    """Drive phase `number` there and back in `island`; histories go below `folder`. Raises only what breaks the stack."""
    phase = manifests.read_all(phases_dir(config), number)[-1]
    before, after = at_phase(config, number - 1), at_phase(config, number)
    run = PhaseRun(phase=phase, whole=plan.whole)
    run.verdicts.append(
        phase_change.golden_change(phase, law.goldens, lambda golden, at: resolve(golden, at, "").outcome)
    )
    plan = replace(
        plan, cells=tuple(cell for cell in plan.cells if not cell.scenario.id.startswith("migration/")), whole=False
    )
    begun = time.perf_counter()
    with boot(before, island, shell=needs_shell(before, plan)) as live, requests.Session() as session:
        run.seconds["boot"] = time.perf_counter() - begun
        session.trust_env = False
        _forward(run, live, session, law, before, after, listen)
        _all_cells(run, live, session, law, after, plan, folder / f"phase-{number}", listen)
        _back(run, live, session, law, before, after, listen)
        _all_cells(run, live, session, law, before, plan, folder / f"back-to-{number - 1}", listen)
    return run


def legacy_scan(config: Config, schema: Schema) -> Verdict:
    """What the cleanup removes is there as long as it is needed, and gone from then on: sources and schema together."""
    assert config.phases_root is not None
    tree = phase_tree.layered(config.phases_root, phases_dir(config), config.phase)
    rules = legacy_rules.read(config.contracts / "legacy.toml")
    columns = {name: table.columns.keys() for name, table in schema.items()}
    found = legacy.check(legacy_rules.sources(tree.files, rules), columns, rules, config.phase)
    return Verdict(
        checker="phase-legacy",
        status=found.status,
        cell="",
        claim=f"phase {config.phase}: old code is there while it is needed, and gone from phase 7 on",
        evidence=found.evidence,
    )


def phases_dir(config: Config) -> Path:
    """Where the target's phases lie. Raises phase-none."""
    if config.phases_dir is None:
        raise HarnessError(
            f"{config.source.name} has no [phases]", hint="name the overlays of the target's phases", code="phase-none"
        )
    return config.phases_dir


def _forward(
    run: PhaseRun, live: Live, session: requests.Session, law: Law, before: Config, after: Config, listen: Listen
) -> None:  # fmt: skip
    """Live in the database of N-1, then migrate it with the code of N."""
    phase, stack = run.phase, live.stack
    listen("phase", {"text": f"living in the database of phase {phase.number - 1}"})
    with _part(run, "lived-in data"):
        run_cell(before, Cell(scenario=law.scenarios[LIVED_IN], path=Way.AUTOMATION), live, session, _silent)
        retarget.without_shadows(stack)
        old_rows, old_schema = catalogue.rows(live.db), catalogue.schema(live.db)
    listen("phase", {"text": f"migrating to {phase.name}"})
    with _part(run, "migration"):
        retarget.backup(stack, stack.run_dir / "backup.dump")
        live.retarget(after)
        retarget.migrate(stack)
        new_rows, new_schema = catalogue.rows(live.db), catalogue.schema(live.db)
        run.verdicts.append(phase_change.schema_change(phase, old_schema, new_schema))
        run.verdicts.append(phase_change.forward_rows(phase, old_rows, new_rows, new_schema))
        run.verdicts.append(legacy_scan(after, new_schema))
        run.kept = old_rows
        retarget.with_shadows(stack)
        retarget.start_roles(stack)


def _all_cells(
    run: PhaseRun, live: Live, session: requests.Session, law: Law, config: Config, plan: Plan, folder: Path, listen: Listen
) -> None:  # fmt: skip
    """Every scenario of the plan with the goldens of `config.phase`, judged as `harness verify` judges."""
    folder.mkdir(parents=True)
    mark = live.stack.log_mark()
    with _part(run, f"scenarios at {config.phase}"), HistoryWriter(folder / HISTORY) as history:

        def tell(kind: str, fields: Mapping[str, Any]) -> None:
            history.tell(kind, fields)
            listen(kind, fields)

        here = replace(plan, phase=config.phase)
        tell("run.start", start_event(config, here, live.stack.island))
        for cell in plan.cells:
            run_cell(config, cell, live, session, tell)
            live.stack.alive()
        tell("run.end", {"seconds": {}, "cells": len(plan.cells)})
    with _part(run, "judging"):
        judged = judge_run(config, law, folder)
        run.cells += len(plan.cells)
        run.verdicts += [replace(one, claim=f"phase {config.phase}: {one.claim}") for one in judged.verdicts]
        if config.phase == run.phase.number:
            run.verdicts.append(phase_change.log_markers(run.phase, live.stack.logs_since(mark), whole=run.whole))


def _back(
    run: PhaseRun, live: Live, session: requests.Session, law: Law, before: Config, after: Config, listen: Listen
) -> None:  # fmt: skip
    """Leave rows and a queued task under N, roll back, and let N-1 serve the task."""
    phase, stack = run.phase, live.stack
    listen("phase", {"text": f"leaving rows and a queued task under {phase.name}"})
    with _part(run, "rollback"):
        run_cell(after, Cell(scenario=law.scenarios[STILL_LIVING], path=Way.AUTOMATION), live, session, _silent)
        retarget.without_shadows(stack)
        queued = law.scenarios[QUEUED]
        refs = _queue_one(live, session, queued, after)
        rows_of_n = catalogue.rows(live.db)
        listen("phase", {"text": f"rolling {phase.name} back: {phase.rollback.kind}"})
        live.retarget(after)  # stops the new code; migrating back still needs it
        rows_left = _roll_back(run, live, before, rows_of_n)
        # a rollback of code alone leaves the data that the phase's migrations wrote
        stays = {f"{one.table}.{column}" for one in phase.expect.data for column in one.columns}
        kept_but = stays if phase.rollback.kind is RollbackKind.CODE else set()
        gone = _gone(phase)
        run.verdicts.append(
            phase_change.round_trip(
                phase, run.kept, rows_left, told="rows of the phase before are as they were", gone=kept_but
            )
        )
        if phase.rollback.kind is not RollbackKind.BACKUP:
            run.verdicts.append(
                phase_change.round_trip(
                    phase, rows_of_n, rows_left, told="rows written under it survive the rollback", gone=gone
                )
            )
        retarget.start_roles(stack)
        run.verdicts.append(_served(run, live, law, queued, refs))
        retarget.without_shadows(stack)
        retarget.with_shadows(stack)


def _queue_one(live: Live, session: requests.Session, scenario: Scenario, config: Config) -> Mapping[str, Any]:
    """Ask for one task while no worker runs: its message stays in the queue."""
    live.stack.kill("worker")
    live.broker.reset()
    refs = seed.insert(live.db, config.tables, scenario.given)
    live.fake.load(scenario.id, scenario.tape_at(config.phase), ())
    step = next(step for step in scenario.when if isinstance(step, Do))
    asked = driver.ask_over_http(config, step, refs, bearer(scenario.given.actor), live, session)
    if asked.status >= 300:
        raise StackError(
            f"phase {config.phase} refused to queue a task: {asked.status}",
            hint=str(asked.response)[:300],
            code="phase-queue",
        )
    return refs


def _roll_back(run: PhaseRun, live: Live, before: Config, rows_of_n: Rows) -> Rows:
    rollback, stack = run.phase.rollback, live.stack
    if rollback.kind is RollbackKind.MIGRATE:
        for app, name in rollback.to.items():
            retarget.migrate(stack, (app, name))
    elif rollback.kind is RollbackKind.BACKUP:
        retarget.restore(stack, stack.run_dir / "backup.dump")
        live.db = stack.db
    live.retarget(before)
    return catalogue.rows(live.db)


def _served(run: PhaseRun, live: Live, law: Law, scenario: Scenario, refs: Mapping[str, Any]) -> Verdict:
    """The old code served the task that the new code had queued, and charged what the golden says."""
    phase = run.phase
    reason = live.broker.settle(live.config.settle_timeout_s, at_least=1)
    states = [f"{task.name} {task.state} {task.error}".strip() for task in live.broker.tasks()]
    problems = [reason] if reason else []
    problems += [
        f"the code of phase {phase.number - 1} could not serve a task queued by {phase.name}: {state}"
        for state in states
        if "SUCCESS" not in state
    ]
    account = live.config.ledger.account
    name = next(name for name, ref in refs.items() if ref["kind"] == account)
    golden = resolve(law.goldens[scenario.id], phase.number - 1, "").outcome
    wanted = next(iter(golden.balance.values()))["closing"]
    row = live.db.execute(
        f'SELECT "{live.config.ledger.account_credits}" FROM "{live.config.tables[account].table}" WHERE id = %s',
        [refs[name]["id"]],
    ).fetchone()
    if run.phase.rollback.kind is RollbackKind.BACKUP:
        # the customer came after the backup: the task finds nobody and may fail, but it must end and charge nobody
        problems = [reason] if reason else []
        shown = f"its customer went with the backup; it ended, and nobody was charged: {', '.join(states)}"
        if row is not None:
            problems.append("a customer who came after the backup is still there")
    else:
        shown = f"{', '.join(states)}; balance {wanted} as the golden says"
        if row is None or row[0] != wanted:
            problems.append(f"the queued task left a balance of {row[0] if row else 'nobody'}, the golden has {wanted}")
    return Verdict(
        checker="phase-queue",
        status=Status.FAIL if problems else Status.PASS,
        cell="",
        claim=f"phase {phase.number}: a task queued under it is served by the code before it",
        evidence=tuple(problems) or (shown,),
    )


def _gone(phase: Phase) -> tuple[str, ...]:
    """Tables and columns that go with the rollback, because the phase brought them."""
    gone: list[str] = []
    for change in phase.expect.schema:
        if change.change is SchemaEffect.TABLE_ADDED:
            gone.append(change.table)
        elif change.change is SchemaEffect.COLUMN_ADDED:
            gone += [f"{change.table}.{column}" for column in change.columns]
    return tuple(gone) if phase.rollback.kind is RollbackKind.MIGRATE else ()


@contextmanager
def _part(run: PhaseRun, name: str) -> Iterator[None]:
    begun = time.perf_counter()
    try:
        yield
    finally:
        run.seconds[name] = run.seconds.get(name, 0.0) + time.perf_counter() - begun


def _silent(kind: str, fields: Mapping[str, Any]) -> None:
    """Events of cells that only leave rows behind."""
