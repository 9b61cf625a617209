"""Every task message of the target, applied in this process by Celery itself: eager, but never inside its sender.

Celery's own eager mode runs a task where `.delay()` stands, before the sender goes on. A run that queues image jobs and
then saves that it waits for them would see the jobs end first, which no worker ever does. So within `in_line` `apply_async`
puts the message at the end of a line (line.py), and workers (worker.py) call `Task.apply` on what stands first.

What is asked for with `.apply()`, by a retry or by a canvas (chain, group, chord) runs where it stands, as Celery's eager mode
has it; a target that relies on those differs here from a real worker, and `--tier all` shows where.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from celery.result import EagerResult
from celery.utils import uuid

from harness.stack.broker.when import counted, relation
from harness.stack.inprocess.line import Message, Outcome


@contextmanager
def in_line(app: Any, put: Callable[[Message], None]) -> Iterator[None]:
    """Within, `app` is eager and its messages go to `put`; as it was when left. Nests."""
    from celery.app.task import Task

    eager = {"task_always_eager": True, "task_eager_propagates": False, "task_store_eager_result": True}
    before = {name: app.conf[name] for name in eager}
    sending = threading.local()
    # on the class of all tasks: one with a base class of its own does not have the app's in its line
    real_apply, real_apply_async, real_send = Task.apply, Task.apply_async, vars(app).get("send_task")

    def apply_async(self: Any, *args: Any, **kwargs: Any) -> Any:
        sending.now = self.app is app
        try:
            return real_apply_async(self, *args, **kwargs)
        finally:
            sending.now = False

    def apply(self: Any, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        if not getattr(sending, "now", False):
            if options.get("retries"):
                due = _relation(options, app.timezone)
                put(Message(id=options["task_id"], name=self.name, args=(), kwargs={}, told={"due": due}, again=True))
            return real_apply(self, args, kwargs, **options)
        sending.now = False
        task_id = options.pop("task_id")
        put(
            Message(
                id=task_id,
                name=self.name,
                args=tuple(args or ()),
                kwargs=dict(kwargs or {}),
                options=options,
                due=_due(options, app.timezone),
                told=_told(app, self.name, args, kwargs, options),
            )
        )
        return EagerResult(task_id, None, "PENDING", name=self.name)

    def send_task(name: str, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        if name in app.tasks:
            return app.tasks[name].apply_async(args, kwargs, **options)
        # nobody knows the task before a worker looks for it
        task_id = options.pop("task_id", None) or uuid()
        due, told = _due(options, app.timezone), _told(app, name, args, kwargs, options)
        put(Message(id=task_id, name=name, args=tuple(args or ()), kwargs=dict(kwargs or {}), due=due, told=told))
        return EagerResult(task_id, None, "PENDING", name=name)

    app.conf.update(eager)
    Task.apply_async, Task.apply, app.send_task = apply_async, apply, send_task
    try:
        yield
    finally:
        app.conf.update(before)
        Task.apply_async, Task.apply = real_apply_async, real_apply
        if real_send is None:
            del app.send_task
        else:
            app.send_task = real_send


def applied(app: Any, message: Message) -> Outcome:
    """Apply one message here and now. Raises what Celery raises for an unknown task."""
    done = app.tasks[message.name].apply(
        list(message.args), dict(message.kwargs), task_id=message.id, **message.options
    )
    if done.state == "SUCCESS":
        return done.state, json.loads(json.dumps(done.result, default=str)), "", {}
    return done.state, None, *failed(done.result)


def failed(error: Any) -> tuple[str, dict[str, str]]:
    """(error, exception) of a task's outcome, in the words of the result that a worker would store."""
    words = " ".join(map(str, getattr(error, "args", ())))
    kind = type(error).__name__
    return f"{kind}: {words or error}".strip(": "), {"type": kind, "message": words}


def _told(app: Any, name: str, args: Any, kwargs: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """What an envelope would say of a message that is sent now."""
    parent = app.current_worker_task
    route = app.amqp.router.route(dict(options), name, args or (), kwargs or {})
    queue = route.get("queue") or app.conf.task_default_queue
    return {
        "queue": str(getattr(queue, "name", queue)),
        "parent": parent.request.id if parent else "",
        "due": _relation(options, app.timezone),
        "expires": _expires(options.get("expires"), app.timezone),
        "priority": route.get("priority") or 0,
    }


def _relation(options: Mapping[str, Any], timezone: Any) -> str:
    """When it may run, to the sending, which is now."""
    if options.get("countdown"):
        return counted(float(options["countdown"]))
    return relation(_zoned(options["eta"], timezone), time.time()) if options.get("eta") else ""


def _expires(expires: Any, timezone: Any) -> str:
    if isinstance(expires, int | float):
        return counted(float(expires))
    return relation(_zoned(expires, timezone), time.time()) if expires else ""


def _zoned(when: Any, timezone: Any) -> str:
    at = datetime.fromisoformat(when) if isinstance(when, str) else when
    return (at if at.tzinfo else at.replace(tzinfo=timezone)).isoformat()


def _due(options: Mapping[str, Any], timezone: Any) -> float:
    if options.get("countdown"):
        return time.time() + float(options["countdown"])
    eta = options.get("eta")
    return float(datetime.fromisoformat(_zoned(eta, timezone)).timestamp()) if eta else 0.0
