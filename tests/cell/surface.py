"""A stack that writes down what it is asked, for tests of what asks it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from harness.cell.after.rest import Rest
from harness.core.action import Operation, call, post, start, task
from harness.core.config import Auth
from harness.core.scenario import Given, Path, Ref, Row

REFS = {
    "site": {"kind": "site", "id": 7},
    "kw1": {"kind": "keyword", "id": 11},
    "account": {"kind": "account", "id": 5},
}
GIVEN = Given(rows=tuple(Row(kind=ref["kind"], name=name, values={}) for name, ref in REFS.items()))
IDS = {"ids": [Ref("kw1")]}


DUE = Row(kind="schedule", name="due", values={"account_id": "$account", "stages": [1]})
REFUSED = {"TooPoor": 402}
cluster = Operation(
    name="cluster",
    by={
        Path.MANUAL: post("/cluster/$site/", {"ids": "$ids"}),
        Path.SCHEDULED: task("check", "$site", kwargs={"ids": "$ids"}, rows=(DUE,)),
        Path.DIRECT: call("cluster($ids)", refused=REFUSED),
    },
)
resume = Operation(name="resume", by={Path.MANUAL: post("/resume/$answer_run_id/")})
beat = Operation(name="beat", by={Path.SCHEDULED: start("beat", prepare="prepare($site)")})


class Config:
    """The part of a Config that the driver reads."""

    settle_timeout_s = 3.0
    auth = Auth()


CALLERS = {"owner": {"Authorization": "Bearer token"}}


@dataclass
class Fake:
    """A surface that writes down what it is asked; it is its own broker, fake and shell."""

    asked: list[Any] = field(default_factory=list)
    unsettled: str = ""
    holds: bool = True
    answer: dict[str, Any] = field(default_factory=lambda: {"ok": True, "result": None})
    ahead: tuple[str, ...] = ()
    seen: int = 0
    ahead_s: float = 0.0
    rests: list[Rest] = field(default_factory=list)
    base_url = "http://target"
    patience_s = 60.0

    @property
    def broker(self) -> Fake:
        return self

    fake = broker

    def now(self) -> float:
        return time.time() + self.ahead_s

    def console(self) -> Fake:
        return self

    def call(self, code: str, timeout_s: float) -> dict[str, Any]:
        self.asked.append(("call", code))
        return self.answer

    def send(self, name: str, args: list, kwargs: dict) -> None:
        self.asked.append(("send", name, args, kwargs))

    def sent(self) -> int:
        return self.seen

    def redelivered(self) -> tuple[str, ...]:
        return ()

    def leaps(self) -> tuple[str, ...]:
        return self.ahead

    def settle(self, timeout_s: float, at_least: int) -> str:
        self.asked.append(("settle", timeout_s, at_least))
        return self.unsettled

    def rest(self, timeout_s: float) -> Rest:
        return self.rests.pop(0) if self.rests else Rest()

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
        signed = {name: value for name, value in headers.items() if name != "Content-Type"}
        self.sent.append(
            (method, url, sent["data"] if "data" in sent else sent["json"], next(iter(signed.values()), None))
        )
        if isinstance(self.answers[0], Exception):
            raise self.answers[0]
        status, body = self.answers.pop(0)
        response = requests.Response()
        response.status_code = status
        response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return response
