"""Law 16: nobody is told what is another's. Of answers that were read back in a varied world (docs/varied.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.core.history import CellHistory, RowChange
from harness.core.scenario import inside
from harness.core.variation import INTRUDER, NOBODY, STRANGER, twin_of
from harness.judge.actors import accounts_behind, accounts_of
from harness.judge.context import Context
from harness.judge.result import Result, breaks, holds

OWN = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}|[^@\s]@[^@\s]+\.\w|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
"""What a text has that is somebody's own: two words in a row, an address, or a key that nobody draws twice. Words of a fixed set have none."""
LEAST_MADE = 80
"""Characters of a text that came with the work, which tells it from a message that anybody may get ("No credits left")."""
MOST_SHOWN = 60


def nothing_of_others_is_told(cell: CellHistory, context: Context) -> Result:
    """fails with law-16. What is the actor's own: texts of rows that the scenario gives their account, and long ones of rows that came
    with its work, which no row of anybody else has. An intruder's twin has the given ones too, and is asked for the others alone."""
    reads = [read for read in cell.reads if read.caller in (STRANGER, NOBODY, INTRUDER)]
    given, came = _owned(cell, context) if reads else ({}, {})
    problems = []
    for read in reads:
        said = json.dumps(read.response, ensure_ascii=False, default=str)
        for text, where in (came if read.caller == INTRUDER else {**given, **came}).items():
            if json.dumps(text, ensure_ascii=False)[1:-1] in said:
                problems.append(f"{read.caller} GET {read.path} => {read.status} holds {where}: {text[:MOST_SHOWN]!r}")
                break
    if problems:
        return breaks(
            problems, code="law-16", hint="the view gives rows of an account to whoever asks: look at how it filters"
        )
    return holds(
        f"{len(reads)} answers to others hold nothing of {len(given)} given texts and {len(came)} new ones that are the actor's own"
    )


def _owned(cell: CellHistory, context: Context) -> tuple[dict[str, str], dict[str, str]]:
    """Text -> the row and column that hold it: of the rows that were given, and of those that came."""
    scenario, ledger = context.scenario, context.target.ledger
    actors = _actors(cell, context)
    ours: set[tuple[str, str]] = set()
    theirs: set[tuple[str, str]] = set()
    given: dict[str, str] = {}
    came: dict[str, str] = {}
    others: set[str] = set()
    for row in scenario.given.rows:
        behind = accounts_behind([row.name], scenario, ledger.accounts, cell)
        own = bool(behind) and behind <= actors
        if ref := cell.refs.get(row.name):
            (ours if own else theirs).add((str(ref.get("kind")), str(ref.get("id"))))
        for column, text in _texts(row.values):
            if own:
                given.setdefault(text, f"{row.name}.{column}")
            else:
                others.add(text)
    twins = {twin_of(row.name) for row in scenario.given.rows}
    theirs |= {(str(ref.get("kind")), str(ref.get("id"))) for name, ref in cell.refs.items() if name in twins}
    for change in cell.rows:
        if change.op != "insert":
            continue
        links = _links(change)
        own = bool(links & ours) and not links & theirs
        if own or links & theirs:
            (ours if own else theirs).add((change.kind, str(change.id)))
        for column, text in _texts(change.after or {}):
            if own and len(text) >= LEAST_MADE:
                came.setdefault(text, f"a new {change.kind}'s {column}")
            elif links & theirs:
                others.add(text)

    def kept(held: dict[str, str]) -> dict[str, str]:
        return {text: where for text, where in held.items() if text not in others}

    return kept(given), kept(came)


def _links(change: RowChange) -> set[tuple[str, str]]:
    """(kind, key) of the rows that a row refers to."""
    kinds = {column: change.links.get(column) or column.removesuffix("_id") for column in change.after or {}}
    return {(kinds[column], str(value)) for column, value in (change.after or {}).items() if value is not None}


def _actors(cell: CellHistory, context: Context) -> frozenset[str]:
    """Names of the accounts that whoever asks has, and nobody else who could have asked."""
    scenario, kind, actor = context.scenario, context.target.ledger.accounts, context.scenario.given.actor
    like = cell.refs.get(actor, {}).get("kind")
    others = [
        row.name for row in scenario.given.rows if row.name != actor and cell.refs.get(row.name, {}).get("kind") == like
    ]
    theirs = {account for name in others for account in accounts_of(name, scenario, kind, cell)}
    return accounts_of(actor, scenario, kind, cell) - theirs


def _texts(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for column, value in values.items():
        for text in inside(value, str):
            if OWN.search(text):
                yield column, text
