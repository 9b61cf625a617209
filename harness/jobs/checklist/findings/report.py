"""What is known to be wrong in the target, with the evidence of a run, in a terminal, as Markdown and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Console

from harness.core.verdict import Status
from harness.jobs.checklist.findings.values import Entry, Findings
from harness.jobs.checklist.report import head_document, print_end
from harness.report.printable import inert
from harness.report.say import say
from harness.report.verdicts import STYLES


def print_findings(console: Console, found: Findings) -> None:
    """Each finding with its evidence; the plan's issues first."""
    for one in found.entries:
        say(console)
        say(console, f"{one.id}{f' (issue {one.issue} of the plan)' if one.issue else ''}: {one.title}", "bold")
        say(console, f"  {one.state}", STYLES[one.status])
        for name, text in _facts(one):
            say(console, f"  {name}: {text}")
        for cell, lines in one.shown.items():
            say(console, f"  {cell}")
            for line in lines:
                say(console, f"    {line}")
        for command in one.repeat:
            say(console, f"  repeat: {command}")
    print_end(console, _head(found), found.status, found.broken)


def markdown(found: Findings) -> str:
    """The same for a pull request."""
    lines = ["### Findings", "", _head(found), ""]
    for one in found.entries:
        lines += [f"#### {one.title}", "", f"`{one.id}`{f', issue {one.issue} of the plan' if one.issue else ''}: **{one.state}**", ""]  # fmt: skip
        lines += [f"- {name}: {text}" for name, text in _facts(one)]
        for cell, evidence in one.shown.items():
            lines += [f"- `{cell}`", *(f"  - {inert(line)}" for line in evidence)]
        lines += [f"- repeat: `{command}`" for command in one.repeat] + [""]
    return "\n".join(lines)


def document(found: Findings) -> dict[str, Any]:
    """For --json: the entries as objects, field by field."""
    told = [{**asdict(one), "status": str(one.status)} for one in found.entries]
    return {**head_document(found.phase, found.run, found.counts, found.broken), "findings": told}


def _head(found: Findings) -> str:
    told = found.counts
    return (
        f"phase {found.phase}, run {found.run.name}: {told[Status.FAIL]} show, {told[Status.UNKNOWN]} unknown, "
        f"{told[Status.PASS]} ended or no defect"
    )


def _facts(one: Entry) -> list[tuple[str, str]]:
    facts = [
        ("breaks", ", ".join(one.laws)),
        ("why", one.why),
        ("locked in", "; ".join(one.goldens)),
        ("end", one.ends),
    ]
    return [(name, text) for name, text in facts if text]
