"""The world of a stack for hand work: a scenario's given rows, who can log in there, and which buttons can be pressed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg

from harness.backend import scenarios
from harness.cell.template import fill, names, resolved
from harness.core.action import Shown
from harness.core.config import Config
from harness.core.counts import plain
from harness.core.errors import HarnessError, did_you_mean
from harness.core.ledger import Amount
from harness.core.scenario import Do, Given, Path, Ref, Scenario
from harness.jobs.hand.values import Customer, Line
from harness.stack.database import ledger

Refs = Mapping[str, Mapping[str, Any]]
HAND = "hand"
"""The name of the world that is seeded when none is named."""
BUTTONS = (Path.MANUAL, Path.AUTOMATION)
"""The paths on which a person presses something, in the order in which a step's request is looked for."""


def world(config: Config, scenario_id: str | None, *, tape: bool) -> Scenario:
    """The scenario of that id, or HAND of scenarios/hand.py for none and for "hand". Raises hand-none, hand-scenario, hand-tape."""
    found = scenarios.load(config)
    if scenario_id in found:
        return found[scenario_id]
    if scenario_id not in (None, HAND):
        raise HarnessError(
            f"there is no scenario '{scenario_id}'",
            hint=did_you_mean(scenario_id, [*found, HAND]),
            code="hand-scenario",
        )
    if tape:
        raise HarnessError(
            "--tape plays the cassettes of a scenario, and none is named",
            hint="name one: --scenario orders/refund; without --tape the simulator answers",
            code="hand-tape",
        )
    made: Scenario | None = getattr(scenarios.module(config, "hand"), "HAND", None)
    if made is None:
        raise HarnessError(
            f"{config.scenarios} has no hand.py with HAND, the world that is seeded when none is named",
            hint="name a scenario with --scenario",
            code="hand-none",
        )
    return made


def shown(config: Config) -> tuple[Shown, ...]:
    """REQUESTS of the scenarios' hand.py, those of this phase: what is worth typing whatever the world is."""
    every: tuple[Shown, ...] = getattr(scenarios.module(config, "hand"), "REQUESTS", ())
    return tuple(one for one in every if one.from_phase <= config.phase)


def customers(config: Config, given: Given, refs: Refs, *dbs: psycopg.Connection) -> tuple[Customer, ...]:
    """Every seeded account with its credits now and the tokens that lead to it."""
    held = ledger.opening(ledger.query_of(*dbs), config, refs)
    tokens = dict(_tokens(given, config.ledger.accounts))
    return tuple(
        Customer(
            account=name,
            id=one["id"],
            credits=_shown(config.ledger.amount(one["credits"])),
            tokens={
                token: given.tokens[token]
                for token, account in tokens.items()
                if account == name and token in given.tokens
            },
        )
        for name, one in held.items()
    )


def _shown(amount: Amount) -> int | str:
    return amount if isinstance(amount, int) else plain(amount)


def lines(config: Config, scenario: Scenario, refs: Refs, backend: str, headers: Mapping[str, str]) -> tuple[Line, ...]:
    """What can be pasted into a shell: the requests of hand.py, and the scenario's own steps as buttons."""
    asked: list[tuple[str, Mapping[str, Any]]] = [(one.title, {"method": one.method, "url": one.url}) for one in shown(config)]  # fmt: skip
    asked += [button for step in scenario.steps if isinstance(step, Do) for button in _buttons(step, refs)]
    return tuple(Line(title=title, text=_curl(request, backend, headers)) for title, request in asked)


def _buttons(step: Do, refs: Refs) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in BUTTONS:
        action = step.by.get(path)
        if action is not None and action.request is not None:
            where, known = f"{step.operation} on path {path}", names(step.args, refs)
            try:
                request = fill(resolved(action, refs).request, known, where)
            except HarnessError:  # it needs what an earlier answer brings: nobody can type that beforehand
                return
            yield step.operation.replace("_", " "), request
            return


def _curl(request: Mapping[str, Any], backend: str, headers: Mapping[str, str]) -> str:
    words = ["curl", "-sS", *(word for name, value in headers.items() for word in ("-H", f"{name}: {value}"))]
    sent = ["-H", "Content-Type: application/json", "-d", json.dumps(request["body"])] if "body" in request else []
    way = "--form-string" if "files" in request else "--data-urlencode"
    sent += [word for name, one in _pairs(request.get("data", {})) for word in (way, f"{name}={one}")]
    sent += [word for name, one in _pairs(request.get("files", {})) for word in ("-F", f"{name}=@{one['name']};type={one['type']}")]  # fmt: skip
    if request["method"] != ("POST" if sent else "GET"):
        sent += ["-X", request["method"]]
    return shlex.join([*words, *sent, backend + request["url"]])


def _pairs(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, one) for name, told in fields.items() for one in (told if isinstance(told, list) else [told]) if one is not None)  # fmt: skip


def _tokens(given: Given, account: str) -> Iterator[tuple[str, str]]:
    """(token, account) for every row of the actor's kind, found by following what its rows refer to."""
    rows = {row.name: row for row in given.rows}
    for row in given.rows:
        if row.kind != rows[given.actor].kind:
            continue
        ahead, seen = [row.name], set()
        while ahead:
            name = ahead.pop(0)
            if name in seen or name not in rows:
                continue
            seen.add(name)
            if rows[name].kind == account:
                yield row.name, name
                break
            ahead += [value.name for value in rows[name].values.values() if isinstance(value, Ref)]
