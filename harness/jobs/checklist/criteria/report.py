"""The plan's seven success criteria with their evidence, in a terminal, as Markdown and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from harness.core.verdict import ANSWERS, Status
from harness.jobs.checklist.criteria.values import Criteria
from harness.report.say import say
from harness.report.verdicts import STYLES, WORDS


def conclusion(found: Criteria) -> str:
    """The one line that counts."""
    told = ", ".join(f"{sum(one.status is status for one in found.each)} {status}" for status in ANSWERS)
    return f"{'COMPLETE' if found.complete else 'NOT COMPLETE'} at phase {found.phase}: {told}"


def print_criteria(console: Console, found: Criteria) -> None:
    """Each criterion, its evidence, and how to see it again."""
    for one in found.each:
        say(console, f"{WORDS[one.status]:<8}{one.number} {one.title}", STYLES[one.status])
        for line in one.result.evidence:
            say(console, f"          {line}")
        say(console, f"          repeat: {one.repeat}")
    say(console)
    say(console, conclusion(found), STYLES[Status.PASS if found.complete else Status.FAIL])


def document(found: Criteria) -> dict[str, Any]:
    """For --json."""
    return {
        "format": 1,
        "phase": found.phase,
        "runs": [str(run) for run in found.runs],
        "complete": found.complete,
        "criteria": [
            {"number": one.number, "title": one.title, "status": str(one.status),
             "evidence": list(one.result.evidence), "repeat": one.repeat}
            for one in found.each
        ],
    }  # fmt: skip
