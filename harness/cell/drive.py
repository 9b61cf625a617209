"""Drive the steps of one scenario on one path against a running stack, and settle.

Driving needs of a stack only what `Surface` says; it never looks inside the target.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from harness.cell.after.rest import Rest
from harness.cell.ask import Answered, Askable, Headers, ask
from harness.cell.template import fill, names, resolved
from harness.cell.webhook import deliver
from harness.core.config import BEAT, Config
from harness.core.errors import HarnessError
from harness.core.history import HttpExchange, Read
from harness.core.scenario import (
    AwaitBlocked,
    AwaitCall,
    Do,
    HoldRow,
    KillRole,
    LetRowGo,
    Path,
    Ref,
    ReleaseCalls,
    Row,
    Scenario,
    Settle,
    StartRole,
    Step,
    Webhook,
)

LOOK_S = 0.5
"""How long a step waits for what it waits for before it is looked whether that is only due later."""


class Surface(Askable, Protocol):
    """The stack as driving sees it; all times in seconds."""

    fake: Any

    def stop(self, role: str) -> None: ...
    def kill(self, role: str) -> None: ...
    def hold_row(self, kind: str, key: Any) -> None: ...
    def await_blocked(self, count: int, timeout_s: float) -> bool: ...
    def let_row_go(self) -> None: ...
    def rest(self, timeout_s: float) -> Rest: ...


@dataclass(slots=True)
class Driven:
    """What driving a cell brought to light."""

    http: list[HttpExchange] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    settled: bool = True
    settle_reason: str = ""
    settle_code: str = ""
    settle_hint: str = ""
    bought: Collection[str] = ()
    """Keys, as text, of accounts that somebody else gave credits (vary.BOUGHT) meanwhile."""


def steps_for(scenario: Scenario, path: Path) -> tuple[Step, ...]:
    """The steps that hold on this path."""
    return tuple(
        step for step in scenario.steps if not isinstance(step, Do | Webhook) or not step.paths or path in step.paths
    )


def starts_a_schedule(config: Config, scenario: Scenario, path: Path) -> bool:
    """Whether a role is started on this path that sends what is due by the clock, as beat does."""
    started = [
        step.role if isinstance(step, StartRole) else step.on(path).start
        for step in steps_for(scenario, path)
        if isinstance(step, Do | StartRole)
    ]
    roles = (config.roles[name] for name in started if name in config.roles)
    return any(role.like == BEAT or BEAT in role.command for role in roles)


def action_rows(scenario: Scenario, path: Path) -> tuple[Row, ...]:
    """Rows that this path's actions need in the world (a schedule that is due, say); inserted after the given rows."""
    rows = []
    given = {row.name: Ref(row.name) for row in scenario.given.rows}
    for step in steps_for(scenario, path):
        if isinstance(step, Do):
            known = {**{name.replace("-", "_"): ref for name, ref in given.items()}, **step.args}
            for row in step.on(path).rows:
                rows.append(
                    replace(row, values=fill(row.values, known, f"the rows of {step.operation} on path {path}"))
                )
    return tuple(rows)


def drive(
    config: Config, scenario: Scenario, path: Path, refs: Mapping[str, Mapping[str, Any]], callers: Mapping[str, Headers], surface: Surface,
    *, varied: bool = False, before: Sequence[HttpExchange] = (),
) -> Driven:  # fmt: skip
    """Do every step, then settle. `callers` are the headers of each actor. Only a broken stack raises; what the target answers is data. In a `varied`
    world a step is left out whose words no earlier answer brought, one `before` among them; what is asked for a second time waits for no call."""
    driven = Driven()
    started: list[str] = []
    expected_tasks = 0
    try:
        for step in steps_for(scenario, path):
            match step:
                case Do():
                    known = names(step.args, refs) | _known_from((*before, *driven.http))
                    action = resolved(step.on(path), refs)
                    if action.start:  # what it sends comes when it likes, after all that was sent before
                        expected_tasks = max(expected_tasks, surface.broker.sent())
                    headers = callers.get(step.actor or scenario.given.actor, {})
                    try:
                        answered = ask(step, action, path, known, surface, headers)
                    except HarnessError as error:
                        if not varied or error.code != "scenario-placeholder":
                            raise
                        driven.notes.append(f"{step.operation} was left out: {error}")
                        continue
                    expected_tasks += answered.messages
                    if answered.exchange is not None:
                        driven.http.append(answered.exchange)
                        if answered.exchange.status == 401 and step.expect != 401:
                            driven.notes.append(unknown_caller(answered, config))
                    if answered.started:
                        started.append(answered.started)
                case Webhook():
                    known = names({}, refs) | _known_from((*before, *driven.http))
                    exchange = deliver(config, step, known, refs, surface).exchange
                    driven.http += [exchange] if exchange is not None else []
                case Settle():
                    settle(config, surface, driven, expected_tasks)
                case AwaitCall() | AwaitBlocked() if before:
                    continue
                case AwaitCall(nth=nth):
                    if awaited(surface, lambda left_s: surface.fake.wait_held(nth, left_s), config.settle_timeout_s):
                        driven.notes.append(f"provider call held ({nth})")
                    else:
                        driven.settled = False
                        driven.settle_reason = f"provider call {nth} never reached its hold"
                case ReleaseCalls():
                    surface.fake.release()
                    driven.notes.append("held provider calls released")
                case KillRole(role=role):
                    surface.kill(role)
                    lost = surface.broker.abandon()
                    driven.notes.append(f"{role} killed; {lost} task(s) died with it")
                    surface.fake.release()
                    surface.start(role)
                case StartRole(role=role):
                    surface.start(role)
                    started.append(role)
                case HoldRow(name=name):
                    surface.hold_row(refs[name]["kind"], refs[name]["id"])
                case AwaitBlocked(count=count):
                    if awaited(surface, lambda left_s: surface.await_blocked(count, left_s), config.settle_timeout_s):
                        driven.notes.append(f"{count} transactions wait for the held row")
                    else:
                        driven.settled = False
                        driven.settle_reason = f"fewer than {count} transactions came to wait for the held row"
                case LetRowGo():
                    surface.let_row_go()
        settle(config, surface, driven, expected_tasks)
        driven.notes += surface.broker.leaps()
        for task in surface.broker.redelivered():
            driven.notes.append(f"{task} came again: its worker had died before it acknowledged")
    finally:
        surface.let_row_go()
        for role in started:
            surface.stop(role)
    return driven


def both(first: Driven, second: Driven) -> Driven:
    """Two drives of one cell as one; `second` came once the first had come to rest."""
    return Driven(
        http=[*first.http, *second.http],
        reads=[*first.reads, *second.reads],
        notes=[*first.notes, *second.notes],
        settled=second.settled,
        settle_reason=second.settle_reason,
        settle_code=second.settle_code,
        settle_hint=second.settle_hint,
    )


def _known_from(exchanges: Iterable[HttpExchange]) -> dict[str, Any]:
    """Values that earlier answers of this cell brought: `$answer_number` for data.number of the last one that had it."""
    known: dict[str, Any] = {}
    for exchange in exchanges:
        data = exchange.response.get("data") if isinstance(exchange.response, dict) else None
        if isinstance(data, dict):
            known.update({f"answer_{key}": value for key, value in data.items() if key.isidentifier()})
    return known


def unknown_caller(answered: Answered, config: Config) -> str:
    """What a 401 that nobody expected says: which scheme the route wants, and what was sent."""
    asked = answered.exchange
    assert asked is not None
    wants = f"it asks for {answered.challenge}" if answered.challenge else "it names no scheme (no WWW-Authenticate)"
    return f"401 from {asked.method} {asked.path}: {wants}; [auth] of harness.toml sends {config.auth.told}"


def awaited(surface: Surface, met: Callable[[float], bool], timeout_s: float) -> bool:
    """Wait until `met`, which is given the seconds it may wait itself; what is only due later is brought about meanwhile."""
    deadline = time.monotonic() + timeout_s
    while (left_s := deadline - time.monotonic()) > 0:
        if met(min(left_s, LOOK_S)):
            return True
        surface.broker.advance()
    return False


def settle(config: Config, surface: Surface, driven: Driven, at_least: int) -> None:
    """Wait until no task is queued, running or unacknowledged, and nothing that began meanwhile goes on; what did not come to rest is
    noted in `driven`."""
    left_s = config.settle_timeout_s
    deadline = time.monotonic() + left_s
    while True:
        reason = surface.broker.settle(left_s, at_least=at_least)
        if reason:
            driven.settled = False
            driven.settle_reason = reason
            return
        rest = surface.rest(config.settle_timeout_s)
        driven.notes += rest.notes
        if rest.unrest is not None:
            driven.settled = False
            driven.settle_reason, driven.settle_code, driven.settle_hint = rest.unrest
            return
        if not rest.waited:
            return
        left_s = max(deadline - time.monotonic(), 0.0)  # what was waited for may have sent something
