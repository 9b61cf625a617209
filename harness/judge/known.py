"""Known wrong: a law that a declared finding breaks passes only while it fails in just that way."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.finding import Finding, is_line
from harness.core.verdict import Status
from harness.judge.result import Result, breaks, holds


def weigh(checker: str, result: Result, findings: Sequence[Finding]) -> Result:
    """The result, read in the light of the `findings` that show in this cell.

    fail as every line says -> pass, known wrong. fail otherwise -> fail, and so where a finding does not say how. pass -> fail: the finding no
    longer shows. unknown stays unknown: nothing was shown.
    """
    listed = [finding for finding in findings if checker in finding.laws]
    if not listed or result.status is Status.UNKNOWN:
        return result
    names = ", ".join(finding.id for finding in listed)
    if result.status is Status.PASS:
        return breaks(
            [f"finding no longer shows: {names} is declared to break {checker}, and it holds", *result.evidence],
            code="finding-gone",
            hint=f"take {checker} out of the finding in scenarios/findings.toml, or set its ends_at_phase",
        )
    said = [line for finding in listed for line in finding.laws[checker]]
    strange = [line for line in result.evidence if not any(is_line(one, line) for one in said)]
    unseen = [one for one in said if not any(is_line(one, line) for line in result.evidence)]
    if strange or unseen:
        return breaks(
            [*result.evidence, *(f"not seen, though {names} says so: '{one}'" for one in unseen)],
            credits_delta=result.credits_delta,
            code="finding-differs",
            hint=f"this is not (only) what {names} describes",
        )
    return holds(f"known wrong: {names}", *result.evidence, finding=names)


def weigh_loosely(checker: str, result: Result, findings: Sequence[Finding]) -> Result:
    """As `weigh`, of a varied world: that a finding shows, and in which numbers, is said of the world that a scenario gives."""
    names = ", ".join(finding.id for finding in findings if checker in finding.laws)
    if not names or result.status is not Status.FAIL:
        return result
    return holds(f"known wrong: {names}", *result.evidence, finding=names)
