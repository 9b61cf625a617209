"""The plan's rows against what a run showed of them.

A row that no scenario claims, or whose cells were not driven, is unknown. A row whose cells pass only because a finding
says that they are wrong has failed: the plan asks whether it works.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.core.errors import HarnessError, did_you_mean
from harness.core.golden import Outcome
from harness.core.history import CellHistory
from harness.core.ledger import ONLY_ACCOUNT
from harness.core.repeat import repeat_command
from harness.core.scenario import Scenario
from harness.core.verdict import Status, Verdict, worst
from harness.jobs.checklist.values import Filled, Row, Section, Seen
from harness.judge.facts import Target
from harness.judge.golden.outcome import outcome_of


def fill(
    sections: Sequence[Section],
    cells: Sequence[CellHistory],
    verdicts: Sequence[Verdict],
    scenarios: Mapping[str, Scenario],
    target: Target,
    phase: int,
) -> dict[str, tuple[Filled, ...]]:
    """Section id -> its rows, in the plan's order. Raises checklist-claim for a scenario that names no row."""
    claims = claims_of(sections, scenarios)
    driven = {cell.cell: cell for cell in cells}

    def filled(section: Section, row: Row) -> Filled:
        if section.unknown:
            return Filled(row=row, status=Status.UNKNOWN, why=section.unknown)
        seen = tuple(
            _seen(row, name, driven.get(name), verdicts, scenarios, target, phase) for name in claims.get(row.claim, ())
        )
        if not seen:
            return Filled(row=row, status=Status.UNKNOWN, why="no scenario claims this row")
        statuses = {one.status for one in seen}
        return Filled(row=row, status=next(s for s in (Status.FAIL, Status.UNKNOWN, Status.PASS) if s in statuses), seen=seen)  # fmt: skip

    return {section.id: tuple(filled(section, row) for row in section.rows) for section in sections}


def claims_of(sections: Sequence[Section], scenarios: Mapping[str, Scenario]) -> dict[str, tuple[str, ...]]:
    """Claim ("path1: Cluster Keywords") -> the cells that stand for that row."""
    known = {row.claim for section in sections for row in section.rows}
    found: dict[str, tuple[str, ...]] = {}
    for scenario in scenarios.values():
        for path, rows in scenario.plan.items():
            for claim in rows:
                if claim not in known and any(claim.startswith(f"{section.id}:") for section in sections):
                    raise HarnessError(
                        f"{scenario.id} stands for '{claim}', which is no row of the plan",
                        hint=did_you_mean(claim, known),
                        code="checklist-claim",
                    )
                found[claim] = (*found.get(claim, ()), f"{scenario.id}@{path}")
    return found


def _seen(
    row: Row, name: str, cell: CellHistory | None, verdicts: Sequence[Verdict], scenarios: Mapping[str, Scenario],
    target: Target, phase: int,
) -> Seen:  # fmt: skip
    repeat = repeat_command(name, phase)
    if cell is None:
        return Seen(cell=name, status=Status.UNKNOWN, repeat=repeat, notes=(f"{name} was not driven in this run",))
    own = [verdict for verdict in verdicts if verdict.cell == name]
    wider = [verdict for verdict in verdicts if verdict.cell == cell.scenario]
    outcome = outcome_of(cell, scenarios[cell.scenario], target)
    status, notes = worst([*own, *wider]) if own else Status.UNKNOWN, []
    for verdict in (*own, *wider):
        if verdict.status.bad:
            notes.append(f"{name}: {verdict.checker}: {verdict.evidence[0] if verdict.evidence else verdict.claim}")
    if wrong := dict.fromkeys(verdict.finding for verdict in (*own, *wider) if verdict.finding):
        status = Status.FAIL
        notes.append(f"{name} passes only as known wrong: {', '.join(wrong)}")
    for short in _short_of_the_plan(row, cell, phase):
        status = Status.FAIL
        notes.append(f"{name}: {short}")
    if row.credits_each is not None and phase < row.since:
        notes.append(
            f"the plan's {row.credits_each} credits each hold from phase {row.since} on; at {phase} it is as locked"
        )
    return Seen(
        cell=name, status=status, repeat=repeat, credits=_credits(outcome), changed=outcome.rows, calls=outcome.calls,
        notes=tuple(notes),
    )  # fmt: skip


def _short_of_the_plan(row: Row, cell: CellHistory, phase: int) -> Iterator[str]:
    """What the row's own words demand of the usage logs and balances, and the cell does not show."""
    for operation in row.operations:
        charges = [log for log in cell.usage if log.operation == operation]
        if not any(log.credits > 0 for log in charges):
            yield f"the usage logs show no charge for {operation}"
        if row.credits_each is None or phase < row.since:
            continue
        for log in charges:
            if log.credits != row.credits_each * log.units:
                yield f"{log.credits} credits for {log.units} by {log.model}; the plan says {row.credits_each} each"
    paid = [name for name, (opening, closing) in cell.accounts.items() if closing < opening]
    if len(paid) < row.accounts:
        yield f"{len(paid)} of {row.accounts} accounts paid"


def _credits(outcome: Outcome) -> str:
    return ", ".join(
        f"{'' if name == ONLY_ACCOUNT else f'{name} '}{balance['opening']} -> {balance['closing']}"
        for name, balance in outcome.balance.items()
    )


def run_wide(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Verdicts on the run as a whole that did not pass."""
    return tuple(verdict for verdict in verdicts if not verdict.cell and verdict.status.bad)
