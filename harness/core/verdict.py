"""Verdict: pass, fail or unknown, always with evidence; never a bare bool."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


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
    credits_delta: int | None = None
    finding: str = ""
    code: str = ""
    hint: str = ""


def worst(verdicts: Iterable[Verdict]) -> Status:
    """fail over unknown over pass. No verdict at all is unknown: a check that did not run has shown nothing."""
    found = {verdict.status for verdict in verdicts}
    for status in (Status.FAIL, Status.UNKNOWN, Status.PASS):
        if status in found:
            return status
    return Status.UNKNOWN
