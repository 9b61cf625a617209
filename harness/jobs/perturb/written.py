"""A row written otherwise: in the row, in the journal where its last word stands, and in the balance that is told of it. Pure."""

from __future__ import annotations

import json
from typing import Any

from harness.core.history import Event
from harness.jobs.perturb.operators import Operator
from harness.jobs.perturb.told import Path, put, replaced, spelled
from harness.jobs.perturb.values import Events
from harness.jobs.perturb.world import World


def written(world: World, n: int, event: Event, path: Path, operator: Operator) -> Any:
    """As if the value had been written otherwise: in the row, in the journal where the row's last word on it stands, and in the balance."""

    def edit(events: Events) -> list[Event]:
        old = _at(event["after"], path)
        new = operator(old)
        at: dict[int, Event | None] = {n: put(events[n], ("after", *path), new)}
        last = last_word(world, events, event, path[0])
        if last is not None:
            m, j = last
            at[m] = _rewritten(events[m], j, path, old, operator, _at(event["before"], path[:1]))
        part = world.ledger.balance
        if part is not None and part.kind == event["table_kind"] and part.columns.get("column") == spelled(path):
            owner = part.columns.get("account", event.get("key", "id"))
            told = world.names.get(str(event["after"].get(owner)), "")
            at |= {
                k: {**e, "closing": new}
                for k, e in enumerate(events)
                if e["kind"] == "balance" and e["account"] == told
            }
        return replaced(events, at)

    return edit


def dropped(world: World, n: int, event: Event) -> Any:
    def edit(events: Events) -> list[Event]:
        at: dict[int, Event | None] = {n: None}
        for m, e in enumerate(events):
            if e["kind"] == "tx":
                left = [one for one in e["changes"] if not world.tells(one, event)]
                if len(left) < len(e["changes"]):
                    at[m] = {**e, "changes": left} if left else None
        part = world.ledger.balance
        if part is not None and part.kind == event["table_kind"]:
            told = world.names.get(
                str((event["after"] or event["before"] or {}).get(part.columns.get("account", "id"))), ""
            )
            at |= {
                k: {**e, "closing": e["opening"]}
                for k, e in enumerate(events)
                if e["kind"] == "balance" and e["account"] == told
            }
        return replaced(events, at)

    return edit


def doubled(world: World, n: int, event: Event) -> Any:
    def edit(events: Events) -> list[Event]:
        new = 1 + max(e["id"] for e in events if e["kind"] == "row" and e["table_kind"] == event["table_kind"])
        key = event.get("key", "id")
        twin = {**event, "id": new, "after": {**event["after"], **({key: new} if key in event["after"] else {})}}
        at: dict[int, Event | None] = {}
        for m, e in enumerate(events):
            if e["kind"] == "tx":
                own = [one for one in e["changes"] if world.tells(one, event)]
                again = [{**one, "id": str(new), "after": {**(one["after"] or {}), key: str(new)}} for one in own]
                if again:
                    at[m] = {**e, "changes": [*e["changes"], *again]}
        return replaced(events, at, {n: twin})

    return edit


def always(value: Any) -> Operator:
    return lambda old: str(value) if isinstance(old, str) and not isinstance(value, str) else value


def both(one: Any, two: Any) -> Any:
    return lambda events: two(one(events))


def last_word(world: World, events: Events, row: Event, column: str) -> tuple[int, int] | None:
    """Where the journal has the row's last word on a column; of an update that left it alone, its last word on anything."""
    own = [
        (m, j, change)
        for m, e in enumerate(events)
        if e["kind"] == "tx"
        for j, change in enumerate(e["changes"])
        if change["after"] and world.tells(change, row)
    ]
    said = [one for one in own if column in one[2]["after"]]
    if row["table_kind"] not in world.tables:
        own = said
    return (said or own)[-1][:2] if own else None


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step] if value is not None else None
    return value


def _rewritten(event: Event, j: int, path: Path, old: Any, operator: Operator, before: Any) -> Event:
    change = event["changes"][j]
    column = path[0]
    text = change["after"].get(column)
    if column not in change["after"]:
        was = _text(before)
        change = {
            **change,
            "before": {**(change["before"] or {}), column: was},
            "after": {**change["after"], column: was},
        }
        text = was
    after = {**change["after"], column: _new_text(text, path, old, operator)}
    return put(event, ("changes", j), {**change, "after": after})


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _new_text(text: str | None, path: Path, old: Any, operator: Operator) -> str | None:
    if len(path) > 1 and text is not None:
        try:
            whole = json.loads(text)
        except ValueError:
            return text  # the journal has it in other words
        return json.dumps(put(whole, path[1:], operator(_at(whole, path[1:]))))
    if text is None or text == str(old):
        return _text(operator(old))
    return _text(operator(text))
