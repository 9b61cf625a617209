"""What stands in one transaction, in which order, and who wrote it: all of it otherwise. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from harness.core.history import Event
from harness.jobs.perturb.told import replaced
from harness.jobs.perturb.values import GROUPING, ORDER, Change
from harness.jobs.perturb.world import World


def changes(world: World) -> Iterator[Change]:
    own = [n for n, event in enumerate(world.events) if event["kind"] == "tx"]
    for n in own:
        event = world.events[n]
        parts: Sequence[Any] = event["changes"]
        for j, change in enumerate(parts if len(parts) > 1 else ()):
            rest = {**event, "changes": [one for k, one in enumerate(parts) if k != j]}
            alone = {**event, "changes": [change]}
            yield Change(
                kind=GROUPING,
                what=f"transaction {n}: {change['table']} {change['id']} on its own",
                edit=_split(n, rest, alone),
            )
        roles = sorted({world.events[m]["role"] for m in own} - {event["role"]}) or ["nobody"]
        yield _by(GROUPING, f"transaction {n} by {roles[0]}", n, {**event, "role": roles[0]}, needs=ORDER)
    for n, m in pairwise(own):
        one, two = world.events[n], world.events[m]
        if one["role"] != two["role"]:
            continue
        yield Change(kind=GROUPING, what=f"transactions {n} and {m} in one", edit=_merged(n, m, one, two))
        if one["changes"] != two["changes"]:
            yield Change(
                kind=GROUPING,
                what=f"transactions {n} and {m} the other way round",
                edit=_swapped(n, m, one, two),
                needs=ORDER,
            )


def _split(n: int, rest: Event, alone: Event) -> Any:
    return lambda events: replaced(events, {n: rest}, {n: alone})


def _merged(n: int, m: int, one: Event, two: Event) -> Any:
    return lambda events: replaced(events, {n: {**one, "changes": [*one["changes"], *two["changes"]]}, m: None})


def _swapped(n: int, m: int, one: Event, two: Event) -> Any:
    return lambda events: replaced(events, {n: two, m: one})


def _by(kind: str, what: str, n: int, event: Event, needs: str) -> Change:
    return Change(kind=kind, what=what, edit=lambda events: replaced(events, {n: event}), needs=needs)
