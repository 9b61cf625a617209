"""What came of a simulated week: failures first, then what each check saw, then where time went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from harness.core.verdict import Status, Verdict, worst
from harness.report.say import say
from harness.report.terminal import STYLES, WORDS

FORMAT = 1


def print_week(console: Console, title: str, verdicts: Sequence[Verdict], notes: Sequence[str]) -> None:
    """The whole report."""
    for verdict in verdicts:
        if verdict.status is not Status.PASS:
            say(console)
            say(console, f"{WORDS[verdict.status]} {verdict.checker}: {verdict.claim}", STYLES[verdict.status])
            for line in verdict.evidence:
                say(console, f"    {line}")
    say(console)
    say(console, title, "bold")
    for verdict in verdicts:
        if verdict.status is Status.PASS:
            say(console, f"  {WORDS[verdict.status]:<8} {verdict.claim}", STYLES[verdict.status])
            say(console, f"           {verdict.evidence[0]}")
    for note in notes:
        say(console, f"  note     {note}")
    status = worst(verdicts)
    say(console)
    say(console, f"{WORDS[status].upper()} {title}", STYLES[status])


def document(verdicts: Sequence[Verdict], facts: Mapping[str, Any], notes: Sequence[str]) -> dict[str, Any]:
    """The `--json` document."""
    return {
        "format": FORMAT,
        "status": str(worst(verdicts)),
        **facts,
        "notes": list(notes),
        "verdicts": [
            {
                "checker": verdict.checker,
                "status": str(verdict.status),
                "claim": verdict.claim,
                "evidence": list(verdict.evidence),
            }
            for verdict in verdicts
        ],
    }
