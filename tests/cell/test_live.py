"""What a cell leaves in a worker ends with it, and a cell begins in real time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
import requests

from harness.cell.ask import told
from harness.cell.live import Live, clock_refused
from harness.core.config import JUMPS, REAL
from harness.core.errors import HarnessError, StackError
from harness.stack.processes.family import Family
from harness.stack.roles import child, clock
from tests.cell.impatient import Impatient
from tests.stack.broker.servers import sender, server, start


class Stack:
    """One real worker on a broker of its own, as a stack."""

    db = SimpleNamespace(execute=lambda query: None)
    dbs: ClassVar[dict[str, Any]] = {"default": db}
    base_url = "http://target"

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.redis_url, self.fake_control = folder, url, folder / "nobody.sock"
        self.clock = clock.Clock(file=folder / "ahead")
        clock.go(self.clock, 0.0)
        self.roles = {"worker": start(folder, url, {"result_backend": url})}
        self.done: list[str] = []

    def family(self) -> Family:
        return Family()

    def kill(self, name: str) -> None:
        self.done.append(f"kill {name}")
        child.kill(self.roles.pop(name))

    def start(self, name: str) -> None:
        self.done.append(f"start {name}")
        self.roles[name] = start(self.folder, self.redis_url, {"result_backend": self.redis_url})


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    roles = {name: SimpleNamespace(name=name, ready=ready, boot="always") for name, ready in (("web", "http"), ("worker", "celery"), ("second", "celery"))}  # fmt: skip
    config: Any = SimpleNamespace(roles=roles, app="yard", manage=(), settle_timeout_s=60.0)
    monkeypatch.setattr("harness.cell.live.FakeControl", lambda path: SimpleNamespace(wait_ended=lambda timeout_s: 0))
    with server(tmp_path) as url:
        stack = Stack(tmp_path, url)
        made = Live(config, stack)
        try:
            yield made
        finally:
            for role in stack.roles.values():
                child.kill(role)
            made.broker.close()


def test_a_task_that_hangs_does_not_reach_the_next_cell(live, tmp_path):
    """Claim: the only worker is stuck in it; the next cell's task runs all the same, and nobody else's is seen."""
    app = sender(live.stack.redis_url, {})
    gate = tmp_path / "gate"
    live.broker.reset()
    app.send_task("yard.lost", (os.fspath(gate), ""))
    assert live.broker.sent() == 1
    child.wait_until(live.stack.roles["worker"], gate.exists, what="the task's gate", timeout_s=60)
    assert live.broker.settle(0.5, at_least=1).startswith("after 0.5 s still open: 1 task(s): yard.lost")
    assert live.distrust() == ("worker",)
    with live.renewed():
        assert live.stack.done == ["kill worker"]
        live.broker.reset()
    assert live.stack.done == ["kill worker", "start worker"]
    app.send_task("yard.quiet")
    assert live.broker.settle(60, at_least=1) == ""
    assert [(task.name, task.state) for task in live.broker.tasks()] == [("yard.quiet", "SUCCESS")]


def test_what_is_trusted_goes_on(live):
    with live.renewed():
        pass
    assert live.stack.done == []


def test_a_cell_begins_in_real_time(live):
    clock.go(live.clock, 3600.0)
    live.begin(SimpleNamespace(when=()))  # type: ignore[arg-type]
    assert clock.ahead(live.clock) == 0.0


def test_a_target_without_time_machine_has_the_real_clock_and_says_so(monkeypatch, tmp_path):
    """Claim: named once, for the record; the clock has no file, so nothing is moved and nothing jumps."""
    told = "the target's Python 3.8.18 has no time-machine, and none could be fetched: its clock is the real one"

    def provide(config: Any) -> None:
        raise HarnessError(told, hint="", code="clock-none")

    monkeypatch.setattr("harness.stack.roles.clock.frozen.provide", provide)
    monkeypatch.setattr("harness.stack.roles.clock.interpreter.executable", lambda config: "/usr/bin/python3.8")
    monkeypatch.setattr("harness.stack.roles.clock._known", {})
    config: Any = SimpleNamespace(time=JUMPS)
    assert clock_refused(config, "processes") == told
    made = clock.install(config, tmp_path)
    assert (made.file, made.why) == (None, told)
    assert clock.environment(made, {"PATH": "/bin"}) == {"PATH": "/bin"}


def test_whoever_wants_to_wait_is_not_refused(tmp_path):
    config: Any = SimpleNamespace(time=REAL)
    assert clock_refused(config, "processes") == clock_refused(config, "docker") == ""
    assert clock.install(config, tmp_path) == clock.REAL


def test_containers_have_the_real_clock():
    config: Any = SimpleNamespace(time=JUMPS)
    assert clock_refused(config, "docker") == "containers have the machine's"


class Counting(Impatient):
    """It answers what it gets, and keeps it."""

    answered: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.answered.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def impatient() -> Iterator[str]:
    Counting.answered.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as web:
        serving = threading.Thread(target=web.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{web.server_port}"
        web.shutdown()
        serving.join()


def test_a_request_does_not_meet_a_connection_that_is_being_closed(live, impatient):
    """Claim: whatever a server does with a connection that it kept, the next request is answered, and is sent once."""
    live.base_url = impatient
    for name in ("one", "two"):
        answered = told(live, "POST", "/", None, 200, data=name)
        assert answered.exchange is not None
        assert answered.exchange.status == 200
    assert Counting.answered == [b"one", b"two"]


def test_a_session_that_keeps_its_connections_would_meet_one(live, impatient):
    """Claim: the server of the test before does what a real one does between two requests."""
    live.base_url = impatient
    live.session = requests.Session()
    told(live, "POST", "/", None, 200, data="one")
    with pytest.raises(StackError, match="did not answer POST /: ConnectionError"):
        told(live, "POST", "/", None, 200, data="two")
    assert Counting.answered == [b"one"]
