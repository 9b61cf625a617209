"""One verdict on a week from its lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.verdict import Status, Verdict

SHOWN = 12
"""Lines of evidence for one verdict; the rest is counted."""


def week_verdict(
    checker: str, claim: str, problems: Sequence[str], shown: str, *, bad: Status = Status.FAIL
) -> Verdict:
    """`bad` where there is any problem; `shown` is what a pass rests on."""
    lines = (*problems[:SHOWN], *((f"and {len(problems) - SHOWN} more",) if len(problems) > SHOWN else ()))
    return Verdict(
        checker=checker,
        status=bad if problems else Status.PASS,
        cell="",
        claim=claim,
        evidence=lines or (shown,),
    )
