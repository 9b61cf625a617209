"""What the history tells of an answer: all of it but a short list."""

from __future__ import annotations

import hashlib
import json
import tomllib

import pytest
import requests
from urllib3 import HTTPResponse

from harness.cell import answer
from harness.stack.inprocess.wsgi import BASE_URL, session

BYTES = b"\xff\x00"


def made(body: bytes = b"", *headers: tuple[str, str], encoding: str | None = None) -> requests.Response:
    one = requests.Response()
    one._content, one.encoding = body, encoding
    one.raw = HTTPResponse(headers=list(headers))
    return one


def test_a_long_text_is_whole() -> None:
    """Claim: nothing is cut off; what an error page has by chance is taken out."""
    page = "<p>" + "x" * 5000 + '<input name="csrfmiddlewaretoken" value="a1b2"> at 0x7f00aa11bb22 end'
    told = answer.body_of(made(page.encode()))
    assert told == "<p>" + "x" * 5000 + '<input name="csrfmiddlewaretoken" value="<csrf>"> at <address> end'


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"a": [1]}', {"a": [1]}),
        ("größe".encode(), "größe"),
        (BYTES, f"(2 bytes, sha256 {hashlib.sha256(BYTES).hexdigest()})"),
        (b"", ""),
    ],
)
def test_a_body_is_json_text_or_a_digest(body: bytes, told: object) -> None:
    """Claim: whatever a target answers can be told and compared."""
    assert answer.body_of(made(body)) == told


def test_a_body_of_many_megabytes_is_told_by_its_size_and_digest() -> None:
    """Claim: JSON or not; just below the bound it is whole."""
    rows = b'{"rows": "' + b"x" * answer.MOST_BYTES + b'"}'
    told = answer.body_of(made(rows))
    assert told == f"({len(rows)} bytes, sha256 {hashlib.sha256(rows).hexdigest()})"
    assert answer.body_of(made(b"x" * answer.MOST_BYTES)) == "x" * answer.MOST_BYTES


def test_headers_that_matter_are_told() -> None:
    """Claim: a cookie without its key, each of several; a place to go; nothing of the server's own."""
    told = answer.headers_of(
        made(
            b"",
            ("Date", "Mon, 30 Nov 2026 03:42:42 GMT"), ("Server", "gunicorn"), ("Content-Length", "2"), ("Location", "/x/7/"),
            ("Set-Cookie", "sessionid=abc; expires=Mon, 14 Dec 2026 03:42:42 GMT; HttpOnly; Max-Age=1209600; Path=/"),
            ("Set-Cookie", "csrftoken=def; Path=/"), ("Last-Modified", "Mon, 30 Nov 2026 03:42:42 GMT"),
        )
    )  # fmt: skip
    assert told == {
        "location": "/x/7/",
        "set-cookie": "sessionid=<cookie>; HttpOnly; Max-Age=1209600; Path=/\ncsrftoken=<cookie>; Path=/",
        "last-modified": "<time>",
    }


def test_a_redirect_on_the_way_is_told() -> None:
    """Claim: who ends at a page by way of another says so."""

    def application(environ, start):
        if environ["PATH_INFO"] == "/a":
            start("302 Found", [("Location", "/b")])
            return [b""]
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"at": environ["PATH_INFO"]}).encode()]

    got = session(application).get(f"{BASE_URL}/a")
    assert (answer.redirects_of(got), answer.body_of(got)) == (("302 /b",), {"at": "/b"})


def test_what_is_free_has_a_reason() -> None:
    """Claim: each entry of free.toml says why."""
    listed = tomllib.loads(answer.FREE.read_text(encoding="utf-8"))
    whys = [*listed["headers"].values(), *(one["why"] for many in listed["cut"].values() for one in many)]
    assert all(len(why) > 8 for why in whys)


def test_the_methods_that_are_allowed_are_a_set() -> None:
    """Claim: in whichever order they come they are told in one; a method more is another line, and one that nobody knows comes last."""
    first, second = (answer.headers_of(made(b"", ("Allow", said))) for said in ("OPTIONS, POST", "POST, OPTIONS"))
    assert first == second == {"allow": "POST, OPTIONS"}
    assert answer.headers_of(made(b"", ("Allow", "PURGE, OPTIONS,HEAD,GET"))) == {"allow": "GET, HEAD, OPTIONS, PURGE"}
    assert answer.headers_of(made(b"", ("Allow", "GET"))) != first
