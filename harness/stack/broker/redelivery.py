"""What a killed worker leaves behind: messages still queued, messages it had not acknowledged, and how these come again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

import redis

from harness.stack.broker import envelope
from harness.stack.broker.traffic import Key, Traffic


def database(client: redis.Redis) -> int:
    """The number of the database that `client` is on."""
    return int(client.connection_pool.connection_kwargs.get("db") or 0)


def connected(client: redis.Redis) -> frozenset[str]:
    """Addresses of every client that is connected, as MONITOR writes them."""
    # not client_list(): it makes a dictionary of thirty fields for each, several times in every cell
    connection = client.connection_pool.get_connection()
    try:
        connection.send_command("CLIENT", "LIST")
        answer = connection.read_response(disable_decoding=True)
    finally:
        client.connection_pool.release(connection)
    found = set()
    for line in answer.decode().splitlines():
        told = dict(field.partition("=")[::2] for field in line.split(" ", 4)[:4])
        found.add(told["addr"])
        if told.get("laddr"):
            found.add(f"unix:{told['laddr'].removeprefix('unix:')}")
    return frozenset(found)


def queued(client: redis.Redis, queues: Iterable[Key]) -> set[str]:
    """Ids of the tasks whose message lies in a queue."""
    found = set()
    for _, messages in _each(client, [("LRANGE", key, (0, -1)) for key in queues]):
        found |= {read.id for message in messages if (read := envelope.read(message))}
    return found


def unacknowledged(client: redis.Redis, traffic: Traffic) -> set[str]:
    """Ids of the tasks whose message some worker, dead or alive, took and has not acknowledged."""
    found = set()
    for key, tags in _each(client, [("HKEYS", key, ()) for key in traffic.unacked]):
        held = traffic.unacked[key]
        found |= {held[tag].task for tag in tags if tag in held}
    return found


def restore(client: redis.Redis, traffic: Traffic) -> list[str]:
    """Put what dead workers had not acknowledged back where it was sent, marked as kombu marks it; the names of the tasks."""
    alive, came = connected(client), []
    for key, tags in _each(client, [("HKEYS", key, ()) for key in traffic.unacked]):
        for tag in tags:
            held = traffic.unacked[key].get(tag)
            if held is None or held.client in alive or held.task not in traffic.tasks:
                continue
            ((_, value),) = _each(client, [("HGET", key, (tag,))])
            seen = traffic.tasks[held.task]
            if value is None or seen.list is None:
                continue
            message = json.loads(value)[0]
            message.setdefault("headers", {})["redelivered"] = True
            message["properties"].setdefault("delivery_info", {})["redelivered"] = True
            del traffic.unacked[key][tag]
            list(_each(client, [("HDEL", key, (tag,)), ("RPUSH", seen.list, (json.dumps(message),))]))
            came.append(seen.message.task)
    return came


def _each(client: redis.Redis, asked: Collection[tuple[str, Key, tuple]]) -> Iterable[tuple[Key, object]]:
    """Ask commands about keys of any database over one connection; (key, answer) in their order."""
    if not asked:
        return []
    pipe = client.pipeline(transaction=False)
    for verb, (number, name), rest in asked:
        pipe.execute_command("SELECT", number)
        pipe.execute_command(verb, name, *rest)
    pipe.execute_command("SELECT", database(client))
    answers = pipe.execute()[1::2]
    return [(key, answer) for (_, key, _), answer in zip(asked, answers, strict=False)]


def counts(client: redis.Redis, traffic: Traffic) -> dict[Key, int]:
    """How many messages lie in each list and hash where messages were seen."""
    asked = [("LLEN", key, ()) for key in traffic.queues] + [("HLEN", key, ()) for key in traffic.unacked]
    return {key: int(answer) for key, answer in _each(client, asked)}  # type: ignore[call-overload]
