"""Which accounts a scenario works for: those that its token, its steps and its schedules refer to, through any rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.core.history import CellHistory
from harness.core.scenario import Do, Path, Ref, Scenario, Webhook
from harness.judge.facts import Target


def actors_of(cell: CellHistory, scenario: Scenario, target: Target) -> frozenset[str]:
    """Names of the accounts that may change. The history's own word comes first; one account alone is the actor.

    A step that must be refused (expects 4xx) makes nobody an actor: the row it names may belong to somebody else. Where all this
    leads to no account, the actor may be of one by a row between: a membership points at a person and at what they are in.
    """
    if cell.actors:
        return frozenset(cell.actors)
    if len(cell.accounts) == 1:
        return frozenset(cell.accounts)
    asked = [scenario.given.actor]
    if cell.path == Path.SCHEDULED:
        asked += [row.name for row in scenario.given.rows if row.asks]
    for step in scenario.steps:
        if not isinstance(step, Do | Webhook) or (step.expect and step.expect >= 400):
            continue
        if not step.paths or cell.path in step.paths:
            asked += _names(step.body) if isinstance(step, Webhook) else _named_by(step, Path(cell.path))
    between = [row.name for row in scenario.given.rows if scenario.given.actor in _names(row.values)]
    kind = target.ledger.accounts
    return _accounts_behind(asked, scenario, kind, cell) or _accounts_behind(between, scenario, kind, cell)


def in_play(cell: CellHistory, scenario: Scenario, target: Target) -> frozenset[str]:
    """The actors, and every other account whose balance or ledger moved."""
    moved = {name for name, (opening, closing) in cell.accounts.items() if opening != closing}
    moved |= {row.account for row in cell.ledger} | {log.account for log in cell.usage}
    return (actors_of(cell, scenario, target) | moved) or frozenset(cell.accounts)


def _accounts_behind(names: Iterable[str], scenario: Scenario, account_kind: str, cell: CellHistory) -> frozenset[str]:
    """An account is a row of that kind, or, where the target made the row, one that turned out to be of it."""
    rows = {row.name: row for row in scenario.given.rows}
    asked, found, seen = list(names), set(), set()
    while asked:
        name = asked.pop()
        if name in seen or name not in rows:
            continue
        seen.add(name)
        if rows[name].kind == account_kind or name in cell.accounts:
            found.add(name)
        else:
            asked += _names(rows[name].values)
    return frozenset(found)


def _named_by(step: Do, path: Path) -> Iterable[str]:
    """Rows that a step names: in its arguments, in the request of its way on this path, or as who asks."""
    way = step.by.get(path)
    return [*_names(step.args), *_names(way.request if way else None), step.actor]


def _names(value: Any) -> Iterable[str]:
    if isinstance(value, Ref):
        yield value.name
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _names(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item)
