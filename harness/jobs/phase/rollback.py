"""What a rollback must leave, and what the older code must make of a task that was queued under the phase. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.ledger import Amount
from harness.core.phase import Phase, RollbackKind, SchemaEffect
from harness.core.schema import Rows
from harness.core.verdict import Status, Verdict
from harness.jobs.phase.accounted import nothing_else
from harness.jobs.phase.judge import round_trip


def survived(phase: Phase, kept: Rows, written: Rows, left: Rows) -> list[Verdict]:
    """`kept` are the rows of the phase before, `written` those at the end of the phase, `left` those after the rollback."""
    # a rollback of code alone leaves the data that the phase's migrations wrote
    stays = {f"{one.table}.{column}" for one in phase.expect.data for column in one.columns}
    kept_but = stays if phase.rollback.kind is RollbackKind.CODE else set()
    verdicts = [round_trip(phase, kept, left, told="rows of the phase before are as they were", gone=kept_but)]
    if phase.rollback.kind is not RollbackKind.BACKUP:
        told = "rows written under it survive the rollback"
        gone = _gone(phase) if phase.rollback.kind is RollbackKind.MIGRATE else ()
        verdicts.append(round_trip(phase, written, left, told=told, gone=gone))
    return [*verdicts, nothing_else(phase, kept, written, left)]


def reversed_as_before(phase: Phase, kept: Rows, written: Rows, left: Rows) -> list[Verdict]:
    """What the phase's own migrations leave when they are undone, beside the plan's way back: the rows of the phase before are as they were,
    and those written under it are there but for what the phase brought."""
    undone = {f"{one.table}.{column}" for one in phase.expect.data for column in one.columns}
    return [
        round_trip(phase, kept, left, told="its migrations reversed, rows of the phase before are as they were"),
        round_trip(
            phase, written, left, told="its migrations reversed, rows written under it survive", gone={*_gone(phase), *undone, *_brought(phase, kept, written)},
        ),
    ]  # fmt: skip


def irreversible(phase: Phase, words: Sequence[str], why: str) -> Verdict:
    """A migration that cannot be undone has no way back of its own: told, and nobody's failure."""
    return Verdict(
        checker="phase-rollback",
        status=Status.NOT_ASKED,
        cell="",
        claim=f"phase {phase.number}: its migrations reversed, rows are as they were",
        evidence=(f"not asked: migrate {' '.join(words)} cannot be reversed: {why}",),
    )


def served(phase: Phase, unsettled: str, states: Sequence[str], wanted: Amount, left: Amount | None) -> Verdict:
    """The old code served the task that the new code had queued, and charged what the golden says.

    `unsettled`: why the work did not come to rest, "" when it did; `left` is the customer's balance, None where the
    customer is gone.
    """
    problems = [unsettled] if unsettled else []
    if phase.rollback.kind is RollbackKind.BACKUP:
        # the customer came after the backup: the task finds nobody and may fail, but it must end and charge nobody
        shown = f"its customer went with the backup; it ended, and nobody was charged: {', '.join(states)}"
        if left is not None:
            problems.append("a customer who came after the backup is still there")
    else:
        shown = f"{', '.join(states)}; balance {wanted} as the golden says"
        problems += [
            f"the code of phase {phase.number - 1} could not serve a task queued by {phase.name}: {state}"
            for state in states
            if "SUCCESS" not in state
        ]
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
    return tuple(gone)


def _brought(phase: Phase, kept: Rows, written: Rows) -> tuple[str, ...]:
    """Tables of declared data whose rows came with the migration: they go with it."""
    came = {change.table for change in phase.expect.data}
    return tuple(table for table in came if written.get(table, {}).keys() - kept.get(table, {}).keys())
