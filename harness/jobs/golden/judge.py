"""A stored run against the goldens: how it differs, and what accepting it would change, refused for any doubt.

Refusing raises golden-why, golden-ci, golden-no-match, golden-paths-missing, golden-paths-disagree, golden-checks-fail,
golden-overlap, golden-known-wrong, golden-deviation, golden-missing. Goldens that do not match the pattern are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from harness.core.counts import count
from harness.core.errors import HarnessError, did_you_mean
from harness.core.golden import Golden, Outcome, resolve, why_lacks
from harness.core.history import CellHistory
from harness.core.scenario import Scenario
from harness.core.verdict import Status, Verdict
from harness.jobs.golden.deviating import deviating
from harness.jobs.golden.values import Change, Differences, Stored, Where
from harness.judge import RUN_CHECKERS, overlap
from harness.judge.asked import NEEDS
from harness.judge.facts import Target
from harness.judge.golden.agreement import disagreement
from harness.judge.golden.difference import difference
from harness.judge.golden.outcome import outcome_of
from harness.judge.overlap import as_judged
from harness.judge.surface import target as declared

JUDGED_BY_THE_GOLDEN = ("golden", "surface", *RUN_CHECKERS)
"""Checks that compare with goldens, or speak of the whole run: accepting is how some of them are mended."""


NO_LONGER_ASKED = "law-not-asked"
"""The failure of a law that cannot be asked any more: accepting is how it is meant."""


def outcomes_of(
    cells: Iterable[CellHistory], verdicts: Sequence[Verdict], scenarios: Mapping[str, Scenario], facts: Target
) -> dict[str, dict[str, Outcome]]:
    """scenario -> path -> outcome, for each cell of a scenario that still exists, as it was judged."""
    found: dict[str, dict[str, Outcome]] = {}
    for cell in as_judged(cells, verdicts, facts.ledger):
        if cell.scenario in scenarios:
            found.setdefault(cell.scenario, {})[cell.path] = outcome_of(cell, scenarios[cell.scenario], facts)
    return found


def differing(found: Differences) -> dict[str, Mapping[str, Sequence[str]]]:
    """The scenarios in which anything differs."""
    return {name: paths for name, paths in found.items() if any(paths.values())}


def differences(stored: Stored, pattern: str) -> dict[str, dict[str, list[str]]]:
    """scenario -> path -> how its outcome differs from its golden, for every scenario that matches. Raises golden-no-match."""
    found = {name: paths for name, paths in stored.outcomes.items() if fnmatchcase(name, pattern)}
    if not found:
        hint = did_you_mean(pattern, stored.driven) if stored.driven else "the run drove nothing"
        raise HarnessError(f"this run drove nothing called '{pattern}'", hint=hint, code="golden-no-match")
    return {name: _from_golden(stored.goldens.get(name), paths, stored.phase) for name, paths in found.items()}


def _from_golden(locked: Golden | None, paths: Mapping[str, Outcome], phase: int) -> dict[str, list[str]]:
    if locked is None:
        return {path: [f"no golden; {count(o.charged_credits, 'credit')} charged"] for path, o in paths.items()}
    return {path: difference(resolve(locked, phase, path).outcome, outcome) for path, outcome in paths.items()}


def plan(
    stored: Stored,
    *,
    pattern: str,
    why: str,
    ci: bool,
    known_wrong: Sequence[str] = (),
    where: Where | None = None,
) -> list[Change]:
    """The changes that accepting would make; goldens that already say so are left out."""
    observed, goldens, verdicts, phase = stored.outcomes, stored.goldens, stored.verdicts, stored.phase
    names = [name for name in matching(stored, pattern, why, ci) if name in observed]
    if where is not None and where.phases and not where.phases[0] <= phase <= where.phases[1]:
        raise HarnessError(
            f"this run was driven at phase {phase}, outside {where.phases[0]}..{where.phases[1]}",
            hint="a deviation is accepted from a run at a phase where it holds",
            code="golden-deviation",
        )
    changes = []
    for name in names:
        _refuse_failing(name, verdicts)
        _refuse_lost(name, verdicts)
        wrong = _known_wrong(name, verdicts, known_wrong)
        outcome = _agreed(name, observed[name], goldens.get(name), stored.scenarios[name], phase, where)
        not_asked = _not_asked(name, verdicts)
        changes.append(_change(name, outcome, goldens.get(name), why.strip(), phase, wrong, not_asked, where))
    return [change for change in changes if change.golden != goldens.get(change.scenario) and change.lines]


def matching(stored: Stored, pattern: str, why: str, ci: bool, *, surface: bool = False) -> list[str]:
    """The scenarios that accepting speaks of, with `surface` also those of which only other worlds were driven; refused without a reason,
    and in CI."""
    refused(why, ci)
    driven = {*stored.outcomes, *(stored.seen if surface else {declared.NAME} & stored.seen.keys())}
    names = [name for name in sorted(driven) if fnmatchcase(name, pattern)]
    if not names:
        hint = did_you_mean(pattern, driven) if driven else "drive it first: harness verify --only " + pattern
        raise HarnessError(f"this run drove nothing called '{pattern}'", hint=hint, code="golden-no-match")
    return names


def refused(why: str, ci: bool) -> None:
    """Raises golden-ci, golden-why."""
    if ci:
        raise HarnessError(
            "goldens are not accepted in CI", hint="accept on your machine and commit the file", code="golden-ci"
        )
    if lacks := why_lacks(why):
        raise HarnessError(
            f"that is no reason: {lacks}",
            hint="say in words why this outcome is right",
            code="golden-why",
        )


def _refuse_failing(name: str, verdicts: Sequence[Verdict]) -> None:
    failing = [
        verdict
        for verdict in verdicts
        if verdict.status is Status.FAIL
        and verdict.code != NO_LONGER_ASKED
        and verdict.cell.partition("@")[0] == name
        and verdict.checker not in JUDGED_BY_THE_GOLDEN
    ]
    if failing:
        first = failing[0]
        raise HarnessError(
            f"{first.cell} fails {first.checker}: {first.evidence[0] if first.evidence else first.claim}",
            hint="mend it; or declare a finding for it in scenarios/findings.toml, name it in the scenario, and accept with --known-wrong",
            code="golden-checks-fail",
        )


def _refuse_lost(name: str, verdicts: Sequence[Verdict]) -> None:
    for verdict in verdicts:
        if verdict.checker == overlap.CHECKER and verdict.cell.partition("@")[0] == name:
            raise HarnessError(
                f"{verdict.cell} lost a deduction because workers overlapped: {verdict.evidence[-1]}",
                hint=f"drive it with one worker and accept that run: harness verify --only {name}",
                code="golden-overlap",
            )


def _known_wrong(name: str, verdicts: Sequence[Verdict], given: Sequence[str]) -> tuple[str, ...]:
    """The findings that this scenario shows; each must have been named, so that nobody locks a defect unknowingly."""
    shown: dict[str, None] = {}
    for verdict in verdicts:
        if verdict.finding and verdict.cell.partition("@")[0] == name:
            shown.update(dict.fromkeys(verdict.finding.split(", ")))
    missing = [finding for finding in shown if finding not in given]
    if missing:
        raise HarnessError(
            f"{name} shows the finding {missing[0]}: its outcome is known to be wrong",
            hint=f"accept it as such with --known-wrong {missing[0]}",
            code="golden-known-wrong",
        )
    return tuple(shown)


def _not_asked(name: str, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """The laws that nothing of the target answers to; what the golden then stands for is written in it."""
    own = [v for v in verdicts if v.cell.partition("@")[0] == name]
    laws = (v for v in own if v.checker in NEEDS)
    found = {v.checker for v in laws if v.status is Status.NOT_ASKED or v.code == NO_LONGER_ASKED}
    return tuple(sorted(found, key=lambda law: int(law.removeprefix("law-"))))


def _agreed(
    name: str,
    outcomes: Mapping[str, Outcome],
    golden: Golden | None,
    scenario: Scenario,
    phase: int,
    where: Where | None,
) -> Outcome:
    """The one outcome of all paths that the accepted text will speak for."""
    wanted = [str(path) for path in scenario.paths if not (where and where.paths) or str(path) in where.paths]
    missing = [path for path in wanted if path not in outcomes]
    if missing or not wanted:
        raise HarnessError(
            f"{name} was not driven on {', '.join(missing) or 'that path'} in this run",
            hint=f"drive all its paths: harness verify --only {name}",
            code="golden-paths-missing",
        )
    special = (
        {path for path in wanted for d in golden.deviations if d.paths and d.applies(phase, path)} if golden else set()
    )
    if not (where and where.paths):
        wanted = [path for path in wanted if path not in special] or wanted
    lines = disagreement({path: outcomes[path] for path in wanted}, None, phase)
    if lines:
        raise HarnessError(
            f"the paths of {name} disagree: {lines[0]}",
            hint="mend that; or declare the difference on one path: accept with --path PATH",
            code="golden-paths-disagree",
        )
    return outcomes[wanted[0]]


def _change(
    name: str,
    outcome: Outcome,
    golden: Golden | None,
    why: str,
    phase: int,
    known_wrong: tuple[str, ...],
    not_asked: tuple[str, ...],
    where: Where | None,
) -> Change:
    if where is not None:
        return deviating(name, outcome, golden, why, known_wrong, where)
    if golden is None:
        fresh = Golden(scenario=name, why=why, outcome=outcome, known_wrong=known_wrong, not_asked=not_asked)
        return Change(
            scenario=name,
            golden=fresh,
            credits_delta=None,
            lines=(f"new: {count(outcome.charged_credits, 'credit')} charged",),
        )
    if any(not d.paths and d.applies(phase, "") for d in golden.deviations):
        holding = next(d for d in golden.deviations if not d.paths and d.applies(phase, ""))
        low, high = holding.phases or (0, 7)
        raise HarnessError(
            f"{name} has a deviation that holds at phase {phase}: {holding.why}",
            hint=f"accept into it with --phase {low}..{high}, or take it out of the golden first",
            code="golden-deviation",
        )
    lines = difference(golden.outcome, outcome)
    if golden.known_wrong != known_wrong:
        lines.append(f"known_wrong: {', '.join(golden.known_wrong) or 'no'} -> {', '.join(known_wrong) or 'no'}")
    if golden.not_asked != not_asked:
        lines.append(f"laws not asked: {', '.join(golden.not_asked) or 'none'} -> {', '.join(not_asked) or 'none'}")
    if not lines:
        return Change(scenario=name, golden=golden, credits_delta=0, lines=())
    return Change(
        scenario=name,
        golden=replace(golden, outcome=outcome, why=why, known_wrong=known_wrong, not_asked=not_asked),
        credits_delta=outcome.charged_credits - golden.outcome.charged_credits,
        lines=tuple(lines),
    )
