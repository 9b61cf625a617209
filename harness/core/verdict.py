"""Verdict: pass, fail, unknown or not asked, always with evidence; never a bare bool."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from harness.core.ledger import Amount


class Status(StrEnum):
    """`NOT_ASKED`: the target has nothing that could answer. It is no pass, and nothing is wrong with it."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_ASKED = "not asked"

    @property
    def bad(self) -> bool:
        """Whether a run that holds it is not green."""
        return self in (Status.FAIL, Status.UNKNOWN)


ANSWERS = (Status.PASS, Status.FAIL, Status.UNKNOWN)
"""What anything comes to that was asked at all: a cell, a row of a checklist, a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one checker says of one cell, of one scenario (`cell` without "@path") or of the run (`cell` empty).

    `evidence` holds one line per fact: for a pass what was compared, for a fail what differs, credits first.
    `credits_delta` is the difference that a customer would feel, where there is one. `finding` names the declared
    finding that a pass rests on (known wrong). `code` and `hint` say how to mend a failure, where there is one way.
    """

    checker: str
    status: Status
    cell: str
    claim: str
    evidence: tuple[str, ...]
    credits_delta: Amount | None = None
    finding: str = ""
    code: str = ""
    hint: str = ""


def worst(verdicts: Iterable[Verdict]) -> Status:
    """As `worst_of`, of verdicts."""
    return worst_of(verdict.status for verdict in verdicts)


def worst_of(statuses: Iterable[Status]) -> Status:
    """fail over unknown over pass over not asked. Nothing at all is unknown: a check that did not run has shown nothing."""
    found = set(statuses)
    order = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_ASKED)
    return next((status for status in order if status in found), Status.UNKNOWN)
