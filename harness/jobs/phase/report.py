"""What came of a phase, in a terminal: failures first, then the phase's own checks, then where time went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from harness.core.phase import Phase
from harness.core.verdict import Status, Verdict, worst
from harness.report.say import say
from harness.report.terminal import STYLES, WORDS

OWN = "phase-"
"""Checkers whose name begins so judge the phase itself; the others judge the scenarios at it."""


def print_phase(
    console: Console, phase: Phase, verdicts: Sequence[Verdict], seconds: Mapping[str, float], cells: int
) -> None:
    """The whole report of one phase."""
    for verdict in verdicts:
        if verdict.status.bad:
            say(console)
            say(
                console,
                f"{WORDS[verdict.status]} {verdict.cell or phase.name}  {verdict.checker}: {verdict.claim}",
                STYLES[verdict.status],
            )
            for line in verdict.evidence:
                say(console, f"    {line}")
    say(console)
    say(console, f"phase {phase.number} · {phase.title}", "bold")
    for verdict in verdicts:
        if verdict.checker.startswith(OWN):
            claim = verdict.claim.partition(": ")[2]
            say(console, f"  {WORDS[verdict.status]:<8} {claim}", STYLES[verdict.status])
            if verdict.status is Status.PASS:
                say(console, f"           {verdict.evidence[0]}")
    others = [verdict for verdict in verdicts if not verdict.checker.startswith(OWN)]
    bad = sum(verdict.status.bad for verdict in others)
    say(
        console,
        f"  {'FAIL' if bad else 'pass':<8} {cells} cells there and back, {len(others)} checks, {bad} of them not passed",
    )
    total = sum(seconds.values())
    parts = ", ".join(f"{name} {spent:.1f}" for name, spent in seconds.items())
    say(console, f"  {total:.1f} s: {parts}")
    status = worst(verdicts)
    say(console)
    say(console, f"{WORDS[status].upper()} phase {phase.name}", STYLES[status])
