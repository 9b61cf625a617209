"""What a single check returns, before it is named and put to a cell."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from harness.core.ledger import Amount
from harness.core.verdict import Status, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A status with its evidence, one line per fact; `code` and `hint` as in `Verdict`."""

    status: Status
    evidence: tuple[str, ...]
    credits_delta: Amount | None = None
    finding: str = ""
    code: str = ""
    hint: str = ""


def holds(*evidence: str, finding: str = "") -> Result:
    return Result(status=Status.PASS, evidence=evidence, finding=finding)


def breaks(
    evidence: Iterable[str], *, credits_delta: Amount | None = None, code: str = "", hint: str = "", finding: str = ""
) -> Result:
    return Result(
        status=Status.FAIL,
        evidence=tuple(evidence),
        credits_delta=credits_delta,
        code=code,
        hint=hint,
        finding=finding,
    )


def cannot_tell(*evidence: str, code: str = "", hint: str = "") -> Result:
    return Result(status=Status.UNKNOWN, evidence=evidence, code=code, hint=hint)


def nothing_to_compare(why: str) -> Result:
    """What a check of a whole run comes to where no cell gives it anything: no pass."""
    return Result(status=Status.NOT_ASKED, evidence=(f"not asked: {why}",))


def judged(
    problems: Iterable[str], unclear: Iterable[str], shown: str, *, credits_delta: Amount | None = None
) -> Result:
    """fail when there is any problem, else unknown when anything is unclear, else pass with what was `shown`."""
    problems, unclear = tuple(problems), tuple(unclear)
    if problems:
        return breaks(problems, credits_delta=credits_delta)
    if unclear:
        return cannot_tell(*unclear)
    return holds(shown)


def guarded(check: Callable[..., Result], *read: Any) -> Result:
    """A check that breaks on what it reads has shown nothing: unknown, never pass, and the other checks go on."""
    try:
        return check(*read)
    except Exception as error:
        # the place is all that tells which line of a check broke. What extract_tb reads beside it is the harness's own
        # source, for a text that is not used: no verdict depends on it.
        where = traceback.extract_tb(error.__traceback__)[-1]
        return cannot_tell(
            f"the check itself broke: {type(error).__name__}: {error} ({where.name}, line {where.lineno})",
            code="checker-broke",
            hint="the history holds something that the check does not understand; please report it",
        )


def verdict_of(name: str, claim: str, about: str, result: Result) -> Verdict:
    """The result as what the checker `name` says `about` a cell, a scenario or the run."""
    return Verdict(
        checker=name,
        status=result.status,
        cell=about,
        claim=claim,
        evidence=result.evidence,
        credits_delta=result.credits_delta,
        finding=result.finding,
        code=result.code,
        hint=result.hint,
    )
