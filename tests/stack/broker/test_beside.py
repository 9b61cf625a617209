"""What a target keeps in the server of its broker."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from harness.stack.broker import beside
from tests.stack.broker.servers import server


@pytest.fixture
def client(tmp_path: Path) -> Iterator[redis.Redis]:
    with server(tmp_path) as url:
        made = redis.Redis.from_url(url)
        yield made
        made.close()


def test_every_key_of_every_database_is_told(client: redis.Redis) -> None:
    """Claim: type, value and whether it expires, in any database; what a framework has pickled is a value."""
    client.set("lock", "1", ex=60)
    client.hset("h", mapping={"b": "2", "a": json.dumps({"x": 1})})
    client.rpush("l", "x", "y")
    client.zadd("z", {"m": 1.5})
    client.execute_command("SELECT", 3)
    client.set(":1:cached", pickle.dumps({"n": [1, 2]}))
    client.sadd("s", "b", "a")
    client.execute_command("SELECT", 0)
    assert beside.contents(client) == {
        "0 lock": {"type": "string", "value": "1", "ttl": True},
        "0 h": {"type": "hash", "value": {"a": {"x": 1}, "b": "2"}, "ttl": False},
        "0 l": {"type": "list", "value": ["x", "y"], "ttl": False},
        "0 z": {"type": "zset", "value": [["m", 1.5]], "ttl": False},
        "3 :1:cached": {"type": "string", "value": {"n": [1, 2]}, "ttl": False},
        "3 s": {"type": "set", "value": ["a", "b"], "ttl": False},
    }
    assert client.get("lock") == b"1"  # the connection is where it was


def test_messages_and_results_are_no_side(client: redis.Redis) -> None:
    """Claim: what kombu and Celery keep is told as messages, under any prefix; a queue is known by its messages."""
    for name in ("_kombu.binding.celery", "x:unacked_index", "p:celery-task-meta-1", "1.reply.celery.pidbox", "queue"):
        client.set(name, "1")
    assert set(beside.contents(client, [(0, b"queue")])) == set()
    assert set(beside.contents(client)) == {"0 queue"}


def test_long_values_and_random_keys(client: redis.Redis) -> None:
    """Claim: a long value is a digest that tells it apart; a session's random key is the same word in each run, once for each."""
    client.set("long", "x" * 5000)
    client.set("session" + "." + "a1" * 16, "1")
    client.set("session" + "." + "b2" * 16, "2")
    told = beside.contents(client)
    assert told["0 long"]["value"].startswith("(5002 characters, sha256 ")
    client.set("long", "x" * 4999 + "y")
    assert beside.contents(client)["0 long"] != told["0 long"]
    assert {"0 session.<token>", "0 session.<token>'"} < set(told)
