"""Which accounts a scenario works for: those that its token, its steps and its schedules refer to, through any rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harness.core.action import PLACEHOLDER
from harness.core.history import CellHistory
from harness.core.scenario import Do, Path, Ref, Scenario, Webhook, inside
from harness.core.variation import INTRUDER, STRANGER, named, twin_of
from harness.judge.facts import Target


def actors_of(cell: CellHistory, scenario: Scenario, target: Target) -> frozenset[str]:
    """Names of the accounts that may change. The history's own word comes first; one account alone is the actor.

    A step that must be refused (expects 4xx) makes nobody an actor: the row it names may belong to somebody else. Where all this
    leads to no account, the actor may be of one by a row between: a membership points at a person and at what they are in. Where
    somebody else asks (a varied world), a request makes their accounts actors, and not those whose rows it names; an intruder's is the twin, and where they come
    afterwards whoever asked first.
    """
    if cell.actors:
        return frozenset(cell.actors)
    if len(there := cell.accounts.keys() - set(cell.born.values())) == 1:
        return frozenset(there)
    laid = named(cell.variation) if cell.variation else None
    if laid and laid.caller == INTRUDER:
        twins = frozenset({twin_of(name) for name in cell.accounts} & cell.accounts.keys())
        return (
            twins | accounts_of(scenario.given.actor, scenario, target.ledger.accounts, cell) if laid.again else twins
        )
    asking = askers(cell, scenario)
    asked, unnamed = [*asking], False
    if cell.path == Path.SCHEDULED:
        asked += [row.name for row in scenario.given.rows if row.asks]
    for step in scenario.steps:
        if not isinstance(step, Do | Webhook) or (step.expect and step.expect >= 400):
            continue
        if step.paths and cell.path not in step.paths:
            continue
        if isinstance(step, Webhook):
            asked += _names(step.body)
        elif asking == [scenario.given.actor] or not _is_request(step, Path(cell.path)):
            rows = [
                name for name in (*_named_by(step, Path(cell.path)), *_written(step, scenario, Path(cell.path))) if name
            ]
            asked += rows
            unnamed |= not rows and not _is_request(step, Path(cell.path))
    between = [row.name for row in scenario.given.rows if set(asking) & set(_names(row.values))]
    kind = target.ledger.accounts
    found = accounts_behind(asked, scenario, kind, cell) or accounts_behind(between, scenario, kind, cell)
    # what is done for whoever it is due to is done for a twin, too; not where a row that has no twin says to whom
    for_all = unnamed and not any(row.asks for row in scenario.given.rows)
    return found | ({twin_of(name) for name in found} & set(cell.accounts) if for_all else set())


def askers(cell: CellHistory, scenario: Scenario) -> list[str]:
    """Names of the rows as which requests were made: the scenario's own actor, or who asked instead of it in a varied world."""
    caller = named(cell.variation).caller if cell.variation else ""
    if not caller:
        return [scenario.given.actor]
    if caller != STRANGER:
        return []
    kind = cell.refs.get(scenario.given.actor, {}).get("kind")
    rows = (row.name for row in scenario.given.rows if row.name != scenario.given.actor)
    return [name for name in rows if cell.refs.get(name, {}).get("kind") == kind]


def in_play(cell: CellHistory, scenario: Scenario, target: Target) -> frozenset[str]:
    """The actors, and every other account whose balance or ledger moved."""
    moved = {name for name, (opening, closing) in cell.accounts.items() if opening != closing}
    moved |= {row.account for row in cell.ledger} | {log.account for log in cell.usage}
    return (actors_of(cell, scenario, target) | moved) or frozenset(cell.accounts)


def accounts_of(name: str, scenario: Scenario, kind: str, cell: CellHistory) -> frozenset[str]:
    """Names of the accounts that a row belongs to: by what it refers to, else by a row between (a membership)."""
    between = [row.name for row in scenario.given.rows if name in set(_names(row.values))]
    return accounts_behind([name], scenario, kind, cell) or accounts_behind(between, scenario, kind, cell)


def accounts_behind(names: Iterable[str], scenario: Scenario, account_kind: str, cell: CellHistory) -> frozenset[str]:
    """Names of the accounts that rows refer to, through any rows. An account is a row of that kind, or, where the target made the row, one that turned out to be of it."""
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


def _is_request(step: Do, path: Path) -> bool:
    way = step.by.get(path)
    return way is not None and way.request is not None


def _named_by(step: Do, path: Path) -> Iterable[str]:
    """Rows that a step names: in its arguments, in the request of its way on this path, or as who asks."""
    way = step.by.get(path)
    return [*_names(step.args), *_names(way.request if way else None), step.actor]


def _written(step: Do, scenario: Scenario, path: Path) -> Iterator[str]:
    """Rows that a task's arguments or a call's code name as `$name`: nobody asks there whose rows these could be beside."""
    way = step.by.get(path)
    if way is None or way.request is not None:
        return
    rows = {row.name.replace("-", "_"): row.name for row in scenario.given.rows}
    for text in (way.call, *inside(way.task or {}, str)):
        yield from (rows[name] for name in PLACEHOLDER.findall(text) if name in rows and name not in step.args)


def _names(value: Any) -> Iterator[str]:
    return (ref.name for ref in inside(value, Ref))
