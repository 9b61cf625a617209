"""The steps of a scenario become requests, task messages, calls and waits, in order; what the target answers is data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from harness.cell import drive as driver
from harness.core.config import Action
from harness.core.errors import HarnessError, StackError
from harness.core.scenario import (
    AwaitBlocked,
    AwaitCall,
    Do,
    Given,
    HoldRow,
    KillRole,
    LetRowGo,
    Path,
    Ref,
    ReleaseCalls,
    Row,
    Scenario,
    Settle,
    StartRole,
)  # fmt: skip

REFS = {
    "site": {"kind": "site", "id": 7},
    "kw1": {"kind": "keyword", "id": 11},
    "account": {"kind": "account", "id": 5},
}
GIVEN = Given(rows=tuple(Row(kind=ref["kind"], name=name, values={}) for name, ref in REFS.items()))
IDS = {"ids": [Ref("kw1")]}


OPERATIONS = {
    "cluster": {
        "manual": Action(request={"method": "POST", "url": "/cluster/$site/", "body": {"ids": "$ids"}}),
        "scheduled": Action(
            task={"name": "check", "args": ["$site"], "kwargs": {"ids": "$ids"}},
            rows=({"kind": "schedule", "name": "due", "values": {"account_id": "$account", "stages": [1]}},),
        ),
        "direct": Action(call="cluster($ids)"),
    },
    "resume": {"manual": Action(request={"method": "POST", "url": "/resume/$answer_run_id/"})},
    "beat": {"scheduled": Action(start="beat", call="prepare($site)")},
}


class Config:
    """The part of a Config that the driver reads."""

    settle_timeout_s = 3.0
    operations = OPERATIONS


@dataclass
class Fake:
    """A surface that writes down what it is asked; it is its own broker, fake and shell."""

    asked: list[Any] = field(default_factory=list)
    unsettled: str = ""
    holds: bool = True
    answer: dict[str, Any] = field(default_factory=lambda: {"ok": True, "result": None})
    base_url = "http://target"

    @property
    def broker(self) -> Fake:
        return self

    fake = broker

    def console(self) -> Fake:
        return self

    def call(self, code: str, timeout_s: float) -> dict[str, Any]:
        self.asked.append(("call", code))
        return self.answer

    def publish(self, name: str, args: list, kwargs: dict) -> None:
        self.asked.append(("publish", name, args, kwargs))

    def settle(self, timeout_s: float, at_least: int) -> str:
        self.asked.append(("settle", timeout_s, at_least))
        return self.unsettled

    def wait_held(self, nth: int, timeout_s: float) -> bool:
        self.asked.append(("wait_held", nth))
        return self.holds

    def await_blocked(self, count: int, timeout_s: float) -> bool:
        self.asked.append(("await_blocked", count))
        return self.holds

    def abandon(self) -> int:
        self.asked.append("abandon")
        return 1

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *words: self.asked.append((name, *words))


@dataclass
class Session:
    """Answers each request with the next of `answers`: (status, body)."""

    answers: list[tuple[int, Any]]
    sent: list[tuple] = field(default_factory=list)

    def request(self, method: str, url: str, *, headers: dict, timeout: float, **sent: Any) -> requests.Response:
        self.sent.append((method, url, sent["json"], headers["Authorization"]))
        if isinstance(self.answers[0], Exception):
            raise self.answers[0]
        status, body = self.answers.pop(0)
        response = requests.Response()
        response.status_code = status
        response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return response


def scenario(*when: Any, paths: tuple[Path, ...] = tuple(Path)) -> Scenario:
    return Scenario(id="planner/x", title="x", given=GIVEN, when=when, paths=paths)


def drive(surface: Fake, path: Path, *when: Any, answers: list = ()) -> tuple[driver.Driven, Session]:
    session = Session(list(answers))
    surface.session = session
    return driver.drive(Config, scenario(*when), path, REFS, "token", surface), session


def test_a_request_carries_the_token_the_keys_and_what_was_expected():
    """One exchange, and one wait behind the last step."""
    surface = Fake()
    driven, session = drive(
        surface, Path.MANUAL, Do(operation="cluster", args=IDS, expect=202), answers=[(202, {"a": 1})]
    )
    assert session.sent == [("POST", "http://target/cluster/7/", {"ids": [11]}, "Bearer token")]
    (exchange,) = driven.http
    assert (exchange.status, exchange.expected, exchange.response, exchange.path) == (202, 202, {"a": 1}, "/cluster/7/")
    assert [step for step in surface.asked if step[0] == "settle"] == [("settle", 3.0, 0)]
    assert driven.settled


def test_an_answer_that_is_no_json_is_kept_as_text():
    """A 500 page of the target is data, not an error of the driver."""
    driven, _ = drive(Fake(), Path.MANUAL, Do(operation="cluster", args=IDS), answers=[(500, b"<h1>Oops</h1>")])
    assert (driven.http[0].status, driven.http[0].response) == (500, "<h1>Oops</h1>")


def test_a_target_that_does_not_answer_is_a_broken_stack():
    """Exit code 3, naming the request."""
    with pytest.raises(StackError) as caught:
        drive(Fake(), Path.MANUAL, Do(operation="cluster", args=IDS), answers=[requests.ConnectionError("no")])
    assert caught.value.code == "target-unreachable"
    assert "POST /cluster/7/: ConnectionError" in str(caught.value)


def test_a_schedule_is_a_row_and_a_task_message_that_must_be_seen():
    """The wait asks for at least as many tasks as were published: an unseen message is never "at rest"."""
    surface = Fake()
    do = Do(operation="cluster", args=IDS)
    drive(surface, Path.SCHEDULED, do)
    assert surface.asked[:2] == [("publish", "check", [7], {"ids": [11]}), ("settle", 3.0, 1)]
    (row,) = driver.action_rows(Config, scenario(do), Path.SCHEDULED)
    assert (row.kind, row.name, row.values) == ("schedule", "due", {"account_id": Ref("account"), "stages": [1]})
    assert driver.action_rows(Config, scenario(do), Path.MANUAL) == ()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"ok": True, "result": 3}, 200),
        ({"ok": False, "error": "InsufficientCreditsError"}, 402),
        ({"ok": False, "error": "AIProviderError"}, 502),
        ({"ok": False, "error": "KeyError"}, 500),
    ],
)
def test_a_direct_call_is_told_like_an_exchange(answer, status):
    """The status that the endpoint would have given, so that one expectation fits both."""
    surface = Fake(answer=answer)
    driven, _ = drive(surface, Path.DIRECT, Do(operation="cluster", args=IDS, expect=402))
    assert surface.asked[0] == ("call", "cluster([11])")
    assert (driven.http[0].method, driven.http[0].path, driven.http[0].status) == ("CALL", "cluster", status)


def test_a_later_step_may_use_what_an_earlier_answer_brought():
    """$answer_run_id is data.run_id of the last answer that had it."""
    answers = [(202, {"data": {"run_id": "r-1"}}), (200, {"data": {}})]
    _, session = drive(Fake(), Path.MANUAL, Do(operation="cluster", args=IDS), Do(operation="resume"), answers=answers)
    assert session.sent[1][1] == "http://target/resume/r-1/"


def test_a_step_of_another_path_is_not_done():
    """And asks for no way to do it."""
    surface = Fake()
    drive(surface, Path.DIRECT, Do(operation="cluster", args=IDS), Do(operation="resume", paths=(Path.MANUAL,)))
    assert [words[0] for words in surface.asked] == ["call", "settle", "let_row_go"]


def test_faults_are_held_released_and_killed_in_order():
    """The worker is killed while its call is held; the call is let go before the worker starts again."""
    surface = Fake()
    drive(surface, Path.DIRECT, AwaitCall(nth=2), KillRole(role="worker"), ReleaseCalls(), Settle())
    assert surface.asked == [
        ("wait_held", 2), ("kill", "worker"), "abandon", ("release",), ("start", "worker"), ("release",),
        ("settle", 3.0, 0), ("settle", 3.0, 0), ("let_row_go",),
    ]  # fmt: skip


def test_a_held_row_and_started_roles_are_let_go_even_when_a_step_breaks():
    """Nothing of one cell lives on in the next."""
    surface = Fake()
    with pytest.raises(HarnessError):
        drive(surface, Path.DIRECT, StartRole(role="second"), HoldRow(name="site"), Do(operation="unknown"))
    assert surface.asked == [("start", "second"), ("hold_row", "site", 7), ("let_row_go",), ("stop", "second")]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (AwaitCall(nth=1), "provider call 1 never reached its hold"),
        (AwaitBlocked(count=2), "fewer than 2 transactions"),
    ],
)
def test_a_wait_that_was_for_nothing_leaves_the_cell_unsettled(step, reason):
    """The scenario did not happen, so nothing that follows can pass."""
    driven, _ = drive(Fake(holds=False), Path.DIRECT, step, LetRowGo())
    assert not driven.settled
    assert reason in driven.settle_reason


def test_work_that_does_not_come_to_rest_is_said():
    """With the broker's own reason."""
    driven, _ = drive(Fake(unsettled="1 task is running"), Path.DIRECT, Do(operation="cluster", args=IDS))
    assert (driven.settled, driven.settle_reason) == (False, "1 task is running")


def test_a_started_role_counts_as_a_task_to_come_and_may_be_prepared_by_a_call():
    """The real beat: it sends one message, and is stopped when the cell ends."""
    surface = Fake()
    drive(surface, Path.SCHEDULED, Do(operation="beat"))
    assert surface.asked == [
        ("call", "prepare(7)"),
        ("start", "beat"),
        ("settle", 3.0, 1),
        ("let_row_go",),
        ("stop", "beat"),
    ]


@pytest.mark.parametrize(
    ("operation", "path", "code", "hint"),
    [
        ("clustre", Path.MANUAL, "operation-unknown", "did you mean 'cluster'?"),
        (
            "resume",
            Path.DIRECT,
            "operation-path",
            "add [operations.resume.direct] or take the path out of the scenario",
        ),
    ],
)
def test_a_way_that_is_not_there_is_an_error(operation, path, code, hint):
    """Before anything is asked."""
    with pytest.raises(HarnessError) as caught:
        driver.action_for(Config, operation, path)
    assert (caught.value.code, caught.value.hint) == (code, hint)
