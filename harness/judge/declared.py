"""Checks of what is declared: every cell was judged, and no golden, deviation or finding is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.core.golden import Golden, resolve
from harness.core.history import CellHistory
from harness.core.scenario import Scenario
from harness.judge.context import RunContext
from harness.judge.golden.agreement import Named
from harness.judge.golden.difference import difference
from harness.judge.result import breaks, cannot_tell, holds, nothing_to_compare

PHASES = range(8)
LAST_WORDS = 12
"""Lines of a suite that said no result."""


def complete(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Every planned cell is in the history, once, none beside them, each belongs to a scenario that exists, and the history is the whole
    of what was written."""
    if not cells and not context.planned:
        yield "", cannot_tell("the history holds no cell: nothing was judged", code="nothing-judged")
        return
    seen = Counter(cell.cell for cell in cells)
    lines = [f"{cell} was planned but is not in the history" for cell in context.planned or () if cell not in seen]
    if context.planned == ():
        lines.append("the run does not say what it set out to drive, so nobody can tell what is missing")
    lines += [f"{cell} is in the history {times} times" for cell, times in sorted(seen.items()) if times > 1]
    lines += [
        f"{cell.cell}: there is no scenario {cell.scenario}" for cell in cells if cell.scenario not in context.scenarios
    ]
    unplanned = sorted(set(seen) - set(context.planned or seen))
    lines += [f"{cell} is in the history and was not planned" for cell in unplanned]
    lines += _not_whole(context)
    yield "", breaks(lines, code="run-incomplete") if lines else holds(f"{len(cells)} cells, all judged")


def _not_whole(context: RunContext) -> Iterable[str]:
    """Why a stored run is none that can be believed; nothing of cells that were never stored."""
    if context.noted is None:
        return
    run = context.noted.history
    if run.end is None:
        yield "the run was cut off: its history has no run.end"
    elif run.end.get("cells") != len(run.planned):
        yield f"run.end speaks of {run.end.get('cells')} cells, run.start of {len(run.planned)}"
    if run.edited:
        yield run.edited


def own_tests_pass(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """The target's own tests, where somebody ran them: each passed, and the suite said that it was through."""
    own = context.noted.history.own if context.noted is not None else None
    if own is None:
        return
    words = " ".join(map(str, own["command"]))
    if own["code"] is None or not own["ended"]:
        how = "did not end in time" if own["code"] is None else f"ended with exit code {own['code']} and said no result"
        said = [f"  {line}" for line in str(own["said"]).splitlines()[-LAST_WORDS:]]
        yield "", breaks([f"{words}: it {how}", *said], code="own-tests-silent", hint="logs of the run: own-tests.log")
    elif not own["ran"] and not own["failed"]:
        yield "", nothing_to_compare(f"not driven: own tests ({words} found none)")
    elif own["failed"] or own["code"]:
        lines = [f"{own['failed']} of {own['ran']} failed, exit code {own['code']}", *own["names"]]
        yield (
            "",
            breaks(
                lines,
                code="own-tests-fail",
                hint="own-tests.log of the run has all that they said; harness manage -- test repeats them",
            ),
        )
    else:
        yield "", holds(f"{own['ran']} ran, {own['skipped']} of them skipped: {words}")


def goldens_used(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """No golden without a scenario; no deviation that can never apply or that changes nothing where it applies."""
    lines, count = [], 0
    for name, golden in sorted(context.goldens.items()):
        scenario = context.scenarios.get(name)
        if scenario is None:
            lines.append(f"{name}: the golden belongs to no scenario")
            continue
        count += len(golden.deviations)
        lines += [f"{name}: {line}" for line in _idle_deviations(golden, scenario)]
    if lines:
        yield "", breaks(lines, code="golden-unused", hint="delete the file, or the deviation, that nothing uses")
    else:
        yield "", holds(f"{len(context.goldens)} goldens and {count} deviations, each in use")


def findings_used(cells: Sequence[CellHistory], context: RunContext) -> Iterable[Named]:
    """Findings and scenarios name each other."""
    lines = []
    for scenario in context.scenarios.values():
        for name in scenario.findings:
            finding = context.findings.get(name)
            if finding is None:
                lines.append(f"{scenario.id}: declares the unknown finding {name}")
            elif not any(target.partition("@")[0] == scenario.id for target in finding.scenarios):
                lines.append(f"{scenario.id}: declares {name}, which does not name this scenario")
    for finding in context.findings.values():
        for target in finding.scenarios:
            scenario = context.scenarios.get(target.partition("@")[0])
            if scenario is None:
                lines.append(f"{finding.id}: names the unknown scenario {target}")
            elif finding.id not in scenario.findings:
                lines.append(f"{finding.id}: names {scenario.id}, which does not declare it")
    if lines:
        yield "", breaks(lines, code="finding-unused", hint="mend scenarios/findings.toml or the scenario's `findings`")
    else:
        yield "", holds(f"{len(context.findings)} findings, each declared where it shows")


def _idle_deviations(golden: Golden, scenario: Scenario) -> Iterable[str]:
    """A deviation is idle when leaving it out changes the expected outcome at no phase, on no path of the scenario."""
    for index, deviation in enumerate(golden.deviations):
        rest = replace(golden, deviations=golden.deviations[:index] + golden.deviations[index + 1 :])
        changes = any(
            difference(resolve(rest, phase, path).outcome, resolve(golden, phase, path).outcome)
            or resolve(rest, phase, path).known_wrong != resolve(golden, phase, path).known_wrong
            for path in scenario.paths
            for phase in PHASES
            if deviation.applies(phase, path)
        )
        if not changes:
            yield f"the deviation '{deviation.why}' is unused: it changes nothing on any path of the scenario"
