"""The broker as the harness sees it: every task message in order, and whether anything is still to come.

One MONITOR connection to the Redis (or Valkey) server is a linear history of the broker: task messages are LPUSHed,
results are SET, worker events are PUBLISHed. A task is open from its LPUSH until its result or its terminal event.
Quiescence is therefore observed, not slept for: a marker is written through a second connection, the tap is read up to
the marker, and if no task is open at that point nothing was queued, running or unacknowledged when the marker passed.
"""

from __future__ import annotations

import base64
import json
import re
import select
import socket
import time
from collections.abc import Iterable, Mapping
from typing import Any

import redis

from harness.core.errors import StackError
from harness.core.history import TaskRun
from harness.stack.broker import publish

TERMINAL_EVENTS = {"task-succeeded": "SUCCESS", "task-failed": "FAILURE", "task-revoked": "REVOKED"}
TERMINAL_STATES = {"SUCCESS", "FAILURE", "REVOKED"}
PRESERVED_KEYS = b"_kombu."
"""Bindings that live workers made at start-up and would not make again."""

_ARGUMENT = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}


class Broker:
    """Tap, publisher and reset of one broker. Not thread-safe: one driver owns it."""

    def __init__(self, url: str, queues: Iterable[str]) -> None:
        self.url = url
        self.queues = tuple(queue.encode() for queue in queues)
        self._redis = redis.Redis.from_url(url)
        self._app = publish.sender(url)
        self._tap = _tap(self._redis)
        self._buffer = bytearray()
        self._marks = 0
        self._tasks: dict[str, dict[str, Any]] = {}
        self._open: set[str] = set()

    def publish(self, name: str, args: Iterable[Any] = (), kwargs: Mapping[str, Any] | None = None) -> str:
        """Send one task message, made by Celery itself; return its id."""
        return publish.publish(self._app, name, args, kwargs)

    def settle(self, timeout_s: float, *, at_least: int = 0) -> str:
        """Wait until nothing is queued, running or unacknowledged, and `at_least` messages were seen.

        Return "" when settled, else one line that says what was still open at the time-out.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            self._read_to_marker(deadline)
            if not self._open and len(self._tasks) >= at_least and not self._pending():
                return ""
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return self._describe_open(timeout_s, at_least)
            self._wait_readable(left_s)

    def wait_for(self, name: str, timeout_s: float) -> bool:
        """Wait until a message of the task `name` was published in this epoch."""
        deadline = time.monotonic() + timeout_s
        while True:
            self._read_to_marker(deadline)
            if any(task["name"] == name for task in self._tasks.values()):
                return True
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return False
            self._wait_readable(left_s)

    def abandon(self) -> int:
        """After a worker was killed: tasks that had left the queue died with it. Return how many."""
        self._read_to_marker(time.monotonic() + 5)
        lost = publish.abandoned(self._redis, self.queues, self._open)
        for task_id in lost:
            self._tasks[task_id]["error"] = "its worker was killed"
        self._open -= lost
        return len(lost)

    def tasks(self) -> tuple[TaskRun, ...]:
        """Every task message since the last reset, in the order of publication."""
        return tuple(
            TaskRun(
                id=task_id,
                name=task["name"],
                args=tuple(task["args"]),
                kwargs=task["kwargs"],
                state=task["state"] or "LOST",
                error=task["error"],
                result=task["result"],
            )
            for task_id, task in self._tasks.items()
        )

    def reset(self) -> None:
        """Forget this epoch and empty the broker, but for the bindings that live workers made at start-up."""
        self._read_to_marker(time.monotonic() + 5)
        doomed = [key for key in self._redis.scan_iter(count=1000) if not key.startswith(PRESERVED_KEYS)]
        if doomed:
            self._redis.delete(*doomed)
        self._tasks.clear()
        self._open.clear()

    def close(self) -> None:
        self._tap.close()
        self._app.close()
        self._redis.close()

    def _pending(self) -> int:
        pipe = self._redis.pipeline(transaction=False)
        for queue in self.queues:
            pipe.llen(queue)
        pipe.hlen("unacked")
        return sum(pipe.execute())

    def _describe_open(self, timeout_s: float, at_least: int) -> str:
        if self._open:
            names = sorted({self._tasks[task_id]["name"] for task_id in self._open})
            return f"after {timeout_s:g} s still open: {len(self._open)} task(s): {', '.join(names)}"
        if len(self._tasks) < at_least:
            return f"after {timeout_s:g} s only {len(self._tasks)} of {at_least} expected task messages were seen"
        return f"after {timeout_s:g} s {self._pending()} message(s) were still queued or unacknowledged"

    def _wait_readable(self, left_s: float) -> None:
        # The cap is a safety net, not a poll: every change of state makes the server write to the tap.
        select.select([self._tap], [], [], min(left_s, 0.25))

    def _read_to_marker(self, deadline: float) -> None:
        self._marks += 1
        marker = b"harness-mark-%d" % self._marks
        self._redis.execute_command("ECHO", marker)
        needle = b'"' + marker + b'"'
        while True:
            end = self._buffer.find(b"\r\n")
            while end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 2]
                if needle in line and b'"ECHO"' in line:
                    return
                self._observe(line)
                end = self._buffer.find(b"\r\n")
            left_s = max(deadline - time.monotonic(), 1.0)
            readable, _, _ = select.select([self._tap], [], [], left_s)
            if not readable:
                raise StackError(
                    "the broker stopped answering", hint="see logs/valkey.log of this run", code="broker-gone"
                )
            chunk = self._tap.recv(1 << 20)
            if not chunk:
                raise StackError(
                    "the broker closed the connection", hint="see logs/valkey.log of this run", code="broker-gone"
                )
            self._buffer += chunk

    def _observe(self, line: bytes) -> None:
        start = line.find(b'] "')
        if start < 0:
            return
        verb = line[start + 3 : start + 11].upper()
        if verb.startswith((b"LPUSH", b"RPUSH", b"SETEX", b'SET"', b"PUBLISH")):
            arguments = [_unescape(match) for match in _ARGUMENT.findall(line, start)]
            command = arguments[0].upper()
            if command in (b"LPUSH", b"RPUSH") and arguments[1].split(b"\x06")[0] in self.queues:
                for message in arguments[2:]:
                    self._sent(message)
            elif command in (b"SET", b"SETEX") and b"celery-task-meta-" in arguments[1]:
                self._stored(arguments[-1] if command == b"SETEX" else arguments[2])
            elif command == b"PUBLISH" and b"celeryev" in arguments[1]:
                self._events(arguments[2])

    def _sent(self, message: bytes) -> None:
        envelope = json.loads(message)
        headers = envelope["headers"]
        body = json.loads(base64.b64decode(envelope["body"]))
        known = self._tasks.get(headers["id"])
        if known is None or known["state"]:
            # A redelivered or retried message opens its task again.
            self._tasks[headers["id"]] = {
                "name": headers["task"], "args": body[0], "kwargs": body[1], "state": "", "error": "", "result": None,
            }  # fmt: skip
            self._open.add(headers["id"])

    def _stored(self, payload: bytes) -> None:
        meta = _object(payload)
        task = self._tasks.get(meta.get("task_id", ""))
        if task is None or meta.get("status") not in TERMINAL_STATES:
            return
        task["state"] = meta["status"]
        if meta["status"] == "SUCCESS":
            task["result"] = meta.get("result")
        else:
            failure = meta.get("result") or {}
            text = failure.get("exc_message") if isinstance(failure, dict) else failure
            text = " ".join(map(str, text)) if isinstance(text, list) else str(text)
            kind = failure.get("exc_type", "") if isinstance(failure, dict) else ""
            task["error"] = f"{kind}: {text}".strip(": ")
        self._open.discard(meta["task_id"])

    def _events(self, payload: bytes) -> None:
        body = json.loads(base64.b64decode(_object(payload).get("body", "W10=")))
        for event in body if isinstance(body, list) else [body]:
            state = TERMINAL_EVENTS.get(event.get("type", ""))
            task = self._tasks.get(event.get("uuid", ""))
            if state and task is not None:
                task["state"] = task["state"] or state
                task["error"] = task["error"] or str(event.get("exception", ""))
                self._open.discard(event["uuid"])


def _tap(client: redis.Redis) -> socket.socket:
    options = client.connection_pool.connection_kwargs
    if "path" in options:
        tap = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        tap.connect(options["path"])
    else:
        tap = socket.create_connection((options.get("host", "127.0.0.1"), options.get("port", 6379)))
    tap.sendall(b"MONITOR\r\n")
    answer = tap.recv(1 << 10)
    if not answer.startswith(b"+OK"):
        raise StackError(
            f"the broker refused MONITOR: {answer[:80]!r}",
            hint="the harness needs a Redis or Valkey server of its own",
            code="broker-refused",
        )
    return tap


def _object(payload: bytes) -> dict[str, Any]:
    """A JSON object, or {} for what some other program keeps under a key that looks like Celery's."""
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _unescape(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    return _ESCAPE.sub(_replace, text)


def _replace(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    if len(code) == 3:
        return bytes([int(code[1:], 16)])
    return _PLAIN.get(code, code)
