"""Messages of any kombu serializer and compression are read, and nothing in them is executed."""

from __future__ import annotations

import datetime
import json
import os
import pickle
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redis

from harness.stack.broker import content, envelope
from tests.stack.broker.servers import sender, server


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("valkey")) as url:
        yield url


def sent(url: str, options: dict[str, Any], *args: Any, **kwargs: Any) -> envelope.Envelope:
    """What one `send_task` of an app with `options` leaves on its list, read."""
    client = redis.Redis.from_url(url)
    client.flushall()
    sender(url, options).send_task("jobs.write", args, kwargs)
    keys = [key for key in client.scan_iter() if client.type(key) == b"list"]
    (message,) = [message for key in keys for message in client.lrange(key, 0, -1)]
    read = envelope.read(message)
    assert read is not None
    return read


@pytest.mark.parametrize("compression", [None, "gzip", "bzip2", "lzma", "brotli"])
@pytest.mark.parametrize("serializer", ["json", "yaml", "msgpack", "pickle"])
@pytest.mark.parametrize("protocol", [1, 2])
def test_every_serializer_compression_and_protocol_is_read(url, serializer, compression, protocol):
    """Claim: name, arguments and id come out alike, whatever the wire."""
    options = {"task_serializer": serializer, "task_compression": compression, "task_protocol": protocol}
    read = sent(url, options, 7, "Ünïcødé", [1, {"deep": None}], site=3)
    assert (read.task, read.args, read.kwargs) == ("jobs.write", (7, "Ünïcødé", [1, {"deep": None}]), {"site": 3})
    assert read.unreadable == ""
    assert uuid.UUID(read.id)


def test_values_that_json_has_not_come_out_as_text(url):
    """Claim: a UUID, a date and a Decimal are what they say, in every serializer that carries them."""
    day, money, key = datetime.date(2026, 3, 1), Decimal("1.50"), uuid.UUID(int=7)
    for serializer in ("json", "pickle"):
        assert sent(url, {"task_serializer": serializer}, day, money, key).args == ("2026-03-01", "1.50", str(key))


class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/harness-was-here",)


class Account:
    def __init__(self, name: str) -> None:
        self.name = name


def test_a_pickle_is_read_without_being_loaded(tmp_path: Path):
    """Claim: what a pickle would call is named and not called; what it would build of the target's classes is named too."""
    said = content.decode(pickle.dumps([Bomb(), Account("Harbour"), {1, 2}]), "application/x-python-serialize")
    assert said[0] == "posix.system(touch /tmp/harness-was-here)"
    assert said[1] == f"{__name__}.Account(name=Harbour)"
    assert said[2] == [1, 2]
    assert not Path("/tmp/harness-was-here").exists()


@dataclass(slots=True)
class Line:
    sku: str
    total: Decimal


class Basket(list):
    pass


def test_what_a_pickled_object_holds_is_told(tmp_path: Path):
    """Claim: fields of a class, of one with slots, of one in another, what was put in a list of the target's, and one that holds itself."""
    basket = Basket([Account("Harbour")])
    knot = Account("")
    knot.name = knot
    held = [Line("a-1", Decimal("2.50")), basket, knot]
    said = content.decode(pickle.dumps(held, protocol=2), "application/x-python-serialize")
    assert said[0].endswith(".Line(a-1, 2.50)") or said[0].endswith(".Line(sku=a-1, total=2.50)")
    assert said[1] == f"{__name__}.Basket({__name__}.Account(name=Harbour))"
    assert said[2] == f"{__name__}.Account(name=...)"
    again = content.decode(pickle.dumps(Line("a-1", Decimal("2.51"))), "application/x-python-serialize")
    assert "2.51" in again


def test_the_bytes_of_what_cannot_be_read_are_its_argument(url):
    """Claim: another content is another message, though nobody knows what it means."""
    message = {
        "properties": {"delivery_info": {}},
        "headers": {"id": "7", "task": "jobs.write"},
        "content-type": "application/x-own",
    }
    one, other = (envelope.read(json.dumps({**message, "body": body}).encode()) for body in ("a:1", "a:2"))
    assert one is not None
    assert other is not None
    assert (one.args, other.args) == (("(not read) a:1",), ("(not read) a:2",))
    assert "application/x-own" in one.unreadable


@pytest.mark.parametrize(
    ("payload", "content_type", "compression", "told"),
    [
        (b"{", "application/json", "", "it says that it is application/json and is not: JSONDecodeError"),
        (b"x", "application/x-toml", "", "its content type is application/x-toml; read are application/data"),
        (b"x", "application/json", "application/x-snappy", "it is compressed as application/x-snappy; read are"),
        (b"x", "application/json", "application/x-gzip", "it says that it is application/x-gzip and is not"),
        (b"\x80\x04junk", "application/x-python-serialize", "", "it says that it is application/x-python-serialize and is not"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(payload, content_type, compression, told):
    with pytest.raises(content.Unreadable, match=told.replace("(", r"\(")):
        content.decode(payload, content_type, compression)


@pytest.mark.parametrize(
    "pushed", [b"17", b"[]", b'{"body": 1}', b"not json", b'{"properties": [], "headers": {}, "body": ""}']
)
def test_other_programs_lists_are_no_messages(pushed):
    """Claim: what is pushed on a list and is no task message is passed over."""
    assert envelope.read(pushed) is None
