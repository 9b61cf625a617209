"""The target's own Celery app, spoken to through the target's shell: messages are what production sends, and workers are
asked as production's own tools would."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from harness.core.errors import HarnessError

SEND_TIMEOUT_S = 60.0
ASK_TIMEOUT_S = 30.0

_APP = """
import json
from celery.app.utils import find_app
app = find_app({app!r})
"""
_SEND = (
    _APP
    + """
name, args, kwargs = json.loads({message!r})
if name not in app.tasks:
    app.loader.import_default_modules()
task = app.tasks.get(name)
sent = task.apply_async(args, kwargs) if task is not None else app.send_task(name, args, kwargs)
result = str(sent.id)
"""
)
# a task that is registered brings its own queue, priority and serializer; beat imports and sends it the same way
_HOLDING = (
    _APP
    + """
asked = app.control.inspect(timeout=1.0)
answers = [asked.active(), asked.reserved(), asked.scheduled()]
result = None
if all(answer is not None for answer in answers):
    lists = [one for answer in answers for held in answer.values() for one in held]
    result = [(one.get("request") or one)["id"] for one in lists]
"""
)
_DUE = (
    _APP
    + """
app.control.broadcast("harness_due", arguments={{"ahead": {ahead!r}}})
"""
)


class Shell(Protocol):
    def call(self, code: str, timeout_s: float = 60) -> Mapping[str, Any]: ...


def send(shell: Shell, app: str, name: str, args: Iterable[Any] = (), kwargs: Mapping[str, Any] | None = None) -> str:
    """Send one task message as the target would; its id. Raises HarnessError task-not-sent."""
    message = json.dumps([name, list(args), dict(kwargs or {})])
    answer = shell.call(_SEND.format(app=app, message=message), SEND_TIMEOUT_S)
    if not answer["ok"]:
        raise HarnessError(
            f"the target's Celery app ({app}) did not send {name}: {answer['error']}: {answer['message']}",
            hint="target.app in harness.toml names the app as `celery -A` would; the task must be one of its own",
            code="task-not-sent",
        )
    return str(answer["value"])


def due(shell: Shell, app: str, ahead: float) -> None:
    """Let the workers apply what waits in them for a time at most `ahead` seconds from now (clockhook.py); answers are not
    waited for. Raises HarnessError task-not-sent."""
    answer = shell.call(_DUE.format(app=app, ahead=ahead), ASK_TIMEOUT_S)
    if not answer["ok"]:
        raise HarnessError(
            f"the target's Celery app ({app}) cannot speak to its workers: {answer['error']}: {answer['message']}",
            hint='[harness] time = "real" waits for what is due later',
            code="task-not-sent",
        )


def holding(shell: Shell, app: str) -> Collection[str] | None:
    """Ids of the tasks that workers run, have reserved or keep until their time; None where one of these got no answer."""
    answer = shell.call(_HOLDING.format(app=app), ASK_TIMEOUT_S)
    return answer["value"] if answer["ok"] else None
