"""Every task message of the target, applied in this process by Celery itself: eager, but never inside its sender.

Celery's own eager mode runs a task where `.delay()` stands, before the sender goes on. A run that queues image jobs and
then saves that it waits for them would see the jobs end first, which no worker ever does. So within `in_line` `apply_async`
puts the message at the end of a line here, and workers (worker.py) call `Task.apply` on what stands first.

What is asked for with `.apply()`, by a retry or by a canvas (chain, group, chord) runs where it stands, as Celery's eager mode
has it; a target that relies on those differs here from a real worker, and `--tier all` shows where.

`Line` has the abilities of harness.stack.broker.tap.Broker: settle, wait_for, abandon, tasks, redelivered, reset, close;
`publish` stands for the target's own shell (harness.stack.roles.sender).
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from celery.result import EagerResult

from harness.core.history import TaskRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One task message. `due` is the monotonic second from which it may be applied (eta, countdown)."""

    id: str
    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    due: float = 0.0


@dataclass(slots=True)
class _Seen:
    message: Message
    state: str = ""
    error: str = ""
    result: Any = None


class Line:
    """The messages of an epoch, in order. `put` and `take` are called from several threads."""

    def __init__(self, app: Any, empty_broker: Callable[[], object] = lambda: None) -> None:
        """`empty_broker` forgets what the target keeps in Redis itself (results, caches)."""
        self.app = app
        self._empty_broker = empty_broker
        self._changed = threading.Condition()
        self._waiting: deque[Message] = deque()
        self._running: dict[str, str] = {}
        self._seen: dict[str, _Seen] = {}

    def publish(self, name: str, args: Iterable[Any] = (), kwargs: Mapping[str, Any] | None = None) -> str:
        """Send one task message as the target itself would; return its id."""
        return str(self.app.send_task(name, args=list(args), kwargs=dict(kwargs or {})).id)

    def put(self, message: Message) -> None:
        with self._changed:
            known = self._seen.get(message.id)
            if known is None or known.state:
                self._seen[message.id] = _Seen(message)
            self._waiting.append(message)
            self._changed.notify_all()

    def take(self, stopped: Callable[[], bool] = lambda: False, *, wait: bool = True) -> Message | None:
        """The first message that is due, now running; None when `stopped`, or at once without `wait`."""
        with self._changed:
            while not stopped():
                now = time.monotonic()
                for position, message in enumerate(self._waiting):
                    if message.due <= now:
                        del self._waiting[position]
                        self._running[message.id] = message.name
                        return message
                if not wait:
                    return None
                due = min((message.due for message in self._waiting), default=None)
                self._changed.wait(None if due is None else due - now)
            return None

    def wake(self) -> None:
        """Let everybody who waits look again."""
        with self._changed:
            self._changed.notify_all()

    def ended(self, task_id: str, state: str, result: Any, error: str) -> None:
        with self._changed:
            self._running.pop(task_id, None)
            if task_id in self._seen:
                seen = self._seen[task_id]
                seen.state, seen.result, seen.error = state, result, error
            self._changed.notify_all()

    def settle(self, timeout_s: float, *, at_least: int = 0) -> str:
        """Wait until no message waits or runs and `at_least` were seen; "" or one line that says what was open."""
        with self._changed:
            if self._changed.wait_for(lambda: self._quiet() and len(self._seen) >= at_least, timeout_s):
                return ""
            if not self._quiet():
                names = {message.name for message in self._waiting} | set(self._running.values())
                count = len(self._waiting) + len(self._running)
                return f"after {timeout_s:g} s still open: {count} task(s): {', '.join(sorted(names))}"
            return f"after {timeout_s:g} s only {len(self._seen)} of {at_least} expected task messages were seen"

    def wait_for(self, name: str, timeout_s: float) -> bool:
        """Wait until a message of the task `name` was sent in this epoch."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(seen.message.name == name for seen in self._seen.values()), timeout_s
            )

    def abandon(self) -> int:
        """After a worker was killed: what it was at died with it. Return how many."""
        with self._changed:
            lost = [self._seen[task_id] for task_id in self._running if task_id in self._seen]
            for seen in lost:
                seen.error = "its worker was killed"
            self._running.clear()
            self._changed.notify_all()
            return len(lost)

    def tasks(self) -> tuple[TaskRun, ...]:
        """Every message since the last reset, in the order in which they were sent."""
        with self._changed:
            return tuple(
                TaskRun(
                    id=seen.message.id,
                    name=seen.message.name,
                    args=seen.message.args,
                    kwargs=seen.message.kwargs,
                    state=seen.state or "LOST",
                    error=seen.error,
                    result=seen.result,
                )
                for seen in self._seen.values()
            )

    def redelivered(self) -> tuple[str, ...]:
        """None: what is applied in this process is acknowledged when it is taken."""
        return ()

    def waiting(self) -> tuple[str, ...]:
        """Names of the tasks that nobody has taken, those that are not due yet among them."""
        with self._changed:
            return tuple(message.name for message in self._waiting)

    def running(self) -> tuple[str, ...]:
        """Names of the tasks that are being applied, also of an epoch that was forgotten meanwhile."""
        with self._changed:
            return tuple(self._running.values())

    def reset(self) -> None:
        """Forget this epoch; what is being applied goes on, and counts as running until it ends."""
        with self._changed:
            self._waiting.clear()
            self._seen.clear()
        self._empty_broker()

    def close(self) -> None:
        self.reset()

    def _quiet(self) -> bool:
        return not self._waiting and not self._running


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
        return time.monotonic() + float(options["countdown"])
    eta = options.get("eta")
    if isinstance(eta, str):
        eta = datetime.fromisoformat(eta)
    if eta is None:
        return 0.0
    if eta.tzinfo is None:
        eta = eta.replace(tzinfo=timezone)
    return time.monotonic() + (eta - datetime.now(UTC)).total_seconds()
