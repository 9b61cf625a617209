"""What requests, provider calls, messages, what was read, logs and stores can be otherwise. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from harness.core.history import Event
from harness.jobs.perturb.operators import of_its_own, operators
from harness.jobs.perturb.told import brief, leaves, put, replaced, spelled, without
from harness.jobs.perturb.values import COUNT, CREDENTIALS, GROUPING, IDENTITY, MONEY, ORDER, STATE, Change
from harness.jobs.perturb.world import World

BEARS = re.compile(
    r"authorization|cookie|(?:api|access|auth|secret)[-_]?(?:key|token)|x-.*(?:key|token)|signature", re.I
)
"""Names of headers by which somebody is known."""
ERRORS = ("ERROR", "CRITICAL")
LOOKED_AT: Mapping[str, tuple[str, ...]] = {
    "http": ("status", "response", "redirects"),
    "call": ("request", "method", "host", "path", "query", "scheme", "port", "sni", "usage", "images"),
    "task": (
        "name", "args", "kwargs", "state", "error", "result", "exception", "queue", "due", "expires", "retries", "priority", "started", "redelivered",
    ),
    "read": ("status", "response", "caller"),
    "log": ("role", "level", "message", "exception"),
    "side": ("store", "key", "before", "after"),
}  # fmt: skip
"""Kind of event -> its fields that the target has a say in."""
COUNTED = ("usage", "images")


def changes(world: World) -> Iterator[Change]:
    tasks = [n for n, event in enumerate(world.events) if event["kind"] == "task"]
    for n, event in enumerate(world.events):
        kind = event["kind"]
        if kind not in LOOKED_AT or (kind == "log" and event["level"] not in ERRORS and not event.get("exception")):
            continue
        for name in LOOKED_AT[kind]:
            if name not in event or (name in COUNTED and not (event["success"] and event[name])):
                continue  # it counted nothing
            for path, value in leaves(event[name]):
                yield from _value(world, n, event, (name, *path), value)
        if kind in ("call", "http"):
            yield from _headers(n, event)
        yield _at(STATE, f"{_called(n, event)} dropped", n, None)
        if kind != "side":
            yield Change(kind=STATE, what=f"{_called(n, event)} twice", edit=_twice(n, event))
    for n in tasks:
        event = world.events[n]
        others = [world.events[m]["id"] for m in tasks if m != n and world.events[m]["id"] != event.get("parent", "")]
        for parent in [""] * bool(event.get("parent", "")) + others[:1]:
            yield _at(GROUPING, f"{_called(n, event)} sent by {parent or 'nobody'}", n, {**event, "parent": parent})
    for n, m in pairwise(tasks):
        one, two = world.events[n], world.events[m]
        if (one["name"], one["args"], one["kwargs"], one["state"]) != (
            two["name"],
            two["args"],
            two["kwargs"],
            two["state"],
        ):
            edit = _other_way_round(n, m, one, two)
            yield Change(kind=GROUPING, what=f"messages {n} and {m} the other way round", edit=edit, needs=ORDER)


def _other_way_round(n: int, m: int, one: Event, two: Event) -> Any:
    return lambda events: replaced(events, {n: two, m: one})


def _twice(n: int, event: Event) -> Any:
    return lambda events: replaced(events, {}, {n: event})


def _value(world: World, n: int, event: Event, path: tuple[Any, ...], value: Any) -> Iterator[Change]:
    what = f"{_called(n, event)}, {spelled(path)}: {brief(value)}"
    if world.known(value):
        others = world.others(value)
        if others:
            yield _at(IDENTITY, f"{what} is {others[0]}", n, put(event, path, others[0]))
        return
    if of_its_own(value):
        return
    cls = MONEY if path[0] in COUNTED else STATE
    for how, operator in operators(value):
        needs = COUNT if path[0] in COUNTED else ""
        yield _at(cls, f"{what} {how}", n, put(event, path, operator(value)), needs=needs)


def _headers(n: int, event: Event) -> Iterator[Change]:
    headers = event.get("headers", {})
    for name, value in headers.items():
        cls = CREDENTIALS if event["kind"] == "call" and BEARS.fullmatch(name) else STATE
        yield _at(
            cls, f"{_called(n, event)} without the header {name}", n, {**event, "headers": without(headers, name)}
        )
        others = [f"{value}x", re.sub(r"\{.*\}", "{another key}", str(value))]
        for other in dict.fromkeys(one for one in others if one != value):
            yield _at(
                cls,
                f"{_called(n, event)}, header {name}: {brief(other)}",
                n,
                {**event, "headers": {**headers, name: other}},
            )


def _at(kind: str, what: str, n: int, event: Event | None, needs: str = "") -> Change:
    return Change(kind=kind, what=what, edit=lambda events: replaced(events, {n: event}), needs=needs)


def _called(n: int, event: Event) -> str:
    about = {"http": "path", "call": "host", "task": "name", "read": "path", "log": "message", "side": "key"}[
        event["kind"]
    ]
    return f"{event['kind']} {n} {brief(event[about], 40)}"
