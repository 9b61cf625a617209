"""How a verdict is said, by every report: its word and colour, a block for what is wrong, and the line that closes.

Words carry the meaning, colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from harness.core.verdict import Status, Verdict
from harness.report.say import say

WORDS = {Status.PASS: "pass", Status.FAIL: "FAIL", Status.UNKNOWN: "unknown", Status.NOT_ASKED: "not asked"}
STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.UNKNOWN: "yellow", Status.NOT_ASKED: "yellow"}


def say_wrong(console: Console, verdict: Verdict, about: str = "") -> None:
    """A block of its own with all the evidence; `about` instead of checker and claim."""
    say(console)
    about = about or f"{verdict.checker}: {verdict.claim}"
    say(console, f"{WORDS[verdict.status]} {about}", STYLES[verdict.status])
    for line in verdict.evidence:
        say(console, f"    {line}")


def say_line(console: Console, verdict: Verdict, text: str, under: Iterable[str] = ()) -> None:
    """A line of what a job asked, with what was seen under it."""
    say(console, f"  {WORDS[verdict.status]:<8} {text}", STYLES[verdict.status])
    for line in under:
        say(console, f"           {line}")


def say_end(console: Console, status: Status, about: str) -> None:
    """The line that counts."""
    say(console)
    say(console, f"{WORDS[status].upper()} {about}", STYLES[status])
