"""Requests without a server are what a server would have made of them."""

from __future__ import annotations

import json

import pytest
import requests

from harness.stack.inprocess import wsgi


def echo(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    start_response("202 Accepted", [("Content-Type", "application/json"), ("X-Twice", "1"), ("X-Twice", "2")])
    return [json.dumps({"body": body, **told}).encode()]


def test_a_request_arrives_whole():
    """Claim: method, path, query, headers and body as PEP 3333 has them; status, headers and body come back."""
    with wsgi.session(echo) as session:
        answer = session.post(
            f"{wsgi.BASE_URL}/a%20b/\u00fc/?q=1&q=2", json={"n": 1}, headers={"Authorization": "Bearer x", "X-One": "1"}
        )
    told = answer.json()
    assert answer.status_code == 202
    assert answer.reason == "Accepted"
    assert answer.headers["X-Twice"] == "1, 2"
    assert told["REQUEST_METHOD"] == "POST"
    assert told["PATH_INFO"].encode("latin-1").decode() == "/a b/\u00fc/"
    assert told["QUERY_STRING"] == "q=1&q=2"
    assert told["HTTP_AUTHORIZATION"] == "Bearer x"
    assert told["HTTP_X_ONE"] == "1"
    assert told["CONTENT_TYPE"] == "application/json"
    assert json.loads(told["body"]) == {"n": 1}


@pytest.mark.parametrize("raised", [RuntimeError("middleware broke"), SystemExit("middleware broke")])
def test_an_application_that_breaks_is_no_answer(raised):
    """Claim: an exception that no handler took is a connection error, which the driver reports as the stack's failure."""

    def broken(environ, start_response):
        raise raised

    with wsgi.session(broken) as session, pytest.raises(requests.ConnectionError, match="middleware broke"):
        session.get(f"{wsgi.BASE_URL}/")


def test_nothing_but_the_target_is_asked():
    """Claim: the session has no way to any other address."""
    with (
        wsgi.session(echo) as session,
        pytest.raises(requests.exceptions.InvalidSchema, match="No connection adapters"),
    ):
        session.get("https://api.openai.com/v1/models")
