"""Differences, changes and the list of goldens: as lines, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from harness.core.counts import count, signed
from harness.core.golden import Golden
from harness.jobs.golden.judge import differing
from harness.jobs.golden.values import Accepted, Beyond, Change, Differences, Listed
from harness.judge.surface.difference import grouped


def difference_lines(found: Differences, phase: int) -> list[str]:
    lines = []
    for name, paths in differing(found).items():
        for path, own in paths.items():
            if own:
                lines += [f"{name}@{path}", *(f"  {line}" for line in own)]
    return [*lines, f"{len(differing(found))} of {len(found)} scenarios differ from their goldens at phase {phase}"]


def difference_document(found: Differences, phase: int) -> dict[str, Any]:
    return {"phase": phase, "scenarios": len(found), "differences": differing(found)}


def change_lines(changes: Sequence[Change], beyond: Beyond, total: int) -> list[str]:
    lines = []
    for change in changes:
        lines += [change.scenario, *(f"  {line}" for line in change.lines)]
    if beyond.cells:
        lines += ["beyond credits", *(f"  {line}" for line in grouped_lines(beyond.cells))]
    summary = [summary_of(changes, total)] if changes or not beyond.cells else []
    return [*lines, *summary, *beyond_summary(beyond)]


def grouped_lines(told: Mapping[str, Sequence[str]]) -> list[str]:
    """Each line with how many cells have it; it is the same line in all of them."""
    return [f"{line}  ({where[0] if len(where) == 1 else count(len(where), 'cell')})" for line, where in grouped(told)]


def beyond_summary(beyond: Beyond) -> list[str]:
    return [f"the surface of {count(len(beyond.cells), 'cell')} changed"] if beyond.cells else []


def change_document(changes: Sequence[Change], beyond: Beyond, total: int) -> dict[str, Any]:
    told = [{"scenario": c.scenario, "credits_delta": c.credits_delta, "lines": c.lines} for c in changes]
    return {"summary": summary_of(changes, total), "changes": told, "surfaces": beyond.cells}


def gone_document(lines: Sequence[str]) -> dict[str, Any]:
    """What was let go, a line each."""
    return {"gone": list(lines)}


def summary_of(changes: Sequence[Change], total: int) -> str:
    """ "+4 credits on 2 of 41 scenarios, 1 new"."""
    if not changes:
        return f"nothing to change on {count(total, 'scenario')}"
    delta = sum(change.credits_delta or 0 for change in changes)
    new = sum(1 for change in changes if change.credits_delta is None)
    sign = "+" if delta >= 0 else ""
    text = f"{sign}{count(delta, 'credit')} on {len(changes) - new} of {total} scenarios"
    return f"{text}, {new} new" if new else text


def list_lines(listed: Listed) -> list[str]:
    """A line a scenario: what its golden locks, or that it has none."""
    goldens, missing, unused = listed.goldens, listed.missing, listed.unused
    names = sorted({*missing, *goldens})
    width = max(map(len, names), default=0)
    lines = [f"{name:<{width}}  {_locked(goldens.get(name), unused=name in unused)}" for name in names]
    counted = f"{len(goldens)} goldens, {len(missing)} scenarios without one, {len(unused)} goldens without scenario"
    return [*lines, counted]


def list_document(listed: Listed) -> dict[str, Any]:
    told = {
        name: {
            "charged_credits": golden.outcome.charged_credits,
            "why": golden.why,
            "known_wrong": list(golden.known_wrong),
            "deviations": len(golden.deviations),
        }
        for name, golden in listed.goldens.items()
    }
    return {"goldens": told, "missing": listed.missing, "unused": listed.unused}


def _locked(golden: Golden | None, *, unused: bool) -> str:
    if golden is None:
        return "no golden"
    notes = [count(golden.outcome.charged_credits, "credit")]
    if golden.known_wrong:
        notes.append(f"known wrong: {', '.join(golden.known_wrong)}")
    if golden.deviations:
        notes.append(count(len(golden.deviations), "deviation"))
    if unused:
        notes.append("NO SCENARIO")
    return ", ".join(notes)


def log_lines(found: Sequence[Accepted]) -> list[str]:
    """A block a commit: who, when, and each scenario with what it charges more, and why."""
    lines, last = [], ""
    for one in found:
        if one.commit != last:
            lines.append(f"{one.when[:16].replace('T', ' ')}  {one.commit[:10]}  {one.who}")
            last = one.commit
        delta = f"{signed(one.credits_delta)} credits, " if one.credits_delta else ""
        lines.append(f"  {one.scenario}: {delta}{one.why or 'no reason is given'}")
        lines += [f"      {line}" for line in one.lines]
    return [*lines, log_summary(found)]


def log_summary(found: Sequence[Accepted]) -> str:
    """ "+4 credits on 2 scenarios; 5 changes in 3 commits, by Ann, Bert"."""
    told = [one for one in found if one.credits_delta]
    total = sum(one.credits_delta or 0 for one in told)
    scenarios, people = {one.scenario for one in told}, {one.who for one in found}
    return (
        f"{signed(total) if total else 0} credits on {count(len(scenarios), 'scenario')}; "
        f"{count(len(found), 'change')} in {count(len({one.commit for one in found}), 'commit')}, by {', '.join(sorted(people)) or 'nobody'}"
    )


def log_document(found: Sequence[Accepted]) -> dict[str, Any]:
    return {"summary": log_summary(found), "changes": [asdict(one) for one in found]}
