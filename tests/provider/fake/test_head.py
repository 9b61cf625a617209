"""What the history tells of a request's head: all of it but a short list, and no credential."""

from __future__ import annotations

import base64
import json
import tomllib

import pytest
import requests

from harness.provider.fake import head
from harness.provider.marks import MARK, mark
from tests.provider.fake.conftest import Fake, chat, recorded

KEY = b"k" * 32
URL = "https://api.openai.com/v1/chat/completions"


def headers(**sent: str) -> dict[str, str]:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
    return head.headers_of(head.kept(head.Via(), "/", lines), KEY)


def test_how_a_request_came_is_told(fake: Fake) -> None:
    """Claim: scheme, port, server name, query and headers stand in the call; what is free does not."""
    fake.load(recorded("GET", "https://api.openai.com/v1/models?limit=2&after=m", None, {"data": []}))
    answer = fake.session.get(fake.url("https://api.openai.com/v1/models?limit=2&after=m"), headers={"X-Team": "blue"})
    assert answer.status_code == 200
    (call,) = fake.report().calls
    assert (call.scheme, call.port, call.sni, call.query) == ("https", 443, "localhost", "limit=2&after=m")
    assert call.headers == {"accept": "*/*", "user-agent": "python-requests/*", "x-team": "blue"}


def test_plain_http_is_told(fake: Fake) -> None:
    """Claim: a request without TLS says so, and which port is meant."""
    requests.get(f"http://127.0.0.1:{fake.plain}/api.openai.com/v1/models", timeout=10)
    (call,) = fake.report().calls
    assert (call.scheme, call.port, call.sni) == ("http", 80, "")


def test_plain_http_where_https_was_recorded_is_refused(fake: Fake) -> None:
    """Claim: a recording of https is not played to it, one of http is, and the call says why."""
    body = {"data": []}
    fake.load(recorded("GET", "https://api.openai.com/v1/models", None, body), recorded("GET", "http://blog.example.com/feed", None, body))  # fmt: skip
    ask = {"url": f"http://127.0.0.1:{fake.watched}/v1/models", "timeout": 10}
    assert requests.get(**ask, headers={"Host": "api.openai.com", "Authorization": "Bearer sk-1"}).status_code >= 500
    assert requests.get(f"http://127.0.0.1:{fake.watched}/feed", headers={"Host": "blog.example.com"}, timeout=10).json() == body  # fmt: skip
    refused, played = fake.report().calls
    assert (refused.scheme, refused.port, refused.disposition, played.disposition) == ("http", 80, "invalid", "played")
    assert refused.problems[0].startswith("the request came over plain http")
    assert refused.headers["authorization"].startswith("Bearer <secret:")


def test_a_refused_attempt_is_told_whole(fake: Fake) -> None:
    """Claim: a request that nothing recorded fits has its head, too, and what differs shows no credential."""
    fake.load(recorded("POST", "https://api.runware.ai/v1", [{"taskType": "authentication", "apiKey": "REDACTED"}], {}))
    fake.post("https://api.runware.ai/v1?x=1", [{"taskType": "authentication", "apiKey": "rw-secret-1"}])
    (call,) = fake.report().calls
    assert (call.disposition, call.query) == ("unmatched", "x=1")
    assert "rw-secret-1" not in json.dumps([call.request, call.nearest])
    assert call.request[0]["apiKey"] == mark(fake.control.key, "rw-secret-1")


@pytest.mark.parametrize(
    ("name", "sent", "told"),
    [
        ("authorization", "Bearer sk-1", "Bearer {}"),
        ("authorization", "sk-1", "{}"),
        ("authorization", "Basic " + base64.b64encode(b"editor:sk-1").decode(), "Basic editor {}"),
        ("x-api-key", "sk-1", "{}"),
        ("api_key", "sk-1", "{}"),
        ("cookie", "wp=sk-1; b=sk-1", "wp={}; b={}"),
    ],
)
def test_a_credential_is_marked(name: str, sent: str, told: str) -> None:
    """Claim: the scheme stays, the user of Basic stays, the credential is a keyed mark, equal for equal ones."""
    assert headers(**{name: sent}) == {name.replace("_", "-"): told.replace("{}", mark(KEY, "sk-1"))}
    assert MARK.fullmatch(mark(KEY, "sk-1"))
    assert mark(b"other" * 6, "sk-1") != mark(KEY, "sk-1")


def test_queries_forms_and_bodies_are_marked_by_their_names() -> None:
    """Claim: what a field's name says is secret is marked, and what only sounds like it is not."""
    secret = mark(KEY, "a b")
    assert head.query_of(head.kept(head.Via(), "/?key=a+b&q=a+b", ()), KEY) == f"key={secret}&q=a+b"
    assert head.body_of("token=a+b&text=x", KEY, "application/x-www-form-urlencoded") == f"token={secret}&text=x"
    body = {"max_tokens": 5, "key": "a b", "nested": [{"apiKey": "a b", "token": 7, "accessToken": "a b"}]}
    assert head.body_of(body, KEY) == {
        "max_tokens": 5, "key": "a b", "nested": [{"apiKey": secret, "token": 7, "accessToken": secret}],
    }  # fmt: skip
    assert headers(idempotency_key="5")["idempotency-key"] == "5"


def test_what_came_twice_and_what_is_drawn_anew() -> None:
    """Claim: values of a header that came twice stand in their order; versions and boundaries are cut out, names stay."""
    lines = [
        (b"X-A", b"1"),
        (b"x-a", b"2"),
        (b"User-Agent", b"OpenAI/Python 3.57.0"),
        (b"Content-Type", b"multipart/form-data; boundary=8f2"),
    ]
    assert head.headers_of(head.kept(head.Via(), "/", lines), KEY) == {
        "x-a": "1, 2", "user-agent": "OpenAI/Python *", "content-type": "multipart/form-data; boundary=*",
    }  # fmt: skip


def test_what_is_free_has_a_reason() -> None:
    """Claim: each entry of free.toml says why, and none is a header that names a person, a project or a key."""
    listed = tomllib.loads(head.FREE.read_text(encoding="utf-8"))
    whys = [*listed["headers"].values(), *(how["why"] for how in listed["cut"].values())]
    assert all(len(why) > 10 for why in whys)
    for name in (
        "authorization",
        "content-type",
        "accept",
        "openai-organization",
        "x-stainless-retry-count",
        "idempotency-key",
    ):
        assert headers(**{name: "v"}), name


def test_equal_heads_are_kept_once(fake: Fake) -> None:
    """Claim: a client that repeats itself does not fill the memory with its head."""
    fake.load(chat("hello", "hi", times=3))
    for _ in range(3):
        fake.chat()
    assert fake.in_loop(lambda: len({id(entry.head) for entry in fake.service.epoch.entries})) == 1
