"""What `harness contracts` says: a row for each contract, a column for each phase, then every drift and failure; and the schema alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console

from harness.core.counts import count
from harness.core.verdict import Status, Verdict, worst
from harness.jobs.contracts.judge.phase import KINDS, Judged
from harness.jobs.contracts.values import Locked
from harness.judge.result import Result
from harness.report.say import say
from harness.report.verdicts import STYLES, say_end, say_wrong

CELLS = {Status.PASS: "ok", Status.FAIL: "FAIL", Status.UNKNOWN: "?"}


def print_start(console: Console, numbers: Sequence[int]) -> None:
    """Before anything boots."""
    say(console, f"contracts at phase {', '.join(map(str, numbers))}: a stack for each, a few seconds each")


def print_table(console: Console, found: Mapping[int, Judged]) -> None:
    """`found` by phase. "ok +3" is a contract that holds, three lines away from the phase before."""
    phases = sorted(found)
    say(console, f"{'phase':<10}" + "".join(f"{phase:>9}" for phase in phases), "bold")
    for kind in KINDS:
        row = f"{kind:<10}"
        for phase in phases:
            lines = len(found[phase].drift.get(kind, ()))
            row += f"{CELLS[found[phase].status(kind)] + (f' +{lines}' if lines else ''):>9}"
        failed = any(found[phase].status(kind) is Status.FAIL for phase in phases)
        say(console, row, STYLES[Status.FAIL] if failed else "")
    for phase in phases:
        changed = {kind: lines for kind, lines in found[phase].drift.items() if lines}
        if changed:
            say(console)
            say(console, f"phase {phase} since phase {phase - 1}", "bold")
            for kind, lines in changed.items():
                say(console, f"  {kind}, {count(len(lines), 'line')}")
                for line in lines:
                    say(console, f"    {line}")
    print_failures(console, [one for phase in phases for one in found[phase].verdicts])


def table_document(found: Mapping[int, Judged]) -> dict[str, Any]:
    """For --json: {"status", "phases": {number: {"verdicts", "drift": {kind: [line]}}}}."""
    body = {
        str(number): {"verdicts": [asdict(one) for one in judged.verdicts], "drift": judged.drift}
        for number, judged in found.items()
    }
    return {"status": str(worst(one for judged in found.values() for one in judged.verdicts)), "phases": body}


def print_run(console: Console, verdicts: Sequence[Verdict]) -> None:
    """What a stored run's answers and messages came to."""
    print_failures(console, verdicts)
    for verdict in verdicts:
        if verdict.status is Status.PASS:
            say(console, f"  {verdict.claim}: {verdict.evidence[0]}")


def run_document(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """For --json: {"status", "verdicts"}."""
    return {"status": str(worst(verdicts)), "verdicts": [asdict(one) for one in verdicts]}


def print_failures(console: Console, verdicts: Sequence[Verdict]) -> None:
    """Everything that did not pass, with its evidence; then one line for all."""
    for verdict in verdicts:
        if verdict.status is not Status.PASS:
            say_wrong(console, verdict, f"{verdict.checker}  {verdict.claim}")
    bad = sum(one.status is not Status.PASS for one in verdicts)
    say_end(console, worst(verdicts), f"contracts: {count(len(verdicts), 'check')}, {bad} not passed")


def print_since(console: Console, phase: int, since: int, lines: Sequence[str]) -> None:
    """How the contract of the schema differs from an earlier phase's."""
    say(console, f"phase {phase} since phase {since}: {len(lines)} lines")
    _indented(console, lines)


def print_locked(console: Console, phase: int, locked: Locked) -> None:
    """What was locked, and what it changed; of a first one every line would be a change, and none is shown."""
    say(console, f"phase {phase}: {locked.tables} tables locked in {locked.file}, {len(locked.changed)} lines changed")
    _indented(console, () if locked.first else locked.changed)


def print_schema(console: Console, phase: int, result: Result) -> None:
    """How the live catalogue stands to its contract."""
    for line in result.evidence:
        say(console, f"{result.status}  phase {phase}: {line}")


def _indented(console: Console, lines: Sequence[str]) -> None:
    for line in lines:
        say(console, f"  {line}")
