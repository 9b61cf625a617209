"""The plan's checklist filled in from a run: every row with its evidence, in a terminal, as Markdown and as JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.core.verdict import Status, Verdict
from harness.jobs.checklist.values import Checklist
from harness.report.printable import inert
from harness.report.say import say
from harness.report.verdicts import STYLES, WORDS

ROW_LINE = re.compile(r"(?:\S+: )?(?P<kind>\w+) (?:(?P<added>[+-]\d+)(?: .*)?|.* x(?P<count>\d+))$")
"""A line of an outcome's rows (harness.judge.golden.rowlines)."""

WIDE = 120
"""Columns from which on the plan's own words have room beside the evidence."""


def _short(changed: Sequence[str]) -> str:
    """Rows by table, without their values: those are in the Markdown and JSON forms."""
    added: Counter[str] = Counter()
    altered: dict[str, int] = {}
    for line in changed:
        found = ROW_LINE.match(line)
        if found is None:
            altered[line] = 1
        elif found["added"]:
            added[f"{found['kind']} {found['added'][0]}"] += int(found["added"][1:])
        else:
            altered[found["kind"]] = max(altered.get(found["kind"], 0), int(found["count"]))
    shown = [f"{kind}{count}" for kind, count in added.items()]
    return ", ".join([*shown, *(f"{kind} {count} changed" for kind, count in altered.items())])


def print_checklist(console: Console, found: Checklist) -> None:
    """A table for each section, then what a reader must know of its rows and the commands that repeat them."""
    for section in found.sections:
        wide = console.width >= WIDE
        table = Table(
            title=section.title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 1, 0, 0)
        )  # fmt: skip
        table.add_column("result", no_wrap=True)
        table.add_column("test", overflow="fold", min_width=16)
        for column in section.columns[1:] if wide else ():
            table.add_column(column.lower(), overflow="fold")
        table.add_column("credits", overflow="fold", min_width=10)
        table.add_column("calls", justify="right", no_wrap=True)
        table.add_column("rows changed", overflow="fold")
        for one in found.filled[section.id]:
            table.add_row(
                Text(WORDS[one.status], style=STYLES[one.status]),
                Text(one.row.name),
                *(Text(word) for word in (one.row.words[1:] if wide else ())),
                Text("\n".join(seen.credits for seen in one.seen)),
                Text("\n".join(str(sum(seen.calls.values())) for seen in one.seen)),
                Text("\n".join(_short(seen.changed) for seen in one.seen)),
            )
        say(console)
        console.print(table, highlight=False)
        for one in found.filled[section.id]:
            for note in dict.fromkeys(one.notes):
                say(console, f"  {one.row.name}: {note}", STYLES[one.status] if one.status.bad else "")
        for repeat in dict.fromkeys(seen.repeat for one in found.filled[section.id] for seen in one.seen):
            say(console, f"  {repeat}")
    print_end(console, _head(found), found.status, found.broken)


def print_end(console: Console, head: str, status: Status, broken: Sequence[Verdict]) -> None:
    """What is amiss with the run as a whole, then the one line that counts."""
    say(console)
    for one in broken:
        say(console, f"{one.status} of the whole run: {one.checker}: {one.evidence[0]}", STYLES[one.status])
    say(console, head, STYLES[status])


def markdown(found: Checklist) -> str:
    """The plan's tables with its last column filled in and the evidence behind it."""
    notes = "".join(f"\n- {one.status}: {one.checker}: {inert(one.evidence[0])}" for one in found.broken)
    marks = {Status.PASS: "✅ pass", Status.FAIL: "❌ **FAIL**", Status.UNKNOWN: "❔ unknown"}
    lines = ["### Checklist", "", _head(found), notes, ""]
    for section in found.sections:
        heads = [*map(_cell, section.columns), "Pass?", "Credits", "Rows changed", "Provider calls", "Repeat", "Notes"]
        lines += [f"#### {section.title}", "", _line(heads), _line(["---"] * len(heads))]
        for one in found.filled[section.id]:
            lines.append(
                _line(
                    [
                        *map(_cell, one.row.words),
                        marks[one.status],
                        "<br>".join(seen.credits for seen in one.seen),
                        "<br>".join(dict.fromkeys("; ".join(map(inert, seen.changed)) for seen in one.seen)),
                        "<br>".join(
                            ", ".join(f"{inert(route)} x{n}" for route, n in seen.calls.items()) for seen in one.seen
                        ),
                        "<br>".join(f"`{seen.repeat}`" for seen in one.seen),
                        "<br>".join(dict.fromkeys(map(inert, one.notes))),
                    ]
                )
            )
        lines.append("")
    return "\n".join(lines)


def document(found: Checklist) -> dict[str, Any]:
    """For --json: {..., sections: [{section, title, rows: [{test, words, status, why, cells: [...]}]}]}."""
    sections = [
        {
            "section": section.id,
            "title": section.title,
            "rows": [
                {
                    "test": one.row.name,
                    "words": dict(zip(section.columns, one.row.words, strict=True)),
                    "status": str(one.status),
                    "why": one.why,
                    "cells": [
                        {"cell": s.cell, "status": str(s.status), "credits": s.credits, "rows": list(s.changed),
                         "calls": dict(s.calls), "notes": list(s.notes), "repeat": s.repeat}
                        for s in one.seen
                    ],
                }
                for one in found.filled[section.id]
            ],
        }
        for section in found.sections
    ]  # fmt: skip
    return {**head_document(found.phase, found.run, found.counts, found.broken), "sections": sections}


def head_document(phase: int, run: Path, counts: Mapping[Status, int], broken: Sequence[Verdict]) -> dict[str, Any]:
    """What every document of a judged run begins with."""
    return {
        "format": 1, "phase": phase, "run": str(run), "counts": {str(status): n for status, n in counts.items()},
        "run_wide": [f"{one.checker}: {one.evidence[0]}" for one in broken],
    }  # fmt: skip


def _head(found: Checklist) -> str:
    told = ", ".join(f"{n} {status}" for status, n in found.counts.items())
    return f"phase {found.phase}, run {found.run.name}: {told}"


def _cell(word: str) -> str:
    """A word of the plan, which may be marked up."""
    return word.replace("|", "\\|").replace("\n", " ")


def _line(words: Sequence[str]) -> str:
    return "| " + " | ".join(words) + " |"
