"""How one step asks: what is sent, what comes back at once, and that nothing is waited for."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from harness.cell import ask
from harness.cell.answer import digest_of
from harness.cell.ask import Answered
from harness.cell.connection import Unfinished
from harness.cell.template import names, resolved
from harness.core.action import post, step
from harness.core.errors import HarnessError, StackError
from harness.core.scenario import Do, Path, Ref
from harness.jobs.adopt.init.traffic import bodies
from tests.cell.surface import CALLERS, IDS, REFS, Fake, Session, beat, cluster, resume

CLUSTER = cluster(**IDS, expect=402)


def asked(surface: Fake, path: Path, step: Do = CLUSTER, *, answers: list[Any] = ()) -> Answered:
    surface.session = Session(list(answers))
    action = resolved(step.on(path), REFS)
    return ask.ask(step, action, path, names(step.args, REFS), surface, CALLERS["owner"])


def test_asking_says_what_must_come_and_waits_for_none_of_it():
    """Claim: a message is one task to come, a started role is another, a request promises nothing; nobody settles."""
    surface = Fake()
    assert asked(surface, Path.SCHEDULED) == Answered(messages=1)
    begun = asked(surface, Path.SCHEDULED, beat())
    assert (begun.started, begun.messages, begun.exchange.method) == ("beat", 1, "CALL")
    assert asked(surface, Path.MANUAL, answers=[(202, {})]).messages == 0
    assert surface.asked == [("send", "check", [7], {"ids": [11]}), ("call", "prepare(7)"), ("start", "beat")]


def test_an_answer_that_is_no_json_is_kept_as_text():
    """A 500 page of the target is data, not an error of the driver."""
    exchange = asked(Fake(), Path.MANUAL, answers=[(500, b"<h1>Oops</h1>")]).exchange
    assert (exchange.status, exchange.response) == (500, "<h1>Oops</h1>")


def test_a_target_that_does_not_answer_is_a_broken_stack():
    """Exit code 3, naming the request."""
    with pytest.raises(StackError) as caught:
        asked(Fake(), Path.MANUAL, answers=[requests.ConnectionError("no")])
    assert caught.value.code == "target-unreachable"
    assert "POST /cluster/7/: ConnectionError" in str(caught.value)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (requests.ReadTimeout("late"), "the target has not answered POST /cluster/7/ for 60 s"),
        (Unfinished("open"), "the target answered POST /cluster/7/ and has not ended it for 60 s"),
    ],
)
def test_a_target_that_is_silent_is_a_broken_stack(error, says):
    """Claim: whether it never answers or never comes to the end of its answer, and by its own name."""
    with pytest.raises(StackError) as caught:
        asked(Fake(), Path.MANUAL, answers=[error])
    assert (caught.value.code, caught.value.message) == ("target-silent", says)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"ok": True, "result": 3}, 200),
        ({"ok": False, "error": "TooPoor"}, 402),
        ({"ok": False, "error": "KeyError"}, 500),
    ],
)
def test_a_direct_call_is_told_like_an_exchange(answer, status):
    """The status that the endpoint would have given, so that one expectation fits both."""
    surface = Fake(answer=answer)
    exchange = asked(surface, Path.DIRECT).exchange
    assert surface.asked == [("call", "cluster([11])")]
    assert (exchange.method, exchange.path, exchange.status, exchange.expected) == ("CALL", "cluster", status, 402)


def test_a_way_that_is_not_there_is_an_error():
    """Before anything is asked."""
    with pytest.raises(HarnessError, match="no way to ask for 'resume' on path direct") as caught:
        resume().on(Path.DIRECT)
    assert (caught.value.code, "take direct out of the scenario's paths" in caught.value.hint) == (
        "operation-path",
        True,
    )


def test_a_ref_in_a_body_becomes_its_key():
    """Claim: a step may say a row where it is used, without an argument."""
    surface = Fake()
    surface.session = Session([(200, {})])
    draw = step(post("/draw/", {"ids": [Ref("kw1")], "site": "$site"}))
    ask.ask(draw, resolved(draw.on(Path.MANUAL), REFS), Path.MANUAL, names({}, REFS), surface, {})
    assert surface.session.sent[0][:3] == ("POST", "http://target/draw/", {"ids": [11], "site": 7})


UPLOAD = step(
    post(
        "/draw/",
        data={"site": "$site", "tags": ["a", "ü"], "none": None},
        files={"image": ("dot.png", b"\x89PNG $site", "image/png"), "table": "id\r\n$site\r\n"},
    )
)


def served(step: Do) -> tuple[Any, Any]:
    """What a target is sent for a step, as `requests` prepares it, and the exchange that is told."""
    surface, prepared = Fake(), []

    class Prepared(Session):
        def request(self, method: str, url: str, *, timeout: float, **sent: Any) -> requests.Response:
            prepared.append(requests.Request(method, url, **sent).prepare())
            return super().request(method, url, timeout=timeout, **{"json": None, **sent})

    surface.session = Prepared([(200, {})])
    action = resolved(step.on(Path.MANUAL), REFS)
    said = ask.ask(step, action, Path.MANUAL, names({}, REFS), surface, CALLERS["owner"])
    return prepared[0], said.exchange


def test_a_form_is_sent_as_people_know_it():
    """Claim: names and values as of a page's form, several of one name, none of what is nothing; told as what it is, and a JSON body of the same otherwise."""
    prepared, exchange = served(step(post("/draw/", data={"site": "$site", "ids": [Ref("kw1"), 3], "note": "a b&c", "none": None})))  # fmt: skip
    assert prepared.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert prepared.headers["Authorization"] == "Bearer token"
    assert prepared.body == "site=7&ids=11&ids=3&note=a+b%26c"
    assert (exchange.form, exchange.request) == ("form", {"site": 7, "ids": [11, 3], "note": "a b&c", "none": None})
    prepared, exchange = served(step(post("/draw/", {"site": "$site"})))
    assert (prepared.headers["Content-Type"], exchange.form) == ("application/json", "")


def test_an_upload_is_the_same_bytes_whenever_it_is_sent():
    """Claim: fields and files as multipart; a text is filled, bytes are not touched; the history has texts whole, and other content by its digest."""
    prepared, exchange = served(UPLOAD)
    assert prepared.body == served(UPLOAD)[0].body
    kind, _, boundary = prepared.headers["Content-Type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    parts = bodies._parts(prepared.body, boundary.encode())
    assert [(name, file, content) for name, file, _, content in parts] == [
        ("site", None, b"7"), ("tags", None, b"a"), ("tags", None, "ü".encode()), ("image", "dot.png", b"\x89PNG $site"), ("table", "table", b"id\r\n7\r\n"),
    ]  # fmt: skip
    assert exchange.form == "multipart"
    (image,), (table,) = exchange.request["files"]["image"], exchange.request["files"]["table"]
    assert image == {"name": "dot.png", "type": "image/png", "content": digest_of(b"\x89PNG $site")}
    assert table == {"name": "table", "type": "text/plain", "text": "id\r\n7\r\n"}


def test_a_request_has_one_body():
    with pytest.raises(ValueError, match="POST /x/ has a JSON body beside data or files"):
        post("/x/", {"a": 1}, data={"b": 2})
