"""The line of an inprocess stack's task messages: what waits, what runs, what came of it.

`Line` has the abilities of harness.stack.broker.tap.Broker: settle, wait_for, abandon, tasks, redelivered, leaps, reset, close;
`publish` stands for the target's own shell (harness.stack.roles.sender).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.core.history import TaskRun
from harness.stack.broker import told
from harness.stack.roles import clock, clockhook
from harness.stack.roles.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One task message. `due` is the second since the epoch from which it may be applied (eta, countdown); `told` is what
    else the history says of it, in the words of TaskRun, `due` a single one."""

    id: str
    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    due: float = 0.0
    told: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False
    """One that runs is tried again where it stands: nothing waits."""


Outcome = tuple[str, Any, str, Mapping[str, str]]
"""(state, result as JSON, error, {type, message} of the exception)"""


@dataclass(slots=True)
class _Seen:
    message: Message
    started: bool = False
    exception: Mapping[str, str] = field(default_factory=dict)
    retries: list[str] = field(default_factory=list)
    """When each further try may run."""
    state: str = ""
    error: str = ""
    result: Any = None


class Line:
    """The messages of an epoch, in order. `put` and `take` are called from several threads."""

    def __init__(
        self, app: Any, empty_broker: Callable[[], object] = lambda: None, *,
        hands: Clock = clock.REAL, going: Callable[[float], object] = lambda seconds: None,
    ) -> None:  # fmt: skip
        """`empty_broker` forgets what the target keeps in Redis itself (results, caches). `hands` is the clock of the cell;
        `going` hears by how many seconds it goes ahead."""
        self.app, self._hands, self._going = app, hands, going
        self._leaps: list[tuple[tuple[str, ...], float]] = []
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
            if message.again:
                if known is not None:
                    known.retries.append(message.told["due"])
                return
            if known is None or known.state:
                self._seen[message.id] = _Seen(message)
            self._waiting.append(message)
            self._changed.notify_all()

    def take(self, stopped: Callable[[], bool] = lambda: False, *, wait: bool = True) -> Message | None:
        """The first message that is due, now running; None when `stopped`, or at once without `wait`."""
        with self._changed:
            while not stopped():
                now = clockhook.real() + clock.ahead(self._hands)
                for position, message in enumerate(self._waiting):
                    if message.due <= now:
                        del self._waiting[position]
                        self._running[message.id] = message.name
                        if message.id in self._seen:
                            self._seen[message.id].started = True
                        return message
                if not wait:
                    return None
                due = min((message.due for message in self._waiting), default=None)
                self._changed.wait(None if due is None else max(due - now, 0.0))
            return None

    def wake(self) -> None:
        """Let everybody who waits look again."""
        with self._changed:
            self._changed.notify_all()

    def ended(self, task_id: str, state: str, result: Any, error: str, exception: Mapping[str, str]) -> None:
        with self._changed:
            self._running.pop(task_id, None)
            if task_id in self._seen:
                seen = self._seen[task_id]
                seen.state, seen.result, seen.error, seen.exception = state, result, error, exception
            self._changed.notify_all()

    def settle(self, timeout_s: float, *, at_least: int = 0) -> str:
        """Wait until no message waits or runs and `at_least` were seen; "" or one line that says what was open."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while not (self._quiet() and len(self._seen) >= at_least) and (left_s := deadline - time.monotonic()) > 0:
                self._go_ahead()
                self._changed.wait(left_s)
            if self._quiet() and len(self._seen) >= at_least:
                return ""
            if not self._quiet():
                names = {message.name for message in self._waiting} | set(self._running.values())
                count = len(self._waiting) + len(self._running)
                return f"after {timeout_s:g} s still open: {count} task(s): {', '.join(sorted(names))}"
            return f"after {timeout_s:g} s only {len(self._seen)} of {at_least} expected task messages were seen"

    def advance(self) -> None:
        """If every message only waits for its time, bring that about, as `settle` does."""
        with self._changed:
            self._go_ahead()

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

    def sent(self) -> int:
        """How many messages were sent since the last reset."""
        with self._changed:
            return len(self._seen)

    def tasks(self) -> tuple[TaskRun, ...]:
        """Every message since the last reset, in the order in which they were sent."""
        with self._changed:
            return tuple(map(_told, self._seen.values()))

    def redelivered(self) -> tuple[str, ...]:
        """None: what is applied in this process is acknowledged when it is taken."""
        return ()

    def leaps(self) -> tuple[str, ...]:
        """A line for each time of this epoch to which the clock went ahead."""
        return told.leaps(self._leaps)

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
            self._leaps.clear()
        self._empty_broker()

    def close(self) -> None:
        self.reset()

    def _go_ahead(self) -> None:
        """If every message waits for its time and none runs: go to the first of these times."""
        if self._running or not self._waiting or self._hands.file is None:
            return
        first = min(message.due for message in self._waiting)
        names = tuple(sorted({message.name for message in self._waiting if message.due == first}))
        gone = clock.leap(self._hands, first, going=self._going, tell=lambda ahead: self._changed.notify_all())
        if gone:
            self._leaps.append((names, gone))

    def _quiet(self) -> bool:
        return not self._waiting and not self._running


def _told(seen: _Seen) -> TaskRun:
    message = seen.message
    due = (message.told.get("due", ""), *seen.retries)
    return TaskRun(
        id=message.id,
        name=message.name,
        args=message.args,
        kwargs=message.kwargs,
        state=seen.state or "LOST",
        error=seen.error,
        result=seen.result,
        exception=seen.exception,
        started=seen.started,
        retries=len(seen.retries),
        **{**message.told, "due": due if any(due) else ()},
    )
