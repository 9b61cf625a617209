"""How one step asks: what is sent, what comes back at once, and that nothing is waited for."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from harness.cell import ask
from harness.cell.ask import Answered
from harness.cell.connection import Unfinished
from harness.cell.template import names, resolved
from harness.core.action import post, step
from harness.core.errors import HarnessError, StackError
from harness.core.scenario import Do, Path, Ref
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
