"""Laws 12 and 13, over all cells of a run: the paths of a scenario agree, and split work costs what combined work does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from harness.core.counts import count, signed
from harness.core.golden import SECTIONS, Golden, Outcome, resolve
from harness.core.history import CellHistory
from harness.core.scenario import Scenario
from harness.judge.context import RunContext
from harness.judge.golden.difference import difference
from harness.judge.golden.outcome import outcome_of
from harness.judge.result import Result, breaks, cannot_tell, holds, nothing_to_compare

Named = tuple[str, Result]
"""A result with the scenario id that it is about; "" for the run."""


def paths_agree(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Law 12. Sections that a golden's deviation replaces on one path are not compared on that path."""
    asked = 0
    for name, own in _by_scenario(cells).items():
        if name not in context.scenarios or len(context.scenarios[name].paths) < 2:
            continue
        outcomes = outcomes_of(own, context)
        if len(outcomes) < 2:
            continue
        asked += 1
        lines = disagreement(outcomes, context.goldens.get(name), context.phase)
        if lines:
            delta = max(o.charged_credits for o in outcomes.values()) - min(
                o.charged_credits for o in outcomes.values()
            )
            yield name, breaks(lines, credits_delta=delta or None, code="paths-disagree")
        else:
            charged = count(next(iter(outcomes.values())).charged_credits, "credit")
            yield name, holds(f"{', '.join(sorted(outcomes))} agree: {charged}")
    if not asked:
        yield "", nothing_to_compare("no scenario was driven on two paths")


def disagreement(outcomes: Mapping[str, Outcome], golden: Golden | None, phase: int) -> list[str]:
    """How the paths' outcomes differ, section by section, but for declared deviations; empty when they agree."""
    paths = sorted(outcomes)
    lines: list[str] = []
    for section in SECTIONS:
        free = [path for path in paths if section not in _deviating(golden, phase, path)]
        for path in free[1:]:
            differing = difference(outcomes[free[0]], outcomes[path], was=f"{free[0]} charges", sections=(section,))
            lines += [f"{path} against {free[0]}: {line}" for line in differing]
    return lines


def split_is_combined(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Law 13. Credits by operation, per path. A combined scenario that was not driven is represented by its golden."""
    asked = 0
    for name, own in _by_scenario(cells).items():
        scenario = context.scenarios.get(name)
        if scenario is None or not scenario.split_of:
            continue
        asked += 1
        whole = context.scenarios.get(scenario.split_of)
        if whole is None:
            yield name, breaks([f"split_of names the unknown scenario {scenario.split_of}"])
            continue
        yield name, _compare_split(scenario, own, whole, cells, context)
    if not asked:
        yield "", nothing_to_compare("no scenario that was driven says what it splits (split_of)")


def outcomes_of(cells: Iterable[CellHistory], context: RunContext) -> dict[str, Outcome]:
    """path -> outcome of the given cells of known scenarios."""
    return {cell.path: outcome_of(cell, context.scenarios[cell.scenario], context.target) for cell in cells}


def _compare_split(
    scenario: Scenario, own: Sequence[CellHistory], whole: Scenario, cells: Sequence[CellHistory], context: RunContext
) -> Result:
    driven = outcomes_of((cell for cell in cells if cell.scenario == whole.id), context)
    locked = context.goldens.get(whole.id)
    lines, shown, delta = [], [], 0
    for path, outcome in outcomes_of(own, context).items():
        if path in driven:
            combined, source = driven[path], f"{whole.id}@{path}"
        elif locked is not None:
            combined, source = resolve(locked, context.phase, path).outcome, f"the golden of {whole.id}"
        else:
            return cannot_tell(f"{whole.id} was not driven on {path} and has no golden")
        ours, theirs = _by_operation(outcome), _by_operation(combined)
        for operation in sorted({*ours, *theirs}):
            gap = ours[operation] - theirs[operation]
            if abs(gap) > scenario.rounding_credits:
                delta += gap
                lines.append(
                    f"{path}: {operation} costs {count(ours[operation], 'credit')} split, {theirs[operation]} in {source} "
                    f"({signed(gap)}, rounding allows {scenario.rounding_credits})"
                )
        shown.append(f"{path}: {sum(ours.values())} split, {sum(theirs.values())} combined")
    if lines:
        return breaks(lines, credits_delta=delta or None)
    return holds(*shown)


def _by_operation(outcome: Outcome) -> Counter[str]:
    total: Counter[str] = Counter()  # of whole numbers or decimals
    for row in outcome.ledger:
        total[row.get("operation") or row.get("kind", "")] -= row["credits"]
    return total


def _deviating(golden: Golden | None, phase: int, path: str) -> set[str]:
    if golden is None:
        return set()
    return {section for d in golden.deviations if d.paths and d.applies(phase, path) for section in d.parts}


def _by_scenario(cells: Iterable[CellHistory]) -> dict[str, list[CellHistory]]:
    grouped: dict[str, list[CellHistory]] = {}
    for cell in cells:
        grouped.setdefault(cell.scenario, []).append(cell)
    return grouped
