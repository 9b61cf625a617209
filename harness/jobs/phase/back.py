"""The way back from a phase: rows and a queued task left behind, the rollback, and what the older code makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.backend import catalogue
from harness.cell import auth
from harness.cell.ask import ask
from harness.cell.drive import Driven
from harness.cell.live import Live
from harness.cell.observe import Refs, leave
from harness.cell.run import run_cell
from harness.cell.template import names, resolved
from harness.core.config import Config
from harness.core.errors import StackError
from harness.core.golden import resolve
from harness.core.history import LogLine
from harness.core.phase import Phase, RollbackKind, SchemaEffect
from harness.core.scenario import Cell, Do, Scenario
from harness.core.scenario import Path as Way
from harness.core.schema import Rows
from harness.core.verdict import Status, Verdict
from harness.jobs.phase import judge
from harness.jobs.phase.values import PhaseRun, part, silent
from harness.run.judged import Law
from harness.stack.database import ledger
from harness.stack.processes import retarget
from harness.stack.roles.logs import Mark

STILL_LIVING, QUEUED = "migration/still_living", "migration/queued"
Listen = Callable[[str, Mapping[str, Any]], None]


def go_back(
    run: PhaseRun, live: Live, law: Law, before: Config, after: Config, listen: Listen
) -> None:  # fmt: skip
    """Leave rows and a queued task under N, roll back, and let N-1 serve the task."""
    phase, stack = run.phase, live.stack
    listen("phase", {"text": f"leaving rows and a queued task under {phase.name}"})
    with part(run, "rollback"):
        run_cell(after, Cell(scenario=law.scenarios[STILL_LIVING], path=Way.AUTOMATION), live, silent)
        retarget.without_shadows(stack)
        queued = law.scenarios[QUEUED]
        refs = leave(live, _Queued(after, queued, live))
        rows_of_n = catalogue.rows(live.db)
        listen("phase", {"text": f"rolling {phase.name} back: {phase.rollback.kind}"})
        live.retarget(after)  # stops the new code; migrating back still needs it
        rows_left = _roll_back(run, live, before, rows_of_n)
        # a rollback of code alone leaves the data that the phase's migrations wrote
        stays = {f"{one.table}.{column}" for one in phase.expect.data for column in one.columns}
        kept_but = stays if phase.rollback.kind is RollbackKind.CODE else set()
        gone = _gone(phase)
        run.verdicts.append(
            judge.round_trip(
                phase, run.kept, rows_left, told="rows of the phase before are as they were", gone=kept_but
            )
        )
        if phase.rollback.kind is not RollbackKind.BACKUP:
            run.verdicts.append(
                judge.round_trip(
                    phase, rows_of_n, rows_left, told="rows written under it survive the rollback", gone=gone
                )
            )
        retarget.start_roles(stack)
        run.verdicts.append(_served(run, live, law, queued, refs))
        retarget.without_shadows(stack)
        retarget.with_shadows(stack)


class _Queued:
    """One task that is asked for while no worker runs, as cell.observe.Work to leave: its message stays in the queue."""

    path = str(Way.MANUAL)
    faults = ()

    def __init__(self, config: Config, scenario: Scenario, live: Live) -> None:
        self.config, self.scenario, self.live = config, scenario, live
        self.id, self.title, self.tape = scenario.id, scenario.title, scenario.tape_at(config.phase)

    def clear(self) -> None:
        """The worker goes; the world goes on."""
        self.live.stack.kill("worker")

    def seed(self) -> Refs:
        given = self.scenario.given
        refs = self.live.seed(given)
        self._callers = auth.headers(self.config.auth, given, refs, (given.actor,), self.live)
        return refs

    def drive(self, refs: Refs) -> Driven:
        step = next(step for step in self.scenario.steps if isinstance(step, Do))
        action = resolved(step.on(Way.MANUAL), refs)
        callers = self._callers[self.scenario.given.actor]
        asked = ask(step, action, Way.MANUAL, names(step.args, refs), self.live, callers).exchange
        if asked is not None and asked.status >= 300:
            raise StackError(
                f"phase {self.config.phase} refused to queue a task: {asked.status}",
                hint=str(asked.response)[:300],
                code="phase-queue",
            )
        return Driven(settled=False, settle_reason="left in the queue on purpose")

    def lines(self, mark: Mark) -> tuple[LogLine, ...]:
        return ()


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
    name = next(name for name, ref in refs.items() if ref["kind"] == live.config.ledger.accounts)
    golden = resolve(law.goldens[scenario.id], phase.number - 1, "").outcome
    wanted = next(iter(golden.balance.values()))["closing"]
    held = ledger.balances(ledger.query_of(live.db), live.config, refs)
    left = live.config.ledger.amount(held[name]["credits"]) if name in held else None
    if run.phase.rollback.kind is RollbackKind.BACKUP:
        # the customer came after the backup: the task finds nobody and may fail, but it must end and charge nobody
        problems = [reason] if reason else []
        shown = f"its customer went with the backup; it ended, and nobody was charged: {', '.join(states)}"
        if left is not None:
            problems.append("a customer who came after the backup is still there")
    else:
        shown = f"{', '.join(states)}; balance {wanted} as the golden says"
        if left != wanted:
            problems.append(
                f"the queued task left a balance of {'nobody' if left is None else left}, the golden has {wanted}"
            )
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
