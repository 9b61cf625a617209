"""Every row of the lived-in database, before a phase's migration and behind it: what became of each, as lines that are locked; and that
a way back leaves no row that nobody wrote. Pure.

    table + 7: column="value", ...        a row that came, columns that are empty left out
    table - 7                             a row that went
    table ~ 7, 8: column=1 -> 2           rows that are otherwise, and of new columns what stands in them
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness.core.counts import count
from harness.core.phase import Phase, RollbackKind
from harness.core.schema import Rows
from harness.core.verdict import Status, Verdict
from harness.jobs.phase.judge import SHOWN
from harness.judge.result import Result, breaks, holds, nothing_to_compare, verdict_of

CHECKER = "phase-written"
LOCKED = "rows.delta"
"""Beside phase.toml: what the phase's migrations made of the lived-in database when somebody last looked at it."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d(?::?\d\d)?|Z)?")
MOST_KEYS = 4
WIDE = 160
"""Signs of a value; of a longer one its digest."""


def lines_of(before: Rows, after: Rows) -> tuple[str, ...]:
    """What became of each row, tables in order; of those that stayed as they were nothing is said."""
    found: list[str] = []
    for table in sorted({*before, *after}):
        old, new = before.get(table, {}), after.get(table, {})
        found += [f"{table} - {key}" for key in sorted(old.keys() - new.keys())]
        found += [f"{table} + {key}: {_row(new[key])}" for key in sorted(new.keys() - old.keys())]
        changed: dict[str, list[str]] = {}
        for key in sorted(old.keys() & new.keys()):
            if told := ", ".join(_changes(old[key], new[key])):
                changed.setdefault(told, []).append(key)
        found += [f"{table} ~ {_keys(keys)}: {told}" for told, keys in changed.items()]
    return tuple(found)


def as_locked(phase: Phase, lines: Sequence[str], locked: Sequence[str] | None, *, wanted: bool) -> Verdict:
    """What the migration did to rows is what somebody looked at. `locked` None: nobody did, which fails where surfaces are `wanted`."""
    claim = f"phase {phase.number}: every row of the lived-in database is accounted for, as locked"
    return verdict_of(CHECKER, claim, "", _compared(phase, lines, locked, wanted))


def _compared(phase: Phase, lines: Sequence[str], locked: Sequence[str] | None, wanted: bool) -> Result:
    lock = f'harness phase {phase.number} --accept-rows --why "..."'
    if locked is None:
        if not lines:
            return holds("no row came, went or changed")
        if not wanted:
            return nothing_to_compare(f"{phase.name} has no {LOCKED}; look at it, and lock it: {lock}")
        what = f"{phase.name} has no {LOCKED}, and its migrations write rows"
        return breaks([what, *_few(lines)], code="phase-rows-missing", hint=f"look at it, and lock it: {lock}")
    differ = difflib.unified_diff(locked, lines, lineterm="", n=0)
    differs = [line for line in differ if line[:1] in ("+", "-") and line[:3] not in ("+++", "---")]
    if differs:
        return breaks(_few(differs), code="phase-rows-differ", hint=f"if it is meant: {lock}")
    return holds(f"{count(len(lines), 'line')}, as locked; every other row is as it was")


def nothing_else(phase: Phase, kept: Rows, written: Rows, left: Rows) -> Verdict:
    """The way back leaves no row that was there neither before the phase nor under it; a restored backup leaves what was before alone."""
    known: list[Rows] = [kept] if phase.rollback.kind is RollbackKind.BACKUP else [kept, written]
    problems = [
        f"rolling {phase.name} back leaves a row that nobody wrote: {table} {key}: {_row(row)}"
        for table, rows in left.items()
        for key, row in rows.items()
        if not any(key in one.get(table, {}) for one in known)
    ]
    shown = f"{count(sum(map(len, left.values())), 'row')} left, each of which was there before"
    return Verdict(
        checker="phase-rollback",
        status=Status.FAIL if problems else Status.PASS,
        cell="",
        claim=f"phase {phase.number}: the way back leaves no other row",
        evidence=tuple(_few(problems)) or (shown,),
    )


def text_of(why: str, lines: Iterable[str]) -> str:
    """The file that locks the lines."""
    return "".join(f"{line}\n" for line in (f"# {why}", *lines))


def read(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line and not line.startswith("# "))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for column in sorted({*old, *new}):
        if column not in old:
            if new[column] is not None:
                yield f"{column}={_value(new[column])}"
        elif column in new and old[column] != new[column]:
            yield f"{column}={_value(old[column])} -> {_value(new[column])}"


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in sorted(row.items()) if value not in (None, ""))


def _value(value: Any) -> str:
    text = TIME.sub("<time>", json.dumps(value, ensure_ascii=True, sort_keys=True))
    return (
        text
        if len(text) <= WIDE
        else f"{text[:40]}... {len(text)} signs, sha256 {hashlib.sha256(text.encode()).hexdigest()[:12]}"
    )


def _keys(keys: Sequence[str]) -> str:
    if len(keys) <= MOST_KEYS:
        return ", ".join(keys)
    all_of = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:8]
    return f"{keys[0]} to {keys[-1]} ({len(keys)} rows, {all_of})"


def _few(lines: Sequence[str]) -> list[str]:
    return [*lines[:SHOWN], *([f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else [])]
