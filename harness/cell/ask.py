"""How one step asks the target: by a request, by a task message, by a call in its own shell, or by a role that is started.

Asking waits for nothing beyond the answer; what the target answers is data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import requests

from harness.cell.template import fill, fill_code
from harness.core.config import Action, Config
from harness.core.errors import HarnessError, StackError, did_you_mean
from harness.core.history import HttpExchange
from harness.core.scenario import Do, Path

CALL_TIMEOUT_S = 60.0


class Askable(Protocol):
    """The stack as one who asks sees it."""

    base_url: str
    session: requests.Session

    def console(self) -> Any: ...
    def send(self, name: str, args: Iterable[Any], kwargs: Mapping[str, Any]) -> str: ...
    def start(self, role: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What asking once brought: the answer, where one is given at once; the role that was started; how many task messages
    must at least appear because of it."""

    exchange: HttpExchange | None = None
    started: str = ""
    messages: int = 0


def ask(
    config: Config, step: Do, path: Path, known: Mapping[str, Any], surface: Askable, token: str
) -> Answered:  # fmt: skip
    """Ask once, the way harness.toml says for this path; `known` is what its placeholders may name. Raises what
    `action_for` raises, scenario-placeholder, and StackError target-unreachable."""
    action, where = action_for(config, step.operation, path), f"operations.{step.operation}.{path}"
    if action.request is not None:
        return Answered(exchange=_request(action.request, step, where, known, surface, token))
    if action.task is not None:
        surface.send(
            action.task["name"],
            fill(action.task.get("args", []), known, where),
            fill(action.task.get("kwargs", {}), known, where),
        )
        return Answered(messages=1)
    exchange = None
    if action.call:
        exchange = _shell_exchange(step, surface.console().call(fill_code(action.call, known, where), CALL_TIMEOUT_S))
    if action.start:
        surface.start(action.start)
    return Answered(exchange=exchange, started=action.start, messages=1 if action.start else 0)


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


def _request(
    request: Mapping[str, Any], step: Do, where: str, known: Mapping[str, Any], surface: Askable, token: str,
) -> HttpExchange:  # fmt: skip
    url = fill(request["url"], known, where)
    body = fill(request["body"], known, where) if "body" in request else None
    return told(
        surface, request["method"], url, body, step.expect, json=body, headers={"Authorization": f"Bearer {token}"}
    )


def told(surface: Askable, method: str, url: str, body: Any, expected: int | None, **sent: Any) -> HttpExchange:
    """Send one request, `sent` as `requests` takes it; `body` is what the history says of it. Raises target-unreachable."""
    try:
        answer = surface.session.request(method, surface.base_url + url, timeout=CALL_TIMEOUT_S, **sent)
    except requests.RequestException as error:
        raise StackError(
            f"the target did not answer {method} {url}: {type(error).__name__}",
            hint="see logs/web.log of this run",
            code="target-unreachable",
        ) from None
    try:
        response: Any = answer.json()
    except ValueError:
        response = answer.text[:2000]
    return HttpExchange(
        method=method, path=url, status=answer.status_code, request=body, response=response, expected=expected
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
