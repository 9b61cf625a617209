"""Whether less is driven or asked than was accepted: what is not there fails no check of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harness.core.golden.coverage import Coverage
from harness.core.history import CellHistory, RunHistory
from harness.core.rates import RateCard
from harness.core.scenario import Scenario
from harness.core.tier import USUAL
from harness.judge.asked import why_not
from harness.judge.context import RunContext
from harness.judge.facts import Target
from harness.judge.golden.agreement import Named
from harness.judge.result import breaks, holds

GONE = 'if it is meant: harness golden accept {} --gone --why "..."'


def covered(
    checks: Iterable[str], history: RunHistory, scenarios: Iterable[Scenario], target: Target, rates: RateCard
) -> Coverage:
    """What there is now, of the `checks` that this harness has; cells are counted of a whole run alone."""
    start = history.start
    whole = bool(start.get("whole")) and not history.shard
    return Coverage(
        phase=history.phase,
        scenarios={one.id: tuple(sorted(map(str, one.paths))) for one in scenarios},
        tables=tuple(sorted(target.tables)),
        checks=tuple(sorted(name for name in checks if not why_not(name, target.ledger, rates))),
        tiers={str(start.get("tier", USUAL)): sum("~" not in cell for cell in history.planned)} if whole else {},
    )


def as_much(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Nothing is gone of what was accepted. Where nothing was, it is missed as surfaces are: where harness.toml says that they are locked."""
    noted = context.noted
    if noted is None or (noted.coverage is None and not context.target.surfaces_locked):
        return
    before = noted.coverage
    if before is None:
        yield (
            "",
            breaks(
                ["there is no coverage.toml: nobody can tell what is not driven any more"],
                code="coverage-missing",
                hint='bring it back, or accept a whole run: harness golden accept "*" --surface --why "..."',
            ),
        )
        return
    now = covered(noted.checks, noted.history, context.scenarios.values(), context.target, context.rates)
    lines = list(gone(before, now))
    if lines:
        lost = sorted(set(before.scenarios) - set(now.scenarios))
        which = lost[0] if len(lost) == 1 and len(lines) == 1 else '"*"'
        yield "", breaks(lines, code="coverage-fell", hint=GONE.format(which))
    else:
        yield (
            "",
            holds(
                f"{len(before.scenarios)} scenarios, {len(before.tables)} tables, {len(before.checks)} checks, all there"
            ),
        )


def gone(before: Coverage, now: Coverage) -> Iterator[str]:
    """A line for each thing that was there, and is not."""
    for name, paths in before.scenarios.items():
        if name not in now.scenarios:
            yield f"{name}: there is no such scenario any more"
            continue
        lost = _missing(paths, now.scenarios[name])
        if lost:
            yield f"{name}: it does not run on {', '.join(lost)} any more"
    if before.phase == now.phase:
        yield from (f"table {kind}: nobody watches it any more" for kind in _missing(before.tables, now.tables))
    yield from (f"check {name}: it is not asked any more" for name in _missing(before.checks, now.checks))
    for tier, n in now.tiers.items():
        if n < before.tiers.get(tier, 0):
            yield f"tier {tier}: {n} cells are driven, {before.tiers[tier]} were"


def _missing(before: Sequence[str], now: Sequence[str]) -> list[str]:
    return [one for one in before if one not in now]
