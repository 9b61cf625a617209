"""Drive the steps of one scenario on one path against a running stack, and settle.

The driver needs of a stack only what `Surface` says; it never looks inside the target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests

from harness.cell.template import fill, fill_code, names
from harness.core.config import Action, Config
from harness.core.errors import HarnessError, StackError, did_you_mean
from harness.core.history import HttpExchange
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
)

CALL_TIMEOUT_S = 60.0


class Surface(Protocol):
    """The stack as the driver sees it; all times in seconds."""

    base_url: str
    session: requests.Session
    broker: Any
    fake: Any

    def console(self) -> Any: ...
    def start(self, role: str) -> None: ...
    def stop(self, role: str) -> None: ...
    def kill(self, role: str) -> None: ...
    def hold_row(self, kind: str, key: Any) -> None: ...
    def await_blocked(self, count: int, timeout_s: float) -> bool: ...
    def let_row_go(self) -> None: ...


@dataclass(slots=True)
class Driven:
    """What driving a cell brought to light."""

    http: list[HttpExchange] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    settled: bool = True
    settle_reason: str = ""


def action_for(config: Config, operation: str, path: Path) -> Action:
    """The way harness.toml asks for an operation on a path. Raises operation-unknown, operation-path."""
    if operation not in config.operations:
        raise HarnessError(
            f"harness.toml has no [operations.{operation}]",
            hint=did_you_mean(operation, config.operations),
            code="operation-unknown",
        )
    actions = config.operations[operation]
    if path not in actions:
        raise HarnessError(
            f"harness.toml has no way to ask for '{operation}' on path {path}",
            hint=f"add [operations.{operation}.{path}] or take the path out of the scenario",
            code="operation-path",
        )
    return actions[path]


def steps_for(scenario: Scenario, path: Path) -> tuple[Step, ...]:
    """The steps that hold on this path."""
    return tuple(step for step in scenario.when if not isinstance(step, Do) or not step.paths or path in step.paths)


def action_rows(config: Config, scenario: Scenario, path: Path) -> tuple[Row, ...]:
    """Rows that this path's actions need in the world (a schedule that is due, say); inserted after the given rows."""
    rows = []
    given = {row.name: Ref(row.name) for row in scenario.given.rows}
    for step in steps_for(scenario, path):
        if isinstance(step, Do):
            where = f"operations.{step.operation}.{path}.rows"
            known = {**{name.replace("-", "_"): ref for name, ref in given.items()}, **step.args}
            for row in action_for(config, step.operation, path).rows:
                rows.append(Row(kind=row["kind"], name=row["name"], values=fill(row["values"], known, where)))
    return tuple(rows)


def drive(
    config: Config, scenario: Scenario, path: Path, refs: Mapping[str, Mapping[str, Any]], token: str, surface: Surface,
) -> Driven:  # fmt: skip
    """Do every step, then settle. Only a broken stack raises; what the target answers is data."""
    driven = Driven()
    started: list[str] = []
    expected_tasks = 0
    try:
        for step in steps_for(scenario, path):
            match step:
                case Do():
                    action = action_for(config, step.operation, path)
                    known = names(step.args, refs) | _known_from(driven)
                    expected_tasks += _ask(
                        action,
                        step,
                        f"operations.{step.operation}.{path}",
                        known,
                        surface,
                        token,
                        driven,
                        started,
                        config,
                    )
                case Settle():
                    settle(config, surface, driven, expected_tasks)
                case AwaitCall(nth=nth):
                    if surface.fake.wait_held(nth, config.settle_timeout_s):
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
                    if surface.await_blocked(count, config.settle_timeout_s):
                        driven.notes.append(f"{count} transactions wait for the held row")
                    else:
                        driven.settled = False
                        driven.settle_reason = f"fewer than {count} transactions came to wait for the held row"
                case LetRowGo():
                    surface.let_row_go()
        settle(config, surface, driven, expected_tasks)
    finally:
        surface.let_row_go()
        for role in started:
            surface.stop(role)
    return driven


def ask_over_http(
    config: Config, step: Do, refs: Mapping[str, Mapping[str, Any]], token: str, surface: Surface
) -> HttpExchange:  # fmt: skip
    """Send the request of one step by its button, and wait for nothing beyond its answer."""
    action = action_for(config, step.operation, Path.MANUAL)
    if action.request is None:
        raise HarnessError(
            f"'{step.operation}' has no request on path manual",
            hint="give it one in harness.toml",
            code="operation-path",
        )
    where = f"operations.{step.operation}.manual"
    return _request(action.request, step, where, names(step.args, refs), surface, token)


def _known_from(driven: Driven) -> dict[str, Any]:
    """Values that earlier answers of this cell brought: `$answer_run_id` for data.run_id of the last one that had it."""
    known: dict[str, Any] = {}
    for exchange in driven.http:
        data = exchange.response.get("data") if isinstance(exchange.response, dict) else None
        if isinstance(data, dict):
            known.update({f"answer_{key}": value for key, value in data.items() if key.isidentifier()})
    return known


def _ask(
    action: Action, step: Do, where: str, known: Mapping[str, Any], surface: Surface,
    token: str, driven: Driven, started: list[str], config: Config,
) -> int:  # fmt: skip
    """Ask once; return how many task messages must at least appear because of it."""
    if action.request is not None:
        driven.http.append(_request(action.request, step, where, known, surface, token))
        return 0
    if action.task is not None:
        surface.broker.publish(
            action.task["name"],
            fill(action.task.get("args", []), known, where),
            fill(action.task.get("kwargs", {}), known, where),
        )
        return 1
    if action.call:
        answer = surface.console().call(fill_code(action.call, known, where), CALL_TIMEOUT_S)
        driven.http.append(_shell_exchange(step, answer))
    if action.start:
        surface.start(action.start)
        started.append(action.start)
        return 1
    return 0


def _request(
    request: Mapping[str, Any], step: Do, where: str, known: Mapping[str, Any], surface: Surface, token: str,
) -> HttpExchange:  # fmt: skip
    url = fill(request["url"], known, where)
    body = fill(request["body"], known, where) if "body" in request else None
    try:
        answer = surface.session.request(
            request["method"],
            surface.base_url + url,
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=CALL_TIMEOUT_S,
        )
    except requests.RequestException as error:
        raise StackError(
            f"the target did not answer {request['method']} {url}: {type(error).__name__}",
            hint="see logs/web.log of this run",
            code="target-unreachable",
        ) from None
    try:
        response: Any = answer.json()
    except ValueError:
        response = answer.text[:2000]
    return HttpExchange(
        method=request["method"],
        path=url,
        status=answer.status_code,
        request=body,
        response=response,
        expected=step.expect,
    )


def _shell_exchange(step: Do, answer: Mapping[str, Any]) -> HttpExchange:
    """A direct service call in the shape of an exchange: status 200, or the step's own `expect` when it was refused."""
    status = 200 if answer["ok"] else 500
    if not answer["ok"] and answer["error"] == "InsufficientCreditsError":
        status = 402
    elif not answer["ok"] and answer["error"] == "AIProviderError":
        status = 502
    return HttpExchange(
        method="CALL", path=step.operation, status=status, request=None, response=dict(answer), expected=step.expect
    )


def settle(config: Config, surface: Surface, driven: Driven, at_least: int) -> None:
    """Wait until no task is queued, running or unacknowledged; what did not come to rest is noted in `driven`."""
    reason = surface.broker.settle(config.settle_timeout_s, at_least=at_least)
    if reason:
        driven.settled = False
        driven.settle_reason = reason
