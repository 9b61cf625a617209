"""The plan's checklist filled in from a run: every row with its evidence, in a terminal and as Markdown.

A row that no scenario claims, or whose cells were not driven, is unknown. A row whose cells pass only because a finding
says that they are wrong has failed: the plan asks whether it works.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.core.errors import HarnessError, did_you_mean
from harness.core.golden import ONLY_ACCOUNT, Outcome
from harness.core.history import CellHistory
from harness.core.repeat import repeat_command
from harness.core.scenario import Scenario
from harness.core.verdict import Status, Verdict, worst
from harness.judge.facts import Target
from harness.judge.golden.outcome import outcome_of
from harness.report.say import say
from harness.report.terminal import STYLES, WORDS

ROW_LINE = re.compile(r"(?:\S+: )?(?P<kind>\w+) (?:(?P<added>[+-]\d+)(?: .*)?|.* x(?P<count>\d+))$")
"""A line of an outcome's rows (harness.judge.golden.rowlines)."""

WIDE = 120
"""Columns from which on the plan's own words have room beside the evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the plan, word for word, and what its usage logs must show; keys as in contracts/checklist.toml."""

    section: str
    words: tuple[str, ...]
    operations: tuple[str, ...] = ()
    credits_each: int | None = None
    since: int = 0
    accounts: int = 0

    @property
    def name(self) -> str:
        return self.words[0]

    @property
    def claim(self) -> str:
        """What a scenario's `plan` says to stand for this row."""
        return f"{self.section}: {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table of the plan. `unknown` says why none of its rows can be known, "" where they can."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one cell showed of a row. `changed` are its changed rows, `calls` counts provider calls by route."""

    cell: str
    status: Status
    repeat: str
    credits: str = ""
    changed: tuple[str, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A row with all that was seen of it; `why` says what is missing where nothing was."""

    row: Row
    status: Status
    seen: tuple[Seen, ...] = ()
    why: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        return (self.why,) if self.why else tuple(note for seen in self.seen for note in seen.notes)


def fill(
    sections: Sequence[Section],
    cells: Sequence[CellHistory],
    verdicts: Sequence[Verdict],
    scenarios: Mapping[str, Scenario],
    target: Target,
    phase: int,
) -> dict[str, tuple[Filled, ...]]:
    """Section id -> its rows, in the plan's order. Raises checklist-claim for a scenario that names no row."""
    claims = claims_of(sections, scenarios)
    driven = {cell.cell: cell for cell in cells}

    def filled(section: Section, row: Row) -> Filled:
        if section.unknown:
            return Filled(row=row, status=Status.UNKNOWN, why=section.unknown)
        seen = tuple(
            _seen(row, name, driven.get(name), verdicts, scenarios, target, phase) for name in claims.get(row.claim, ())
        )
        if not seen:
            return Filled(row=row, status=Status.UNKNOWN, why="no scenario claims this row")
        statuses = {one.status for one in seen}
        return Filled(row=row, status=next(s for s in (Status.FAIL, Status.UNKNOWN, Status.PASS) if s in statuses), seen=seen)  # fmt: skip

    return {section.id: tuple(filled(section, row) for row in section.rows) for section in sections}


def claims_of(sections: Sequence[Section], scenarios: Mapping[str, Scenario]) -> dict[str, tuple[str, ...]]:
    """Claim ("path1: Cluster Keywords") -> the cells that stand for that row."""
    known = {row.claim for section in sections for row in section.rows}
    found: dict[str, tuple[str, ...]] = {}
    for scenario in scenarios.values():
        for path, rows in scenario.plan.items():
            for claim in rows:
                if claim not in known and any(claim.startswith(f"{section.id}:") for section in sections):
                    raise HarnessError(
                        f"{scenario.id} stands for '{claim}', which is no row of the plan",
                        hint=did_you_mean(claim, known),
                        code="checklist-claim",
                    )
                found[claim] = (*found.get(claim, ()), f"{scenario.id}@{path}")
    return found


def _seen(
    row: Row, name: str, cell: CellHistory | None, verdicts: Sequence[Verdict], scenarios: Mapping[str, Scenario],
    target: Target, phase: int,
) -> Seen:  # fmt: skip
    repeat = repeat_command(name, phase)
    if cell is None:
        return Seen(cell=name, status=Status.UNKNOWN, repeat=repeat, notes=(f"{name} was not driven in this run",))
    own = [verdict for verdict in verdicts if verdict.cell == name]
    wider = [verdict for verdict in verdicts if verdict.cell == cell.scenario]
    outcome = outcome_of(cell, scenarios[cell.scenario], target)
    status, notes = worst([*own, *wider]) if own else Status.UNKNOWN, []
    for verdict in (*own, *wider):
        if verdict.status is not Status.PASS:
            notes.append(f"{name}: {verdict.checker}: {verdict.evidence[0] if verdict.evidence else verdict.claim}")
    if wrong := dict.fromkeys(verdict.finding for verdict in (*own, *wider) if verdict.finding):
        status = Status.FAIL
        notes.append(f"{name} passes only as known wrong: {', '.join(wrong)}")
    for short in _short_of_the_plan(row, cell, phase):
        status = Status.FAIL
        notes.append(f"{name}: {short}")
    if row.credits_each is not None and phase < row.since:
        notes.append(
            f"the plan's {row.credits_each} credits each hold from phase {row.since} on; at {phase} it is as locked"
        )
    return Seen(
        cell=name, status=status, repeat=repeat, credits=_credits(outcome), changed=outcome.rows, calls=outcome.calls,
        notes=tuple(notes),
    )  # fmt: skip


def _short_of_the_plan(row: Row, cell: CellHistory, phase: int) -> Iterator[str]:
    """What the row's own words demand of the usage logs and balances, and the cell does not show."""
    for operation in row.operations:
        charges = [log for log in cell.usage if log.operation == operation]
        if not any(log.credits > 0 for log in charges):
            yield f"CreditUsageLog shows no charge for {operation}"
        if row.credits_each is None or phase < row.since:
            continue
        for log in charges:
            if log.credits != row.credits_each * log.units:
                yield f"{log.credits} credits for {log.units} by {log.model}; the plan says {row.credits_each} each"
    paid = [name for name, (opening, closing) in cell.accounts.items() if closing < opening]
    if len(paid) < row.accounts:
        yield f"{len(paid)} of {row.accounts} accounts paid"


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


def _credits(outcome: Outcome) -> str:
    return ", ".join(
        f"{'' if name == ONLY_ACCOUNT else f'{name} '}{balance['opening']} -> {balance['closing']}"
        for name, balance in outcome.balance.items()
    )


def counts_of(filled: Mapping[str, Sequence[Filled]]) -> dict[Status, int]:
    return {status: sum(1 for rows in filled.values() for row in rows if row.status is status) for status in Status}


def print_checklist(console: Console, sections: Sequence[Section], filled: Mapping[str, Sequence[Filled]]) -> None:
    """A table for each section, then what a reader must know of its rows and the commands that repeat them."""
    for section in sections:
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
        for one in filled[section.id]:
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
        for one in filled[section.id]:
            for note in dict.fromkeys(one.notes):
                say(console, f"  {one.row.name}: {note}", STYLES[one.status] if one.status is not Status.PASS else "")
        for repeat in dict.fromkeys(seen.repeat for one in filled[section.id] for seen in one.seen):
            say(console, f"  {repeat}")


def markdown(sections: Sequence[Section], filled: Mapping[str, Sequence[Filled]]) -> str:
    """The plan's tables with its last column filled in and the evidence behind it."""
    marks = {Status.PASS: "✅ pass", Status.FAIL: "❌ **FAIL**", Status.UNKNOWN: "❔ unknown"}
    lines: list[str] = []
    for section in sections:
        heads = [*section.columns, "Pass?", "Credits", "Rows changed", "Provider calls", "Repeat", "Notes"]
        lines += [f"#### {section.title}", "", _line(heads), _line(["---"] * len(heads))]
        for one in filled[section.id]:
            lines.append(
                _line(
                    [
                        *one.row.words,
                        marks[one.status],
                        "<br>".join(seen.credits for seen in one.seen),
                        "<br>".join(dict.fromkeys("; ".join(seen.changed) for seen in one.seen)),
                        "<br>".join(", ".join(f"{route} x{n}" for route, n in seen.calls.items()) for seen in one.seen),
                        "<br>".join(f"`{seen.repeat}`" for seen in one.seen),
                        "<br>".join(dict.fromkeys(one.notes)),
                    ]
                )
            )
        lines.append("")
    return "\n".join(lines)


def document(sections: Sequence[Section], filled: Mapping[str, Sequence[Filled]]) -> list[dict[str, Any]]:
    """For --json: [{section, title, rows: [{test, words, status, why, cells: [...]}]}]."""
    return [
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
                for one in filled[section.id]
            ],
        }
        for section in sections
    ]  # fmt: skip


def _line(words: Sequence[str]) -> str:
    return "| " + " | ".join(word.replace("|", "\\|").replace("\n", " ") for word in words) + " |"
