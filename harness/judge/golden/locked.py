"""The golden check: what a cell came to against what is locked, and what a declared deviation says of it."""

from __future__ import annotations

from dataclasses import replace

import harness
from harness.core.counts import count
from harness.core.golden import Outcome, resolve
from harness.core.history import CellHistory
from harness.judge.context import Context
from harness.judge.golden.difference import difference
from harness.judge.golden.outcome import outcome_of
from harness.judge.result import Result, breaks, holds


def golden(cell: CellHistory, context: Context) -> Result:
    """fails with golden-missing, golden-known-wrong (a finding is not declared) or golden-differs."""
    scenario = context.scenario
    observed = outcome_of(cell, scenario, context.target)
    if context.golden is None:
        return breaks(
            [
                f"{count(observed.charged_credits, 'credit')} charged, and no golden says whether that is right",
                f"balance {_balances(observed)}; {len(observed.ledger)} ledger rows, {sum(observed.calls.values())} calls",
            ],
            code="golden-missing",
            hint=f'read `harness golden diff {scenario.id}`, then `harness golden accept {scenario.id} --why "..."`',
        )
    expected = resolve(context.golden, context.phase, context.path)
    unmarked = _marks(set(expected.known_wrong), {finding.id for finding in context.findings}, context.phase)
    if unmarked:
        return breaks(
            unmarked,
            code="golden-known-wrong",
            hint="a golden names in known_wrong just the findings that the scenario declares and that still show",
        )
    lines = difference(expected.outcome, observed)
    if not lines:
        why = [context.golden.deviations[index].why for index in expected.used]
        shown = f"{count(observed.charged_credits, 'credit')} charged, {len(observed.ledger)} ledger rows, as locked"
        return holds(shown, *(f"by deviation: {reason}" for reason in why))
    return breaks(
        [*lines, *_deviations(context, observed, expected.used), *_by_another(context.golden.harness)],
        credits_delta=observed.charged_credits - expected.outcome.charged_credits,
        code="golden-differs",
        hint=f'if it is meant: harness golden accept {scenario.id} --why "..."',
    )


def _by_another(version: str) -> list[str]:
    """What is locked may have been written by a harness that told it otherwise."""
    if version in ("", harness.__version__):
        return []
    return [
        f"locked by harness {version}, and this is {harness.__version__}: harness check --with a run of then tells what only the harness changed"
    ]


def _marks(marked: set[str], shown: set[str], phase: int) -> list[str]:
    """A defect is locked only where the golden says that it is one, and only while it is one."""
    return [
        *(
            f"the golden says known_wrong = {name}, which is not declared or has ended by phase {phase}"
            for name in sorted(marked - shown)
        ),
        *(
            f"the finding {name} shows here, and the golden does not say known_wrong = {name}"
            for name in sorted(shown - marked)
        ),
    ]


def _deviations(context: Context, observed: Outcome, used: tuple[int, ...]) -> list[str]:
    """Say so when the cell is right but for a deviation that has ended, or that is no longer needed."""
    locked = context.golden
    assert locked is not None
    lines = []
    for index, deviation in enumerate(locked.deviations):
        if index in used:
            kept = [other for n, other in enumerate(locked.deviations) if n != index]
            lines += _if_equal(
                context, observed, kept, context.phase, f"the deviation '{deviation.why}' is no longer needed here"
            )
        elif deviation.phases and context.phase > deviation.phases[1]:
            lines += _if_equal(
                context,
                observed,
                list(locked.deviations),
                deviation.phases[1],
                f"still behaves as the deviation '{deviation.why}', which ended before phase {deviation.phases[1] + 1}",
            )
    return lines


def _if_equal(context: Context, observed: Outcome, deviations: list, phase: int, line: str) -> list[str]:
    assert context.golden is not None
    other = resolve(replace(context.golden, deviations=tuple(deviations)), phase, context.path)
    return [] if difference(other.outcome, observed) else [line]


def _balances(outcome: Outcome) -> str:
    return ", ".join(f"{b['opening']} -> {b['closing']}" for b in outcome.balance.values())
