"""What the target keeps in the server beside its messages: every key of every database that is not kombu's or Celery's."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

import redis

from harness.stack.broker import content
from harness.stack.broker.seen import Key

TRANSPORT = re.compile(rb"_kombu\.|unacked|\.reply\.celery\.pidbox|celery-task(set)?-meta-|celeryev|celery-pubsub")
"""Keys of kombu and of Celery's results, whatever prefix they have."""
MOST_CHARACTERS = 4000
_TOKEN = re.compile(r"[0-9a-z]{24,}", re.IGNORECASE)
_READ: Mapping[bytes, tuple[Any, ...]] = {
    b"string": ("GET",),
    b"hash": ("HGETALL",),
    b"list": ("LRANGE", 0, -1),
    b"set": ("SMEMBERS",),
    b"zset": ("ZRANGE", 0, -1, "WITHSCORES"),
}


def contents(client: redis.Redis, queues: Collection[Key] = ()) -> dict[str, dict[str, Any]]:
    """ "0 orders:7" -> {type, value, ttl}: `ttl` says whether it will expire; a long value is its size and digest. `queues` are
    lists of messages. A random part of a key is "<token>"."""
    numbers = [int(name.removeprefix("db")) for name in client.info("keyspace")]
    own = int(client.connection_pool.connection_kwargs.get("db") or 0)
    found: dict[str, dict[str, Any]] = {}
    for number in sorted(numbers):
        pipe = client.pipeline(transaction=False)
        pipe.execute_command("SELECT", number)
        pipe.execute_command("KEYS", "*")
        names = sorted(
            name for name in pipe.execute()[1] if not TRANSPORT.search(name) and (number, name) not in queues
        )
        for name in names:
            pipe.execute_command("TYPE", name)
            pipe.execute_command("PTTL", name)
        told = pipe.execute() if names else []
        for name, kind in zip(names, told[::2], strict=True):
            pipe.execute_command(_READ[kind][0], name, *_READ[kind][1:]) if kind in _READ else pipe.execute_command(
                "DUMP", name
            )
        values = pipe.execute(raise_on_error=False) if names else []
        for name, kind, ttl, value in zip(names, told[::2], told[1::2], values, strict=True):
            text = _TOKEN.sub("<token>", name.decode("utf-8", "backslashreplace"))
            key = f"{number} {text}"
            while key in found:
                key += "'"
            found[key] = {"type": kind.decode(), "value": _value(kind, value), "ttl": ttl >= 0}
    if numbers and own != max(numbers):
        client.execute_command("SELECT", own)
    return found


def _value(kind: bytes, value: Any) -> Any:
    match kind:
        case b"string":
            told = _read(value)
        case b"hash" if isinstance(value, dict):
            told = {_text(name): _read(item) for name, item in sorted(value.items())}
        case b"hash":
            told = {_text(name): _read(item) for name, item in sorted(zip(value[::2], value[1::2], strict=True))}
        case b"set":
            told = sorted(_text(item) for item in value)
        case b"list":
            told = [_text(item) for item in value]
        case b"zset":
            told = [[_text(item), score] for item, score in value]
        case _:
            told = f"({kind.decode()})"
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    if len(text) <= MOST_CHARACTERS:
        return told
    return f"({len(text)} characters, sha256 {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()})"


def _read(value: bytes) -> Any:
    """JSON, or what a framework has pickled, as a value; else text."""
    if value[:1] not in (b"{", b"[", b"\x80"):
        return _text(value)
    try:
        return content.decode(value, "application/x-python-serialize" if value[:1] == b"\x80" else "application/json")
    except content.Unreadable:
        return _text(value)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")
