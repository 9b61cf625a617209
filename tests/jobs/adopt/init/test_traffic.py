"""What somebody presses: as whom it is carried, what its keys are called, which rows it met. Without a stack."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from harness.jobs.adopt.init.traffic import door, rows
from harness.jobs.adopt.init.traffic import run as job
from harness.jobs.adopt.init.values import Planted

TOKEN = {"Authorization": "Token abc"}
COOKIE = {"Cookie": "sessionid=abc", "X-CSRFToken": "def"}


@pytest.mark.parametrize(
    ("sent", "caller", "carried", "stranger"),
    [
        ({"Accept": "*/*"}, TOKEN, {"Accept": "*/*", "Authorization": "Token abc"}, False),
        ({"authorization": "Token abc"}, TOKEN, {"authorization": "Token abc"}, False),
        ({"Authorization": "Token zzz"}, TOKEN, {"Authorization": "Token zzz"}, True),
        ({"Authorization": "Token zzz"}, {}, {"Authorization": "Token zzz"}, True),
        ({"Cookie": "theme=dark"}, COOKIE, {"Cookie": "theme=dark; sessionid=abc", "X-CSRFToken": "def"}, False),
        ({}, COOKIE, COOKIE, False),
        ({}, {}, {}, False),
    ],
)
def test_a_request_is_the_callers_unless_it_says_otherwise(sent: dict[str, str], caller: Mapping[str, str], carried: dict[str, str], stranger: bool):  # fmt: skip
    """Claim: what shows nobody is carried as the caller, what shows somebody else stays theirs, and is known for it."""
    assert door._with_caller(sent, caller) is stranger
    assert sent == carried


def test_keys_are_names_wherever_they_stand():
    """Claim: in addresses and bodies, alone and within texts; a number that is no row's, or longer, or a name within another is left alone."""
    uid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    names = {"710000000": "room", uid: "pin"}
    assert (
        rows.referred(f"/rooms/710000000/pins/{uid.upper()}?of=710000000", names) == "/rooms/$room/pins/$pin?of=$room"
    )
    body = {"room": 710000000, "all": ["710000000", 5, True], "note": "7100000001 and x-710000000", "deep": {"k": uid}}
    assert rows.referred(body, names) == {"room": "$room", "all": ["$room", 5, True], "note": "7100000001 and x-710000000", "deep": {"k": "$pin"}}  # fmt: skip
    assert not rows._telling("41")  # another table has that key, too


def _field(name: str, **said: Any) -> SimpleNamespace:
    usual = {"column": name, "auto_now": False, "auto_now_add": False, "generated": False, "primary_key": False, "internal_type": "CharField", "default": ""}  # fmt: skip
    return SimpleNamespace(name=name, **{**usual, **said})


ID = _field("id", primary_key=True, internal_type="BigAutoField")
ROOM = SimpleNamespace(label="a.Room", fields=(ID, _field("name"), _field("beans"), _field("api_token"), _field("seen", auto_now=True)), foreign_keys=())  # fmt: skip
MOVE = SimpleNamespace(label="a.Move", fields=(ID, _field("room", column="room_id"), _field("by")), foreign_keys=(SimpleNamespace(columns=("room_id",), to_table="a_room"),))  # fmt: skip
WORLD: Any = SimpleNamespace(models={"a.Room": ROOM, "a.Move": MOVE}, kinds={"a.Room": "room", "a.Move": "move"}, by_table={"a_room": ROOM}, ordered=list)  # fmt: skip


def _room(**said: Any) -> dict[str, Any]:
    return {"id": 710000000, "name": "R", "beans": 1000, "api_token": None, "seen": "now", **said}


def test_a_scenario_is_given_the_rows_that_its_request_met():
    """Claim: what was planted as it was, what has changed since, what came with a name of its own; what the migrations brought, and what is gone, is not
    given; a token that the target wrote is another one."""
    migrated = {"a.Room": {"1": _room(id=1)}}
    seeded = {"a.Room": {"1": _room(id=1), "710000000": _room()}, "a.Move": {}}
    kept = rows.Kept(
        WORLD, migrated, [Planted(name="room", model="a.Room", values={"name": "R", "beans": 1000})], seeded
    )
    kept.begin({"room": {"kind": "room", "id": 710000000}})
    assert kept.rows(seeded) == (Planted(name="room", model="a.Room", values={"name": "R", "beans": 1000}),)
    now = {
        "a.Room": {"1": _room(id=1), "710000000": _room(beans=997, api_token="s3cr3t", seen="later"), "710000001": _room(id=710000001, name="N")},
        "a.Move": {"709000000": {"id": 709000000, "room_id": 710000000, "by": "-3"}},
    }  # fmt: skip
    assert kept.rows(now) == (
        Planted(name="room", model="a.Room", values={"name": "R", "beans": 997, "api_token": rows.TOKEN}),
        Planted(name="room_2", model="a.Room", values={"name": "N", "beans": 1000}),
        Planted(name="move", model="a.Move", values={"room": {"ref": "room"}, "by": "-3"}),
    )
    assert kept.names(now) == {"710000000": "room", "710000001": "room_2", "709000000": "move"}
    del now["a.Room"]["710000000"]
    assert [one.name for one in kept.rows(now)] == ["room_2", "move"]
    assert "710000000" not in kept.names(now)


def _noted(**said: Any) -> job.Noted:
    usual = {"method": "POST", "path": "/rooms/710000000/x/", "kind": "application/json", "body": b"{}", "status": 200}
    return job.Noted(pressed=door.Pressed(**{**usual, **said}), planted=(), names={"710000000": "room"})


LOOK: Any = SimpleNamespace(django=SimpleNamespace(routes=(SimpleNamespace(own=True, template="/rooms/{pk}/x/", view="rooms.views.X"),)))  # fmt: skip


def test_what_is_no_scenario_says_why():
    """Claim: named by method and route; what only reads, is a stranger's, bears a secret or has another body is told."""
    one = job._scenario(_noted(status=404), LOOK)
    assert (one.way.id, one.way.what, one.expect, one.why) == ("rooms/room_x", "/rooms/$room/x/", 404, "")
    assert job._scenario(_noted(method="PUT"), LOOK).way.id == "rooms/room_x_put"
    assert job._scenario(_noted(path="/else/5/"), LOOK).way.id == "first/else"
    for said, why in (
        ({"method": "GET"}, "only reads"),
        ({"stranger": True}, "who asks is not known"),
        ({"body": b'{"password": "a-Secret-0f-8-words"}'}, "secret"),
        ({"path": "/rooms/710000000/x/?access_token=a-Secret-0f-8-words"}, "secret"),
        ({"kind": "application/x-www-form-urlencoded", "body": b"a=b"}, "a scenario's is JSON"),
        ({"body": b"{"}, "no JSON"),
        ({"body": b'{"nickname": "Mole", "extra": [{"pw": "hunter2-zzz"}]}'}, "secret"),
        ({"path": "/rooms/1/x/", "status": 404}, "names a row that is not there (1)"),
        (
            {"path": "/rooms/9f1c2e9a-1111-4222-8333-444455556666/x/", "status": 404},
            "names a row that is not there (9f1c",
        ),
    ):
        assert why in job._scenario(_noted(**said), LOOK).why, said


class _Backend(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("X-Seen", self.headers.get("Authorization", ""))
        self.end_headers()
        self.wfile.write(said + self.path.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is said."""


def test_the_door_carries_until_it_is_told_to_stop():
    """Claim: an answer comes back as the backend gave it; what is read ahead of it is read before; the end of the input ends it."""
    server = HTTPServer((door.LOOPBACK, 0), _Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    heard, says = os.pipe()
    listening = door.listening(0)
    answers: list[bytes] = []

    def press() -> None:
        with socket.create_connection(listening.getsockname()) as one:
            one.sendall(b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
            answers.append(b"".join(iter(lambda: one.recv(4096), b"")))
        os.close(says)

    thread = threading.Thread(target=press)
    thread.start()
    asked: list[int] = []
    url = f"http://{door.LOOPBACK}:{server.server_port}"
    found = list(door.pressed(listening, heard, 0, base_url=url, headers=TOKEN, before=lambda: asked.append(len(answers))))  # fmt: skip
    thread.join()
    server.shutdown()
    server.server_close()
    listening.close()
    os.close(heard)
    assert [(one.method, one.path, one.body, one.status, one.secrets) for one in found] == [("POST", "/a?b=c", b"hi", 201, ("Token abc",))]  # fmt: skip
    assert asked == [0]
    assert b" 201 " in answers[0].splitlines()[0]
    assert b"X-Seen: Token abc" in answers[0]
    assert answers[0].endswith(b"hi/a?b=c")
