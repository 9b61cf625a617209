"""What somebody presses: as whom it is carried, what its keys are called, which rows it met. Without a stack."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from harness.core.action import OF_NO_TYPE, post
from harness.jobs.adopt.init import texts
from harness.jobs.adopt.init.traffic import bodies, door, rows, written
from harness.jobs.adopt.init.traffic import run as job
from harness.jobs.adopt.init.values import Caller, Planted
from harness.jobs.adopt.init.world import World
from tests import signals

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
ROOM = SimpleNamespace(label="a.Room", auto_created=False, fields=(ID, _field("name"), _field("beans"), _field("api_token"), _field("seen", auto_now=True)), foreign_keys=())  # fmt: skip
MOVE = SimpleNamespace(label="a.Move", auto_created=False, fields=(ID, _field("room", column="room_id", null=False), _field("by")), foreign_keys=(SimpleNamespace(columns=("room_id",), to_table="a_room"),))  # fmt: skip
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


def test_what_stands_in_a_table_of_pairs_is_given_too():
    """Claim: a many-to-many's own table is a kind of rows, behind those that it pairs; one that pairs with somebody else's model is none."""

    def key(column: str, table: str) -> SimpleNamespace:
        return SimpleNamespace(columns=(column,), to_table=table)

    def pairs(label: str, table: str, *keys: SimpleNamespace) -> SimpleNamespace:
        of = [_field(one.columns[0].removesuffix("_id"), column=one.columns[0], null=False) for one in keys]
        return SimpleNamespace(label=label, table=table, auto_created=True, proxy=False, fields=(ID, *of), foreign_keys=keys)  # fmt: skip

    world = World.__new__(World)
    world.user = "auth.User"
    world.models, world.kinds = {"a.Room": ROOM, "a.Move": MOVE}, {"a.Room": "room", "a.Move": "move"}
    world.by_table = {"a_room": ROOM, "a_move": MOVE}
    both = pairs("a.Room_moves", "a_room_moves", key("room_id", "a_room"), key("move_id", "a_move"))
    groups = pairs("a.Room_groups", "a_room_groups", key("room_id", "a_room"), key("group_id", "auth_group"))
    world.django = SimpleNamespace(models=(ROOM, MOVE, both, groups))  # type: ignore[assignment]
    paired = world.with_pairs()
    assert [*paired.models] == ["a.Room", "a.Move", "a.Room_moves"]
    assert [*world.models] == ["a.Room", "a.Move"]
    kept = rows.Kept(paired, {}, (), {})
    now = {
        "a.Room_moves": {"5": {"id": 5, "room_id": 710000000, "move_id": 709000000}},
        "a.Room": {"710000000": {"id": 710000000, "name": "R"}},
        "a.Move": {"709000000": {"id": 709000000, "room_id": 710000000}},
    }
    *_, last = kept.rows(now)
    assert last == Planted(name="room_move", model="a.Room_moves", values={"room": {"ref": "room"}, "move": {"ref": "move"}})  # fmt: skip


def _noted(**said: Any) -> job.Noted:
    usual = {"method": "POST", "path": "/rooms/710000000/x/", "kind": "application/json", "body": b"{}", "status": 200}
    return job.Noted(pressed=door.Pressed(**{**usual, **said}), planted=(), names={"710000000": "room"})


FORM, UPLOAD = bodies.FORM, f"{bodies.UPLOAD}; boundary=b"


def _upload(*parts: tuple[str, str | None, str, bytes]) -> bytes:
    said = b""
    for name, file, kind, content in parts:
        named = f'; filename="{file}"' if file is not None else ""
        head = f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\n'
        said += head.encode() + (f"Content-Type: {kind}\r\n" if kind else "").encode() + b"\r\n" + content + b"\r\n"
    return said + b"--b--\r\n"


def test_a_form_and_an_upload_are_steps_that_send_them():
    """Claim: keys are names in them, too; of Django's own form nothing but its fields is kept; a file of text is text, another is bytes, as is one in
    which something looks like a placeholder; and the written file says just what was pressed."""
    form = job._scenario(
        _noted(kind=f"{FORM}; charset=utf-8", body=b"csrfmiddlewaretoken=xyz&room=710000000&tag=a&tag=b+c&no="), LOOK
    )
    assert (form.why, form.way.body) == ("", None)
    assert form.way.data == {"room": "$room", "tag": ["a", "b c"], "no": ""}
    parts = _upload(
        ("note", None, "", "ü\r\n".encode()), ("a", "a.csv", "text/csv", b"id\r\n710000000\r\n"), ("a", "b.bin", "", b"\xff\r\n--x"),
        ("c", "c.txt", "text/plain", b"$room"), ("d", "", "application/octet-stream", b""),
    )  # fmt: skip
    upload = job._scenario(_noted(kind=UPLOAD, body=parts), LOOK)
    assert upload.why == ""
    assert upload.way.action == post(
        "/rooms/$room/x/", data={"note": "ü\r\n"},
        files={"a": [("a.csv", "id\r\n$room\r\n", "text/csv"), ("b.bin", b"\xff\r\n--x", OF_NO_TYPE)], "c": ("c.txt", b"$room", "text/plain")},
    )  # fmt: skip
    bare = job._scenario(_noted(kind=UPLOAD, body=_upload(("note", None, "", b"x"))), LOOK)
    got = job._scenario(_noted(method="DELETE", kind=FORM, body=b"a=1"), LOOK)
    for one in (form, upload, bare, got):
        found: dict[str, Any] = {}
        exec(compile(texts.scenario(one, Caller(name="a key"), ""), "scenario.py", "exec"), found)
        assert found["SCENARIO"].when[0] == one.way.action
    assert bare.way.action.request is not None
    assert bare.way.action.request["files"] == {}  # which is no form


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
        ({"kind": "text/xml", "body": b"<a/>"}, "its body is text/xml: a scenario's is JSON, a form or an upload"),
        ({"kind": "", "body": b"x"}, "its body is of no kind"),
        ({"body": b"{"}, "its body is no application/json, though it says so"),
        ({"kind": FORM, "body": b"a=%FF"}, "no application/x-www-form-urlencoded"),
        ({"kind": FORM, "body": b"a=1&password=hunter2-zzz&password=hunter3-zzz"}, "secret"),
        ({"kind": UPLOAD, "body": b"--c\r\n"}, "no multipart/form-data"),
        (
            {"kind": UPLOAD, "body": _upload(("f", "cat.png", "image/png", b"x" * 4097))},
            "its upload cat.png has 4097 bytes",
        ),
        (
            {"kind": UPLOAD, "body": _upload(("f", "key.txt", "text/plain", b"sk-proj-" + b"aB3dE5gH7jK9" * 4))},
            "secret",
        ),
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
    found = list(door.pressed(listening, (heard,), 0, base_url=url, headers=TOKEN, before=lambda: asked.append(len(answers))))  # fmt: skip
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


def test_ctrl_c_ends_the_pressing_and_pressed_again_the_program():
    """Claim: what was pressed before it is there; the handler of before is back, within for the second time and behind for good."""
    listening = door.listening(0)
    with signals.interruptible():
        usual = signal.getsignal(signal.SIGINT)
        with door.interrupted() as heard:
            os.kill(os.getpid(), signal.SIGINT)
            assert [*door.pressed(listening, (heard,), 0, base_url="http://127.0.0.1:9", headers={}, before=int)] == []
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is usual
    listening.close()
    with pytest.raises(KeyboardInterrupt):
        written._silent(130)
    assert written._silent(1).code == "look-broke"
