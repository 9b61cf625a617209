"""What is told of a phase: its parts as they begin; then failures first, then the phase's own checks, then where time went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console

from harness.jobs.phase.values import PhaseRun
from harness.report.progress import RunProgress
from harness.report.say import say
from harness.report.verdicts import say_end, say_line, say_wrong

OWN = "phase-"
"""Checkers whose name begins so judge the phase itself; the others judge the scenarios at it."""


def with_parts(heard: RunProgress, number: int) -> Callable[[str, Mapping[str, Any]], None]:
    """What `heard` hears, and a line as each part of the phase begins."""

    def hear(kind: str, fields: Mapping[str, Any]) -> None:
        if kind == "phase":
            heard.close()
            say(heard.console, f"phase {number}: {fields['text']}")
        heard.hear(kind, fields)

    return hear


def print_phase(console: Console, run: PhaseRun) -> None:
    """The whole report of one phase."""
    phase, verdicts = run.phase, run.verdicts
    for verdict in run.failed:
        say_wrong(console, verdict, f"{verdict.cell or phase.name}  {verdict.checker}: {verdict.claim}")
    say(console)
    say(console, f"phase {phase.number} · {phase.title}", "bold")
    for verdict in verdicts:
        if verdict.checker.startswith(OWN):
            claim = verdict.claim.partition(": ")[2]
            say_line(console, verdict, claim, () if verdict.status.bad else verdict.evidence[:1])
    others = [verdict for verdict in verdicts if not verdict.checker.startswith(OWN)]
    bad = sum(verdict.status.bad for verdict in others)
    say(
        console,
        f"  {'FAIL' if bad else 'pass':<8} {run.cells} cells there and back, {len(others)} checks, {bad} of them not passed",
    )
    total = sum(run.seconds.values())
    parts = ", ".join(f"{name} {spent:.1f}" for name, spent in run.seconds.items())
    say(console, f"  {total:.1f} s: {parts}")
    say_end(console, run.status, f"phase {phase.name}")


def document(run: PhaseRun) -> dict[str, Any]:
    """For --json: {"phase", "name", "status", "cells", "seconds": {part: seconds}, "failures": [verdict]}."""
    return {
        "phase": run.phase.number,
        "name": run.phase.name,
        "status": str(run.status),
        "cells": run.cells,
        "seconds": run.seconds,
        "failures": [asdict(verdict) for verdict in run.failed],
    }
