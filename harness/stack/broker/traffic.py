"""What the broker's traffic says: which tasks are open, where their messages lie, which queues somebody serves.

Nothing is listed beforehand. A message is whatever kombu would take for one, on whatever list it is pushed; a queue is
served if somebody waits for it (BRPOP); what a worker holds without having acknowledged it stands in the hash where kombu
keeps it, whatever its name. Pure: commands in, facts out.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from harness.core.history import TaskRun
from harness.stack.broker import content, envelope
from harness.stack.broker.monitor import Command
from harness.stack.broker.seen import Key, Seen, again, begun, told

VERBS = frozenset({b"LPUSH", b"RPUSH", b"SET", b"SETEX", b"PSETEX", b"PUBLISH", b"BRPOP", b"HSET", b"HMSET"})
"""The commands in which a broker's traffic shows."""
ENDS = {
    "task-succeeded": "SUCCESS",
    "task-failed": "FAILURE",
    "task-revoked": "REVOKED",
    "task-rejected": "REJECTED",
}
"""Event of a worker -> the state in which it leaves the task."""
RAN = ("task-started", "task-succeeded", "task-failed", "task-retried")
STORED_ENDS = frozenset({"SUCCESS", "FAILURE", "REVOKED", "REJECTED", "IGNORED"})
RESULT = b"celery-task-meta-"
EVENTS = b"celeryev"
ANSWERS = b".reply.celery.pidbox"
"""Lists on which workers answer whoever asked them; no task comes there."""


@dataclass(slots=True)
class Held:
    """A message that a worker took and has not acknowledged."""

    task: str
    client: str
    tag: bytes


@dataclass(slots=True)
class Traffic:
    """The epoch since the last `forget`, and what holds beyond it: who serves which queue, where messages were seen."""

    tasks: dict[str, Seen] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    queues: dict[Key, None] = field(default_factory=dict)
    unacked: dict[Key, dict[bytes, Held]] = field(default_factory=dict)
    served: dict[str, tuple[int, tuple[bytes, ...]]] = field(default_factory=dict)
    """client -> the database and the lists that it waits for."""
    waits: int = 0
    """How often anybody began to wait; a queue that nobody has waited for since a message came is not served."""
    unserved_since: dict[Key, int] = field(default_factory=dict)
    ahead: Callable[[], float] = lambda: 0.0
    """By how many seconds the target's clock is ahead of the server's."""

    def hear(self, command: Command) -> None:
        _HEAR.get(command.verb, lambda *_: None)(self, command)

    def forget(self) -> None:
        self.tasks.clear()
        self.open.clear()
        self.unserved_since.clear()
        for held in self.unacked.values():
            held.clear()

    def runs(self) -> tuple[TaskRun, ...]:
        return tuple(map(told, self.tasks.values()))

    def close(self, task_id: str, state: str, error: str = "") -> None:
        seen = self.tasks[task_id]
        seen.state = seen.state or state
        seen.error = seen.error or error
        self.open.discard(task_id)

    def gone(self, alive: Callable[[str], bool]) -> None:
        """Forget the waits of clients that are no longer connected."""
        self.served = {client: lists for client, lists in self.served.items() if alive(client)}

    def is_served(self, key: Key) -> bool:
        return any(db == key[0] and key[1] in lists for db, lists in self.served.values())

    def served_names(self) -> tuple[str, ...]:
        """The queues that somebody serves, without the lists of their lower priorities."""
        names = {word for _, lists in self.served.values() for word in lists if ANSWERS not in word}
        whole = [name for name in names if not any(_is_priority_of(name, other) for other in names)]
        return tuple(sorted(name.decode("utf-8", "backslashreplace") for name in whole))


def _is_priority_of(name: bytes, other: bytes) -> bool:
    """Whether `name` is the list of a lower priority of the queue `other`: the queue, a separator, a number."""
    return name.startswith(other) and re.fullmatch(rb"[^0-9a-zA-Z]{1,4}\d+", name[len(other) :], re.DOTALL) is not None


def _pushed(traffic: Traffic, command: Command) -> None:
    list_name, *messages = command.words or (b"",)
    for message in messages:
        read = envelope.read(message)
        if read is None:
            continue
        key = (command.db, list_name)
        traffic.queues.setdefault(key)
        traffic.unserved_since.setdefault(key, traffic.waits)
        sent = command.at + traffic.ahead() if read.eta or read.expires else 0.0
        known = traffic.tasks.get(read.id)
        if known is None:
            traffic.tasks[read.id] = begun(read, key, sent)
        else:
            again(known, read, key, sent)
        traffic.open.add(read.id)


def _waits(traffic: Traffic, command: Command) -> None:
    traffic.served[command.client] = (command.db, command.words[:-1])
    traffic.waits += 1


def _kept(traffic: Traffic, command: Command) -> None:
    """HSET unacked TAG [message, exchange, routing key]."""
    key, *pairs = command.words or (b"",)
    for tag, value in zip(pairs[::2], pairs[1::2], strict=False):
        if not value.startswith(b"[{"):
            continue
        try:
            message = json.loads(value)[0]
            task_id = (message.get("headers") or {}).get("id") or message["properties"]["correlation_id"]
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            continue
        held = traffic.unacked.setdefault((command.db, key), {})
        held[tag] = Held(task=str(task_id), client=command.client, tag=tag)


def _stored(traffic: Traffic, command: Command) -> None:
    words = command.words
    if len(words) < 2 or RESULT not in words[0]:
        return
    try:
        meta = content.guessed(words[1] if command.verb == b"SET" else words[-1])
    except content.Unreadable:
        return
    seen = traffic.tasks.get(str(meta.get("task_id") or words[0].rpartition(RESULT)[2].decode("ascii", "replace")))
    state = meta.get("status")
    if seen is None or state not in STORED_ENDS:
        return
    if state == "SUCCESS":
        seen.result = meta.get("result")
    elif state in ("FAILURE", "REVOKED", "REJECTED"):
        seen.error = _why(meta.get("result"))
        seen.exception = _exception(meta.get("result"))
    seen.stored = str(state)
    seen.ran = seen.ran or state in ("SUCCESS", "FAILURE")
    if not seen.watched:
        traffic.close(seen.message.id, str(state))


def _why(failure: Any) -> str:
    text = failure.get("exc_message") if isinstance(failure, dict) else failure
    text = " ".join(map(str, text)) if isinstance(text, list) else str(text or "")
    kind = failure.get("exc_type", "") if isinstance(failure, dict) else ""
    return f"{kind}: {text}".strip(": ")


def _exception(failure: Any) -> dict[str, str]:
    """The exception's class and what it says, without where it was raised."""
    if not isinstance(failure, dict) or "exc_type" not in failure:
        return {}
    said = failure.get("exc_message")
    return {
        "type": str(failure["exc_type"]),
        "message": " ".join(map(str, said)) if isinstance(said, list) else str(said or ""),
    }


def _told(traffic: Traffic, command: Command) -> None:
    if len(command.words) < 2 or EVENTS not in command.words[0]:
        return
    for event in _events(command.words[1]):
        seen = traffic.tasks.get(str(event.get("uuid", "")))
        kind = event.get("type", "")
        if seen is None or not str(kind).startswith("task-") or kind == "task-sent":
            continue
        seen.watched = True
        # that an earlier try began may be told after the message of the next one; that it is over is told after that
        seen.ran = seen.ran or kind in RAN
        seen.started = kind == "task-started" or (seen.started and kind not in ("task-received", "task-retried"))
        if kind == "task-rejected" and event.get("requeue"):
            continue
        if kind in ENDS:
            if kind == "task-succeeded" and not seen.stored:
                seen.result = _literal(event.get("result"))
            if kind == "task-failed" and not seen.exception:
                seen.exception = _repr(str(event.get("exception", "")))
            traffic.close(seen.message.id, ENDS[kind], str(event.get("exception", "")))


def _events(payload: bytes) -> Iterable[Mapping[str, Any]]:
    try:
        outer = json.loads(payload)
        body = outer["body"]
        raw = (
            base64.b64decode(body)
            if (outer.get("properties") or {}).get("body_encoding", "base64") == "base64"
            else body.encode()
        )
        said = content.decode(
            raw,
            outer.get("content-type") or "application/json",
            str((outer.get("headers") or {}).get("compression") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError, content.Unreadable):
        return ()
    return [event for event in (said if isinstance(said, list) else [said]) if isinstance(event, dict)]


def _repr(text: str) -> dict[str, str]:
    """An exception of which only its repr is known."""
    kind, _, rest = text.partition("(")
    said = _literal(f"({rest.removesuffix(')')},)") if rest else ()
    return {"type": kind, "message": " ".join(map(str, said)) if isinstance(said, list) else rest.removesuffix(")")}


def _literal(text: Any) -> Any:
    """A result that only an event carries, which is its repr: the value where it is a plain one, else nothing."""
    with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return content.plain(ast.literal_eval(text))
    return None


_HEAR: Mapping[bytes, Callable[[Traffic, Command], None]] = {
    b"LPUSH": _pushed,
    b"RPUSH": _pushed,
    b"BRPOP": _waits,
    b"HSET": _kept,
    b"HMSET": _kept,
    b"SET": _stored,
    b"SETEX": _stored,
    b"PSETEX": _stored,
    b"PUBLISH": _told,
}
