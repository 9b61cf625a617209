"""What several tiers came to beside each other: a line each, then whether they agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from harness.core.counts import count
from harness.core.repeat import repeat_command
from harness.core.tier import ALL, TierRun
from harness.core.verdict import Status, Verdict
from harness.report.failures import print_failures
from harness.report.say import say
from harness.report.verdicts import STYLES, WORDS


def print_tiers(console: Console, ran: Sequence[TierRun], parity: Sequence[Verdict], phase: int) -> None:
    """The closing part of `harness verify --tier all`."""
    wrong = [verdict for verdict in parity if verdict.status is not Status.PASS]
    for verdict in wrong:
        print_failures(console, verdict.cell, [verdict], repeat_command(verdict.cell, phase, tier=ALL))
    say(console)
    for one in ran:
        style = STYLES[one.status] if one.status else STYLES[Status.FAIL] if not one.why else ""
        say(console, f"{one.tier:<10} {_told(one)}", style)
    say(console)
    compared = [one.tier for one in ran if one.status is not None]
    if len(compared) < 2:
        only = compared[0] if compared else "none"
        say(console, f"UNKNOWN: only {only} came to an end, so no two tiers were compared", STYLES[Status.UNKNOWN])
    elif wrong:
        say(console, f"TIERS DIFFER in {count(len(wrong), 'cell')} of {len(parity)}", STYLES[Status.FAIL])
    else:
        say(
            console,
            f"TIERS AGREE: {count(len(parity), 'cell')}, the same in {', '.join(compared)}",
            STYLES[Status.PASS],
        )


def document(ran: Sequence[TierRun], parity: Sequence[Verdict]) -> dict[str, Any]:
    """The `--json` document: {"tiers": [{tier, status, why, exit_code, run, canonical_sha256}], "parity": {...}}."""
    wrong = [verdict for verdict in parity if verdict.status is not Status.PASS]
    return {
        "format": 1,
        "tiers": [
            {
                "tier": one.tier,
                "status": str(one.status) if one.status else None,
                "why": one.why,
                "exit_code": one.exit_code,
                "run": str(one.folder) if one.folder else None,
                "canonical_sha256": one.sha256,
            }
            for one in ran
        ],
        "parity": {
            "cells": len(parity),
            "differences": [{"cell": verdict.cell, "evidence": list(verdict.evidence)} for verdict in wrong],
        },
    }


def _told(one: TierRun) -> str:
    if one.why:
        return f"not run: {one.why}"
    if one.status is None:
        return f"broke with exit code {one.exit_code}: nothing is shown"
    return f"{WORDS[one.status]:<8} {one.sha256[:16]}  {one.folder.name if one.folder else ''}"
