"""The broker as the harness sees it: every task message in order, and whether anything is still to come.

One MONITOR connection to the Redis (or Valkey) server is a linear history of the broker. A task is open from its message
until the event with which its worker leaves it (or its stored result, where workers send no events). Quiescence is
therefore observed, not slept for: a marker is written through a second connection, the tap is read up to the marker, and if
no task is open at that point nothing was queued, running or unacknowledged when the marker passed.

What a dead worker had not acknowledged comes again when the visibility time-out of its transport has passed; once all else
is quiet that moment is brought about here, as kombu itself would (redelivery.py), so that nobody waits for it. Where tasks
only wait for their time, the clock of the cell goes there (later.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from harness.core.history import TaskRun
from harness.stack.broker import later, monitor, redelivery, told
from harness.stack.broker.keep import Keeper
from harness.stack.broker.traffic import VERBS, Key, Traffic

ECHO = frozenset({b"ECHO"})
QUESTIONS = ECHO | {b"SELECT", b"CLIENT", b"LLEN", b"HLEN", b"HKEYS", b"HGET", b"LRANGE"}
"""What the harness itself asks while it waits; none of it changes anything, whoever asks."""
SILENCE_S = 2.0
"""How long the broker says nothing before workers are asked whether they still know an open task: it takes them a second or
more, and most that is silent waits for a provider."""

Holding = Callable[[], Collection[str] | None]
"""Ids of the tasks that the workers hold (running, reserved, waiting for their time); None where nobody answers."""

Leap = Callable[[float, Callable[[float], object]], float | None]
"""leap(due, going): the clock goes ahead to a time (seconds since the epoch), `going` hears by how many seconds, and workers
apply what is due then. By how many it went; None: that is not worth it."""


class Broker:
    """Tap and reset of one broker. Not thread-safe: one cell at a time owns it."""

    def __init__(
        self, url: str, *, holding: Holding | None = None, leap: Leap | None = None,
        ahead: Callable[[], float] = lambda: 0.0,
    ) -> None:  # fmt: skip
        """`holding` asks the workers; it is called when a task is open and nothing happens any more. Without `leap` what is
        due later is waited for. `ahead` is by how many seconds the target's clock is."""
        self.url = url
        self._redis = monitor.client(url)
        self._holding, self._leap = holding, leap
        self._leapt: dict[str, float] = {}
        self._leaps: list[tuple[tuple[str, ...], float]] = []
        self._keeper = Keeper(self._redis)
        self._tap = monitor.Tap(self._redis)
        self._marks = 0
        self._traffic = Traffic(ahead=ahead)
        self._redelivered: list[str] = []
        self._quiet_since = time.monotonic()

    def settle(self, timeout_s: float, *, at_least: int = 0) -> str:
        """Wait until nothing is queued, running, unacknowledged or to be redelivered, and `at_least` messages were seen.

        Return "" when settled, else one line that says what was still open: at the time-out, or at once where a message
        lies in a queue that no worker serves.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            self._read_to_marker(deadline)
            waiting = redelivery.counts(self._redis, self._traffic)
            if not self._traffic.open and len(self._traffic.tasks) >= at_least and not any(waiting.values()):
                return ""
            if unserved := self._unserved(waiting):
                return unserved
            if self._redeliver() or self._go_ahead(waiting) or self._ask_workers():
                continue
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                still = redelivery.counts(self._redis, self._traffic) if not self._traffic.open else {}
                return told.still_open(self._traffic, timeout_s, at_least, sum(still.values()))
            self._wait(left_s)

    def advance(self) -> bool:
        """If all that is open only waits for its time, bring that about, as `settle` does. True if workers were told."""
        self._read_to_marker(time.monotonic() + 5)
        return self._go_ahead(redelivery.counts(self._redis, self._traffic))

    def wait_for(self, name: str, timeout_s: float) -> bool:
        """Wait until a message of the task `name` was published in this epoch."""
        deadline = time.monotonic() + timeout_s
        while True:
            self._read_to_marker(deadline)
            if any(seen.message.task == name for seen in self._traffic.tasks.values()):
                return True
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return False
            self._wait(left_s)

    def abandon(self) -> int:
        """After a worker was killed: tasks that had left the queue and were acknowledged died with it. Return how many.

        Those that it had not acknowledged stay open: they will come again.
        """
        self._read_to_marker(time.monotonic() + 5)
        coming = redelivery.queued(self._redis, self._traffic.queues) | redelivery.unacknowledged(
            self._redis, self._traffic
        )
        lost = self._traffic.open - coming
        for task_id in lost:
            seen = self._traffic.tasks[task_id]
            if seen.stored:
                self._traffic.close(task_id, seen.stored)
            else:
                seen.error = "its worker was killed"
                self._traffic.open.discard(task_id)
        return len(lost)

    def queues(self) -> Collection[Key]:
        """Lists in which messages were seen."""
        return self._traffic.queues.keys()

    def sent(self) -> int:
        """How many task messages were published in this epoch until now."""
        self._read_to_marker(time.monotonic() + 5)
        return len(self._traffic.tasks)

    def tasks(self) -> tuple[TaskRun, ...]:
        """Every task message since the last reset, in the order of publication."""
        return self._traffic.runs()

    def redelivered(self) -> tuple[str, ...]:
        """Names of the tasks whose message came again in this epoch because its worker had died, in that order."""
        return tuple(self._redelivered)

    def leaps(self) -> tuple[str, ...]:
        """A line for each time of this epoch to which the clock went ahead."""
        return told.leaps(self._leaps)

    def reset(self) -> None:
        """Forget this epoch and put every database of the server back to what boot left in it."""
        self._read_to_marker(time.monotonic() + 5)
        self._keeper.restore()
        self._traffic.forget()
        self._redelivered.clear()
        self._leapt.clear()
        self._leaps.clear()

    def close(self) -> None:
        self._tap.close()
        self._keeper.close()
        self._redis.close()

    def _unserved(self, waiting: dict[Key, int]) -> str:
        stuck = [
            key
            for key, count in waiting.items()
            if count and key in self._traffic.queues and self._traffic.waits > self._traffic.unserved_since.get(key, self._traffic.waits)
            and not self._traffic.is_served(key)
        ]  # fmt: skip
        if not stuck or not self._traffic.served:
            return ""
        self._traffic.gone(redelivery.connected(self._redis).__contains__)
        served = self._traffic.served_names()
        if not served or all(self._traffic.is_served(key) for key in stuck):
            return ""
        return told.unserved((name for _, name in stuck), served)

    def _redeliver(self) -> bool:
        """Bring on what dead workers had not acknowledged, if nothing else is going on. True if something came."""
        if not any(self._traffic.unacked.values()) or self._busy():
            return False
        came = redelivery.restore(self._redis, self._traffic)
        self._redelivered += came
        return bool(came)

    def _busy(self) -> bool:
        """Whether an open task is with a worker that lives."""
        alive = redelivery.connected(self._redis)
        holders = {held.task: held.client for tags in self._traffic.unacked.values() for held in tags.values()}
        return any(holders.get(task_id) in alive or task_id not in holders for task_id in self._traffic.open)

    def _go_ahead(self, waiting: dict[Key, int]) -> bool:
        """If every open task waits in a worker for its time: go to the first of these times. True if workers were told."""
        if self._leap is None or any(waiting.get(key) for key in self._traffic.queues):
            return False
        dues = later.dues(self._traffic, lambda: redelivery.unacknowledged(self._redis, self._traffic))
        first = later.first(self._traffic, dues)
        due = {task_id for task_id, when in dues.items() if when == first}
        # said again after a while: a worker that was only starting has not heard it
        heard = all(self._leapt.get(task_id) == first for task_id in due)
        if not due or (heard and time.monotonic() - self._quiet_since < SILENCE_S):
            return False
        gone = self._leap(first, lambda seconds: later.age(self._redis, seconds))
        if gone is None:
            return False
        self._quiet_since = time.monotonic()
        self._leapt |= dict.fromkeys(due, first)
        if gone > 0:
            self._leaps.append((tuple(sorted({self._traffic.tasks[task_id].message.task for task_id in due})), gone))
        return True

    def _ask_workers(self) -> bool:
        """A task that ended without a word (Ignore, an early acknowledged Reject) is known by no worker any more. True if some did."""
        if self._holding is None or time.monotonic() - self._quiet_since < SILENCE_S:
            return False
        silent = {task_id for task_id in self._traffic.open if self._traffic.tasks[task_id].watched}
        silent -= redelivery.queued(self._redis, self._traffic.queues)
        held = self._holding() if silent else None
        self._quiet_since = time.monotonic()
        if held is None:
            return False
        self._read_to_marker(time.monotonic() + 5)  # some have ended while they were asked
        ended = (silent & self._traffic.open) - set(held) - redelivery.unacknowledged(self._redis, self._traffic)
        for task_id in ended:
            self._traffic.close(task_id, self._traffic.tasks[task_id].stored or "IGNORED")
        return bool(ended)

    def _wait(self, left_s: float) -> None:
        """Until a command was heard that may have changed something; the harness's own questions are none.

        The cap is a safety net, not a poll: every change of state makes the server write to the tap.
        """
        deadline = time.monotonic() + min(left_s, 0.25)
        while (line := self._tap.line(deadline)) is not None:
            self._hear(line)
            if monitor.verb(line) not in QUESTIONS:
                return

    def _read_to_marker(self, deadline: float) -> None:
        self._marks += 1
        marker = b"harness-mark-%d" % self._marks
        self._redis.execute_command("ECHO", marker)
        deadline = max(deadline, time.monotonic() + 1.0)
        while (line := self._tap.line(deadline)) is not None:
            if marker in line and (echo := monitor.command(line, ECHO)) and echo.words[0] == marker:
                return
            self._hear(line)
        raise monitor.gone("stopped answering")

    def _hear(self, line: bytes) -> None:
        if heard := monitor.command(line, VERBS):
            before = len(self._traffic.open), len(self._traffic.tasks)
            self._traffic.hear(heard)
            if heard.verb != b"BRPOP" or before != (len(self._traffic.open), len(self._traffic.tasks)):
                self._quiet_since = time.monotonic()
