"""The plan's seven success criteria with their evidence, in a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from harness.core.verdict import Status
from harness.judge.result import Result
from harness.report.say import say
from harness.report.terminal import STYLES, WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion in the plan's words. `repeat` is the command that shows it again."""

    number: int
    title: str
    result: Result
    repeat: str

    @property
    def status(self) -> Status:
        return self.result.status


def conclusion(criteria: Sequence[Criterion], phase: int) -> str:
    """The one line that counts."""
    told = ", ".join(f"{sum(one.status is status for one in criteria)} {status}" for status in Status)
    if criteria and all(one.status is Status.PASS for one in criteria):
        return f"COMPLETE at phase {phase}: {told}"
    return f"NOT COMPLETE at phase {phase}: {told}"


def print_criteria(console: Console, criteria: Sequence[Criterion], phase: int) -> None:
    """Each criterion, its evidence, and how to see it again."""
    for one in criteria:
        say(console, f"{WORDS[one.status]:<8}{one.number} {one.title}", STYLES[one.status])
        for line in one.result.evidence:
            say(console, f"          {line}")
        say(console, f"          repeat: {one.repeat}")
    say(console)
    complete = all(one.status is Status.PASS for one in criteria)
    say(console, conclusion(criteria, phase), STYLES[Status.PASS if complete else Status.FAIL])


def document(criteria: Sequence[Criterion], phase: int, runs: Sequence[str]) -> dict[str, Any]:
    """For --json."""
    return {
        "format": 1,
        "phase": phase,
        "runs": list(runs),
        "complete": bool(criteria) and all(one.status is Status.PASS for one in criteria),
        "criteria": [
            {"number": one.number, "title": one.title, "status": str(one.status),
             "evidence": list(one.result.evidence), "repeat": one.repeat}
            for one in criteria
        ],
    }  # fmt: skip
