"""Who asks: where each kind of credential comes from, and that none is ever invented."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from harness.cell import auth
from harness.core.action import Operation, get, step, task
from harness.core.config import Auth
from harness.core.errors import HarnessError
from harness.core.scenario import Given, Path, Row, Scenario
from tests.cell.impatient import Impatient

GIVEN = Given(
    rows=(Row(kind="user", name="owner", values={"email": "ann@harbour.example", "key": "k-1"}),),
    tokens={"robot": "r-1"},
)
REFS = {"owner": {"kind": "user", "id": 7}}


class Target(BaseHTTPRequestHandler):
    """A target that knows one password, by JSON (a token) and by form (a session, CSRF as Django has it)."""

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(200, {}, "csrftoken=first; Path=/")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/login/":
            said = json.loads(raw)
            fine = said == {"email": "ann@harbour.example", "password": "secret"}
            self._answer(200 if fine else 401, {"data": {"access": "t-1"}} if fine else {"detail": "no"})
        else:
            said = {name: value[0] for name, value in parse_qs(raw.decode()).items()}
            fine = said == {"username": "ann@harbour.example", "password": "secret", "csrfmiddlewaretoken": "first"}
            fine = fine and self.headers["X-CSRFToken"] == "first" and "csrftoken=first" in self.headers["Cookie"]
            self._answer(
                302 if fine else 200, {}, *(("sessionid=s-1; Path=/", "csrftoken=second; Path=/") if fine else ())
            )

    def _answer(self, status: int, body: Any, *cookies: str) -> None:
        self.send_response(status)
        for cookie in cookies:
            self.send_header("Set-Cookie", cookie)
        raw = json.dumps(body).encode()
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


class Closing(Impatient, Target):
    """It answers as Target."""


@pytest.fixture(scope="module")
def live() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Target)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shell = SimpleNamespace(call=lambda code, timeout_s: {"ok": True, "value": code})
    yield SimpleNamespace(base_url=f"http://127.0.0.1:{server.server_port}", console=lambda: shell)
    server.shutdown()
    server.server_close()


def made(way: Auth, live: Any, name: str = "owner") -> auth.Headers:
    return auth.headers(way, GIVEN, REFS, (name,), live)[name]


def login(password: str) -> Auth:
    body = {"email": "$email", "password": password}
    return Auth(way="login", login={"url": "/login/", "body": body, "token": "data.access"})


def session(password: str) -> Auth:
    return Auth(
        way="session", session={"url": "/accounts/login/", "body": {"username": "$email", "password": password}}
    )


def test_each_kind_of_credential_is_sent_as_its_scheme_has_it(live):
    """Claim: given by the scenario, read from the actor's row, minted, by login, by session with CSRF, basic."""
    assert made(Auth(), live, "robot") == {"Authorization": "Bearer r-1"}
    assert made(Auth(header="Authorization: Token {token}", way="column", column="key"), live) == {
        "Authorization": "Token k-1"
    }
    assert made(Auth(header="X-Api-Key: {token}", way="mint", mint="mint($actor)"), live) == {"X-Api-Key": "mint(7)"}
    assert made(login("secret"), live) == {"Authorization": "Bearer t-1"}
    shown = made(session("secret"), live)
    assert (shown["X-CSRFToken"], set(shown["Cookie"].split("; "))) == ("second", {"sessionid=s-1", "csrftoken=second"})
    basic = made(Auth(way="basic", basic={"user": "$email", "password": "pw"}), live)
    assert base64.b64decode(basic["Authorization"].removeprefix("Basic ")) == b"ann@harbour.example:pw"


@pytest.mark.parametrize(
    ("way", "name", "code", "told"),
    [
        (Auth(), "owner", "auth-none", "no token is known for 'owner'"),
        (Auth(), "nobody", "auth-actor", "the actor 'nobody' is no row of the given world"),
        (Auth(way="column", column="digest"), "owner", "auth-none", "the column 'digest'"),
        (login("wrong"), "owner", "auth-refused", "the login of 'owner' was refused: 401"),
        (session("wrong"), "owner", "auth-refused", "set no cookie sessionid"),
    ],
)
def test_a_credential_that_cannot_be_had_is_an_error(live, way, name, code, told):
    """Claim: nobody asks as nobody by accident."""
    with pytest.raises(HarnessError) as caught:
        made(way, live, name)
    assert (caught.value.code, told in str(caught.value)) == (code, True)


def test_a_mint_that_fails_brings_the_targets_words(live):
    shell = SimpleNamespace(call=lambda code, timeout_s: {"ok": False, "error": "DoesNotExist", "message": "no user 7"})
    with pytest.raises(HarnessError, match="DoesNotExist: no user 7") as caught:
        made(Auth(way="mint", mint="x"), SimpleNamespace(console=lambda: shell))
    assert caught.value.code == "auth-refused"


def test_every_actor_that_makes_a_request_is_known_beforehand():
    """Claim: the world's own and those of its steps, once each; who makes no request on this path needs no credential."""
    steps = (
        get("/a/"),
        step(get("/b/"), actor="other"),
        step(get("/c/"), actor="other"),
        step(task("d"), actor="beat"),
    )
    scenario = Scenario(id="x/y", title="", given=Given(rows=(), actor="owner"), when=steps, paths=(Path.MANUAL,))
    assert auth.actors(scenario, Path.MANUAL) == ("owner", "other")
    one_way = Operation(name="run", by={Path.MANUAL: get("/run/"), Path.SCHEDULED: task("run")})
    assert auth.actors(replace(scenario, when=(one_way(),)), Path.SCHEDULED) == ()


@pytest.fixture
def impatient(live: Any) -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Closing) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield SimpleNamespace(base_url=f"http://127.0.0.1:{server.server_port}", console=live.console)
        server.shutdown()
        serving.join()


def test_a_login_of_two_requests_does_not_meet_a_connection_that_is_being_closed(impatient: Any):
    """Claim: the cookie of the first request is sent by a connection of its own."""
    assert "sessionid=s-1" in made(session("secret"), impatient)["Cookie"]


def test_a_login_that_keeps_its_connection_would_meet_one(impatient: Any, monkeypatch: pytest.MonkeyPatch):
    """Claim: the server of the test before does what a real one does between two requests."""

    monkeypatch.setattr(auth, "Direct", requests.Session)
    with pytest.raises(requests.ConnectionError):
        made(session("secret"), impatient)
