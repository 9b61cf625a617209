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
from harness.core.phase import RollbackKind
from harness.core.scenario import Cell, Do, Scenario
from harness.core.schema import Rows
from harness.core.verdict import Verdict
from harness.jobs.phase.rollback import irreversible, reversed_as_before, served, survived
from harness.jobs.phase.values import QUEUED, STILL_LIVING, PhaseRun, part, scenario_of, silent
from harness.run.judged import Law
from harness.stack.database import ledger
from harness.stack.processes import retarget
from harness.stack.roles.logs import Mark

IRREVERSIBLE = "IrreversibleError"
"""What Django says of a migration that has no way back."""
Listen = Callable[[str, Mapping[str, Any]], None]


def go_back(
    run: PhaseRun, live: Live, law: Law, before: Config, after: Config, listen: Listen
) -> None:  # fmt: skip
    """Leave rows and a queued task under N, roll back, and let N-1 serve the task."""
    phase, stack = run.phase, live.stack
    listen("phase", {"text": f"leaving rows and a queued task under {phase.name}"})
    with part(run, "rollback"):
        living = scenario_of(law.scenarios, STILL_LIVING)
        run_cell(after, Cell(scenario=living, path=living.paths[0]), live, silent)
        retarget.without_shadows(stack)
        queued = scenario_of(law.scenarios, QUEUED)
        refs = leave(live, _Queued(after, queued, live))
        written = catalogue.rows(live.db)
        listen("phase", {"text": f"rolling {phase.name} back: {phase.rollback.kind}"})
        live.retarget(after)  # stops the new code; migrating back still needs it
        if phase.rollback.kind is not RollbackKind.MIGRATE:
            run.verdicts += _reversed(run, live, written)
        rows_left = _roll_back(run, live, before)
        run.verdicts += survived(phase, run.kept, written, rows_left)
        retarget.start_roles(stack)
        run.verdicts.append(_served(run, live, law, queued, refs))
        retarget.without_shadows(stack)
        retarget.with_shadows(stack)


class _Queued:
    """One task that is asked for while no worker runs, as cell.observe.Work to leave: its message stays in the queue."""

    faults = ()
    variation, varied = "", {}

    def __init__(self, config: Config, scenario: Scenario, live: Live) -> None:
        self.config, self.scenario, self.live = config, scenario, live
        self.way = scenario.paths[0]
        self.path = str(self.way)
        self.id, self.title, self.tape = scenario.id, scenario.title, scenario.tape_at(config.phase)

    def clear(self) -> None:
        """The workers go; the world goes on."""
        for role in self.config.roles.values():
            if role.ready == "celery":
                self.live.stack.kill(role.name)

    def seed(self) -> Refs:
        given = self.scenario.given
        refs = self.live.seed(given)
        self._callers = auth.headers(self.config.auth, given, refs, (given.actor,), self.live)
        return refs

    def drive(self, refs: Refs) -> Driven:
        step = next(step for step in self.scenario.steps if isinstance(step, Do))
        action = resolved(step.on(self.way), refs)
        callers = self._callers[self.scenario.given.actor]
        asked = ask(step, action, self.way, names(step.args, refs), self.live, callers).exchange
        if asked is not None and asked.status >= 300:
            raise StackError(
                f"phase {self.config.phase} refused to queue a task: {asked.status}",
                hint=str(asked.response)[:300],
                code="phase-queue",
            )
        return Driven(settled=False, settle_reason="left in the queue on purpose")

    def lines(self, mark: Mark) -> tuple[LogLine, ...]:
        return ()


def _roll_back(run: PhaseRun, live: Live, before: Config) -> Rows:
    rollback, stack = run.phase.rollback, live.stack
    if rollback.kind is RollbackKind.MIGRATE:
        for app, name in rollback.to.items():
            retarget.migrate(stack, (app, name))
    elif rollback.kind is RollbackKind.BACKUP:
        retarget.restore(stack, stack.run_dir / "backup.dump")
        live.db = stack.db
    live.retarget(before)
    return catalogue.rows(live.db)


def _reversed(run: PhaseRun, live: Live, written: Rows) -> list[Verdict]:
    """The phase's own migrations undone, whatever the plan's way back is; afterwards all is as it was."""
    if not run.undo:
        return []
    stack = live.stack
    under = stack.run_dir / "under.dump"
    retarget.backup(stack, under)
    try:
        for words in run.undo.items():
            try:
                retarget.migrate(stack, words)
            except StackError as error:
                if IRREVERSIBLE not in error.hint:
                    raise
                return [irreversible(run.phase, words, error.hint)]
        return reversed_as_before(run.phase, run.kept, written, catalogue.rows(live.db))
    finally:
        retarget.restore(stack, under)
        live.db = stack.db


def _served(run: PhaseRun, live: Live, law: Law, scenario: Scenario, refs: Mapping[str, Any]) -> Verdict:
    """Wait until the old code is done with the task that the new code had queued."""
    reason = live.broker.settle(live.config.settle_timeout_s, at_least=1)
    states = [f"{task.name} {task.state} {task.error}".strip() for task in live.broker.tasks()]
    name = next(name for name, ref in refs.items() if ref["kind"] == live.config.ledger.accounts)
    golden = resolve(law.goldens[scenario.id], run.phase.number - 1, "").outcome
    wanted = next(iter(golden.balance.values()))["closing"]
    held = ledger.balances(ledger.query_of(live.db, *live.beside), live.config, refs)
    left = live.config.ledger.amount(held[name]["credits"]) if name in held else None
    return served(run.phase, reason, states, wanted, left)
