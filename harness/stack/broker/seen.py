"""One task as the broker saw it: its first message, every further one, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.core.history import TaskRun
from harness.stack.broker.envelope import Envelope
from harness.stack.broker.when import relation

Key = tuple[int, bytes]
"""A database of the server and a key in it."""
_PRIORITY = re.compile(rb"[^0-9a-zA-Z]{1,4}\d+$", re.DOTALL)


@dataclass(slots=True)
class Seen:
    """A task by its first message; of further ones only what they add. `state` is "" while it is open."""

    message: Envelope
    state: str = ""
    error: str = ""
    exception: Mapping[str, str] = field(default_factory=dict)
    result: Any = None
    stored: str = ""
    """The state that was stored as its result; where workers send events it ends with the event, which comes after all that
    a task does."""
    watched: bool = False
    """A worker has sent an event of it."""
    started: bool = False
    ran: bool = False
    """A worker has begun it, in this or an earlier try."""
    eta: str = ""
    due: list[str] = field(default_factory=list)
    """When each try may run, to its sending."""
    expires: str = ""
    retries: int = 0
    redelivered: int = 0
    pushed: int = 1
    list: Key | None = None
    """Where its message was last pushed."""
    first: Key | None = None


def begun(read: Envelope, key: Key, sent: float) -> Seen:
    """A task of which the first message came, at `sent` by the target's clock."""
    seen = Seen(message=read, eta=read.eta, list=key, first=key, retries=read.retries)
    seen.due.append(relation(read.eta, sent))
    seen.expires = relation(read.expires, sent)
    return seen


def again(seen: Seen, read: Envelope, key: Key, sent: float) -> None:
    """A further message opens the task again: a retry, or the same one that was not acknowledged."""
    if read.retries > seen.retries:
        seen.retries = read.retries
        seen.due.append(relation(read.eta, sent))
    else:
        seen.redelivered += 1
    seen.pushed += 1
    seen.eta, seen.started, seen.stored, seen.list = read.eta, False, "", key
    if seen.state:
        seen.state, seen.error, seen.exception, seen.result, seen.watched = "", "", {}, None, False


def told(seen: Seen) -> TaskRun:
    message = seen.message
    return TaskRun(
        id=message.id,
        name=message.task,
        args=message.args,
        kwargs=message.kwargs,
        state=seen.state or "LOST",
        error=seen.error,
        result=seen.result,
        exception=seen.exception,
        queue=_queue(seen.first, message),
        parent=message.parent,
        due=tuple(seen.due) if any(seen.due) else (),
        expires=seen.expires,
        retries=seen.retries,
        priority=message.priority,
        started=seen.ran,
        redelivered=seen.redelivered,
    )


def _queue(key: Key | None, message: Envelope) -> str:
    """The queue of a list: without the number of a lower priority behind it, and without the prefix of a transport that
    sets one before each key."""
    name = key[1] if key else b""
    name = _PRIORITY.sub(b"", name) if message.priority else name
    text = name.decode("utf-8", "backslashreplace")
    return message.routing_key if message.routing_key and text.endswith(message.routing_key) else text
