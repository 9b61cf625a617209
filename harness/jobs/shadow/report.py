"""What came of a shadow run: failures first, then the table of what is the same, then the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from harness.core.verdict import Status, Verdict, worst
from harness.jobs.shadow.judge import DIFFERENT, ONLY_NEW, ONLY_OLD, SAME, Comparison, Difference, told
from harness.report.say import say
from harness.report.verdicts import say_end, say_line, say_wrong

COLUMNS = (SAME, DIFFERENT, ONLY_OLD, ONLY_NEW)
FORMAT = 1


def print_shadow(
    console: Console, old: str, new: str, real: Comparison, verdicts: Sequence[Verdict], notes: Sequence[str]
) -> None:
    """The whole report."""
    bad = [verdict for verdict in verdicts if verdict.status is not Status.PASS]
    for verdict in bad:
        say_wrong(console, verdict)
    say(console)
    table = Table(title=f"{old} against {new}, {real.cells} cells", title_justify="left", box=None)
    table.add_column("")
    for column in (*COLUMNS, "declared"):
        table.add_column(column, justify="right")
    for kind, counted in real.counts.items():
        declared = sum(1 for one in real.differences if one.fact.kind == kind and one.declared)
        table.add_row(kind, *(str(counted.get(column, 0)) for column in COLUMNS), str(declared))
    console.print(table)
    say(console)
    for verdict in verdicts:
        if verdict.status is Status.PASS:
            say_line(console, verdict, f"{verdict.claim}: {verdict.evidence[0]}", verdict.evidence[1:])
    for note in notes:
        say(console, f"  note     {note}")
    say_end(console, worst(verdicts), f"{old} against {new}")


def notes(other_tapes: Sequence[str], new: str, seconds: Mapping[str, float]) -> list[str]:
    """Scenarios with another tape for `new`, and where time went."""
    told = [f"{name}: its own value names other recordings for {new}" for name in other_tapes]
    spent = ", ".join(f"{name} {one:.1f}" for name, one in seconds.items())
    return [*told, f"{sum(seconds.values()):.1f} s: {spent}"]


def document(
    old: str, new: str, real: Comparison, noise: Comparison, verdicts: Sequence[Verdict], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The `--json` document: counts by kind, every difference, every verdict."""
    return {
        "format": FORMAT,
        "status": str(worst(verdicts)),
        "old": old,
        "new": new,
        "cells": real.cells,
        "counts": {
            kind: {column: counted.get(column, 0) for column in COLUMNS} for kind, counted in real.counts.items()
        },
        "noise": [_difference(one) for one in noise.differences],
        "differences": [_difference(one) for one in real.differences],
        "verdicts": [
            {
                "checker": verdict.checker,
                "status": str(verdict.status),
                "claim": verdict.claim,
                "evidence": list(verdict.evidence),
                "credits_delta": verdict.credits_delta,
                "code": verdict.code,
            }
            for verdict in verdicts
        ],
        **facts,
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "what": one.what,
        "kind": one.fact.kind,
        "cell": one.fact.cell,
        "key": list(one.fact.key),
        "about": dict(one.fact.about),
        "old": dict(one.old.value) if one.old else None,
        "new": dict(one.new.value) if one.new else None,
        "credits": one.credits,
        "declared": one.declared,
        "noisy": one.noisy,
        "line": told(one),
    }
