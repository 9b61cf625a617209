"""What is asked once the work is done: every route that may be, by each caller, with the keys of what there is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.cell.connection import Direct
from harness.cell.readback import AGAIN_S, TIMEOUT_S, read_back
from harness.core.history import HttpExchange

OWN = {"twin-account": {"kind": "account", "id": "own"}, "twin-site": {"kind": "site", "id": "own-site"}}
REFS = {"account": {"kind": "account", "id": "theirs"}, "site": {"kind": "site", "id": 7}, **OWN}


class _Site(BaseHTTPRequestHandler):
    """It answers with what was asked, hands a cookie to whoever has a credential, and wants a query at /picky/."""

    over = threading.Event()

    def do_GET(self) -> None:
        said: dict[str, object] = {
            "path": self.path,
            "who": self.headers.get("X-Key"),
            "cookie": self.headers.get("Cookie"),
        }
        if self.path.startswith("/list"):
            said = {"data": {"results": [1, 2]}}
        if self.path.startswith("/linked"):
            said = {"next": f"http://elsewhere.example{self.path}?cursor=b%3D", "results": [1, 2]}
        if self.path.startswith("/stream"):
            self.send_response(200)
            self.end_headers()
            _Site.over.wait(60)
            return
        body = json.dumps(said).encode()
        self.send_response(400 if self.path == "/picky/" else 200)
        if self.headers.get("X-Key"):
            self.send_header("Set-Cookie", "session=theirs; Path=/")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        _Site.over.set()
        server.shutdown()


def read(url: str, *templates: str, callers=None, said=None, own=None):
    driven = [HttpExchange(method="POST", path="/", status=200, request=None, response=said)] if said else []
    with Direct() as session:
        return read_back(url, session, templates, callers or {"owner": {"X-Key": "k"}}, REFS, driven, own=own)


def test_a_path_is_filled_with_what_was_said_else_with_rows(url):
    found = read(url, "/sites/{pk}/", "/jobs/{job}/", "/things/{thing}/", said={"data": {"job": "j-1"}})
    assert [(one.path, one.status) for one in found] == [
        ("/sites/7/", 200),
        ("/jobs/j-1/", 200),
        ("/things/{thing}/", 0),
    ]


def test_an_intruder_asks_within_what_is_theirs_for_what_is_anothers(url):
    """Claim: all parts of a path but the last are the twin's; a path of one part asks for another's."""
    found = read(
        url,
        "/accounts/{account}/jobs/{job}/",
        "/accounts/{account}/",
        "/accounts/{account}/sites/{site}/",
        said={"job": "j-1", "account": "theirs"},
        own=OWN,
    )
    assert [one.path for one in found] == ["/accounts/own/jobs/j-1/", "/accounts/theirs/", "/accounts/own/sites/7/"]


def test_a_route_that_wants_more_is_asked_again_with_the_keys_of_rows(url):
    (found,) = read(url, "/picky/")
    assert found.status == 200
    assert found.path.startswith("/picky/?account_id=theirs&site_id=7")


def test_the_second_page_of_a_list_is_asked_for_where_that_is_wanted(url):
    """Claim: by the link that the answer has, whatever host it names, else by number; what is no list has none."""

    def asked(second: bool) -> list[str]:
        with Direct() as session:
            found = read_back(url, session, ["/list/", "/linked/", "/one/"], {"owner": {}}, REFS, [], second=second)
        return [one.path for one in found]

    assert asked(True) == ["/list/", "/list/?page=2", "/linked/", "/linked/?cursor=b%3D", "/one/"]
    assert asked(False) == ["/list/", "/linked/", "/one/"]


def test_nobody_brings_the_cookie_that_somebody_else_was_given(url):
    """Claim: each request of each caller begins without one."""
    found = read(url, "/a/", "/b/", callers={"owner": {"X-Key": "k"}, "nobody": {}})
    assert [(one.caller, one.response["who"], one.response["cookie"]) for one in found] == [
        ("owner", "k", None), ("nobody", None, None), ("owner", "k", None), ("nobody", None, None),
    ]  # fmt: skip


def test_a_route_without_an_end_is_waited_for_once(url, monkeypatch):
    """Claim: it is told alike of every caller, and the second has not the patience of the first."""
    given = []
    with Direct() as session:
        sent = session.send

        def send(request, **options):
            given.append(options["timeout"])
            return sent(request, **options | {"timeout": 0.2})

        monkeypatch.setattr(session, "send", send)
        callers, endless = {"owner": {}, "nobody": {}}, set()
        found = read_back(url, session, ["/stream/", "/one/"], callers, REFS, [], endless=endless)
        found += read_back(url, session, ["/stream/"], {"owner": {}}, REFS, [], endless=endless)
    assert given == [TIMEOUT_S, AGAIN_S, TIMEOUT_S, TIMEOUT_S, AGAIN_S]
    assert {(one.status, one.response) for one in found if one.path == "/stream/"} == {(0, "Unfinished")}
    assert endless == {"/stream/"}
