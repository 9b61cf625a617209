"""What rows and balances can be otherwise: as if the target had written so, in the row and in the journal alike. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.core.history import Event
from harness.jobs.perturb.operators import Operator, counts, of_its_own, operators
from harness.jobs.perturb.told import Path, brief, leaves, put, replaced, spelled
from harness.jobs.perturb.values import IDENTITY, MONEY, STATE, Change
from harness.jobs.perturb.world import World
from harness.jobs.perturb.written import always, both, doubled, dropped, last_word, written


def changes(world: World) -> Iterator[Change]:
    for n, event in enumerate(world.events):
        if event["kind"] == "row":
            yield from _of_row(world, n, event)
        elif event["kind"] == "tx":
            yield from _passing(world, n, event)
        elif event["kind"] == "balance" and not _has_row(world, event["account"]):
            for how, operator in operators(event["closing"]):
                yield _one(MONEY, f"balance of {event['account']} {how}", n, {**event, "closing": operator(event["closing"])})  # fmt: skip


def _has_row(world: World, account: str) -> bool:
    """Whether the balance is a column of a row that the cell tells: it is changed with that one, and alone by no target (the check `journal`
    holds the two against each other)."""
    part = world.ledger.balance
    if part is None or part.apart or part.kind not in world.tables:
        return False
    owner = part.columns.get("account", "id")
    told = [e["after"] for e in world.events if e["kind"] == "row" and e["table_kind"] == part.kind and e["after"]]
    return any(world.names.get(str(one.get(owner))) == account and part.columns["column"] in one for one in told)


def _of_row(world: World, n: int, event: Event) -> Iterator[Change]:
    kind, name = event["table_kind"], f"{event['table_kind']} {event['id']}"
    keys = {
        key
        for e in world.events
        if e["kind"] == "tx"
        for one in e["changes"]
        if world.tells(one, event)
        for key in one.get("key", ())
    }
    for path, value in leaves(event["after"] or {}):
        if path[0] in {event.get("key", "id"), *keys} or not _looked_at(world, event, path, value):
            continue
        for cls, how, operator in _ways(world, kind, path, value):
            what = f"{event['op']} of {name}, {spelled(path)}: {brief(value)} {how}"
            yield Change(kind=cls, what=what, edit=written(world, n, event, path, operator))
    neighbour = next((e for e in world.events[n + 1 :] if e["kind"] == "row" and e["table_kind"] == kind and e["after"]), None)  # fmt: skip
    if neighbour is not None and event["after"]:
        for path, value in leaves(event["after"]):
            cls = world.kind_of(kind, path)
            other = neighbour["after"].get(path[0]) if len(path) == 1 else None
            if cls == MONEY and other not in (None, value):
                m = world.events.index(neighbour)
                one, two = (
                    written(world, n, event, path, always(other)),
                    written(world, m, neighbour, path, always(value)),
                )
                yield Change(
                    kind=MONEY, what=f"{name} and {neighbour['id']}, {spelled(path)} swapped", edit=both(one, two)
                )
    cls = MONEY if world.is_money(kind) else STATE
    yield Change(kind=cls, what=f"{event['op']} of {name} dropped", edit=dropped(world, n, event))
    if event["op"] == "insert" and isinstance(event["id"], int):
        yield Change(kind=cls, what=f"{name} doubled", edit=doubled(world, n, event))


def _looked_at(world: World, event: Event, path: Path, value: Any) -> bool:
    """Of what a query reads, and no table has under that name, only what [ledger] names is looked at, and of what joins rows only
    what does."""
    kind = event["table_kind"]
    return (
        kind in world.tables
        or world.kind_of(kind, path) == MONEY
        or (world.kind_of(kind, path) == IDENTITY and value not in (None, ""))
        or last_word(world, world.events, event, path[0]) is not None
    )


def _ways(world: World, kind: str, path: Path, value: Any) -> Iterator[tuple[str, str, Operator]]:
    """(class, what is done, how) of a value of a row."""
    owner = world.kind_of(kind, path) == IDENTITY and str(value) in world.names
    if owner or world.known(value):
        others = world.others(value)
        if others:
            yield IDENTITY, f"moved to {others[0]}", always(others[0])
        yield IDENTITY, "leads nowhere", lambda old: type(old)(int(old) + 500_000) if str(old).isdigit() else f"{old}0"
        return
    cls = world.kind_of(kind, path)
    if cls == STATE and of_its_own(value):
        return
    if cls == STATE and world.is_posting(kind) and counts(value):
        cls = MONEY
    for how, operator in operators(value):
        if cls == IDENTITY and value is None:
            continue
        yield cls, how, operator


def _passing(world: World, n: int, event: Event) -> Iterator[Change]:
    """Values that a transaction wrote and a later one wrote over: no row has them."""
    for j, change in enumerate(event["changes"]):
        kind = world.kinds.get(change["table"], "")
        for column, text in (change["after"] or {}).items():
            row = {"table_kind": kind, "id": change["id"]}
            if column in change.get("key", ()) or text is None or last_word(world, world.events, row, column) == (n, j):
                continue
            for cls, how, operator in _ways(world, kind, (column,), text):
                made = put(event, ("changes", j, "after", column), operator(text))
                yield _one(
                    cls, f"transaction {n}, {change['table']} {change['id']}, {column}: {brief(text)} {how}", n, made
                )


def _one(kind: str, what: str, n: int, event: Event | None, needs: str = "") -> Change:
    return Change(kind=kind, what=what, edit=lambda events: replaced(events, {n: event}), needs=needs)
