"""The table of `harness contracts`: a row for each contract, a column for each phase, then every drift and failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from harness.core.counts import count
from harness.core.verdict import Status, Verdict, worst
from harness.report.say import say
from harness.report.terminal import STYLES, WORDS

CELLS = {Status.PASS: "ok", Status.FAIL: "FAIL", Status.UNKNOWN: "?"}


def print_table(
    console: Console,
    kinds: Sequence[str],
    verdicts: Mapping[int, Sequence[Verdict]],
    drift: Mapping[int, Mapping[str, Sequence[str]]],
) -> None:
    """`verdicts` and `drift` by phase. "ok +3" is a contract that holds, three lines away from the phase before."""
    phases = sorted(verdicts)
    say(console, f"{'phase':<10}" + "".join(f"{phase:>9}" for phase in phases), "bold")
    for kind in kinds:
        row = f"{kind:<10}"
        for phase in phases:
            mine = [one for one in verdicts[phase] if one.checker in (f"contract-{kind}", f"contract-{kind}-drift")]
            lines = len(drift.get(phase, {}).get(kind, ()))
            row += f"{CELLS[worst(mine)] + (f' +{lines}' if lines else ''):>9}"
        failed = "FAIL" in row
        say(console, row, STYLES[Status.FAIL] if failed else "")
    for phase in phases:
        changed = {kind: lines for kind, lines in drift.get(phase, {}).items() if lines}
        if changed:
            say(console)
            say(console, f"phase {phase} since phase {phase - 1}", "bold")
            for kind, lines in changed.items():
                say(console, f"  {kind}, {count(len(lines), 'line')}")
                for line in lines:
                    say(console, f"    {line}")
    print_failures(console, [one for phase in phases for one in verdicts[phase]])


def print_failures(console: Console, verdicts: Sequence[Verdict]) -> None:
    """Everything that did not pass, with its evidence; then one line for all."""
    for verdict in verdicts:
        if verdict.status is not Status.PASS:
            say(console)
            say(console, f"{WORDS[verdict.status]} {verdict.checker}  {verdict.claim}", STYLES[verdict.status])
            for line in verdict.evidence:
                say(console, f"    {line}")
    status = worst(verdicts)
    bad = sum(one.status is not Status.PASS for one in verdicts)
    say(console)
    say(
        console, f"{WORDS[status].upper()} contracts: {count(len(verdicts), 'check')}, {bad} not passed", STYLES[status]
    )
