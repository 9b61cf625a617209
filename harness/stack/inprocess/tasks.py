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

from harness.stack.inprocess.line import Message


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
            )
        )
        return EagerResult(task_id, None, "PENDING", name=self.name)

    def send_task(name: str, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        return app.tasks[name].apply_async(args, kwargs, **options)

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


def applied(app: Any, message: Message) -> tuple[str, Any, str]:
    """Apply one message here and now: (state, result as JSON, error)."""
    done = app.tasks[message.name].apply(
        list(message.args), dict(message.kwargs), task_id=message.id, **message.options
    )
    if done.state == "SUCCESS":
        return done.state, json.loads(json.dumps(done.result, default=str)), ""
    words = " ".join(map(str, getattr(done.result, "args", ()))) or str(done.result)
    return done.state, None, f"{type(done.result).__name__}: {words}".strip(": ")


def _due(options: Mapping[str, Any], timezone: Any) -> float:
    if options.get("countdown"):
        return time.time() + float(options["countdown"])
    eta = options.get("eta")
    if isinstance(eta, str):
        eta = datetime.fromisoformat(eta)
    if eta is None:
        return 0.0
    if eta.tzinfo is None:
        eta = eta.replace(tzinfo=timezone)
    return float(eta.timestamp())
