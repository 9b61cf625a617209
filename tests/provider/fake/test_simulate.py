"""Mode "simulate": the simulator answers over HTTPS, as often as asked, and says that it is one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import uvloop

from harness.core.scenario import Fault
from harness.provider.fake.config import FakeConfig, parse
from harness.provider.fake.control.client import FakeControl
from harness.provider.fake.process import serving

HOSTS = {"api.openai.com": "openai", "api.runware.ai": "runware", "journal.example": "wordpress"}
ASKED = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "Say something short."}]}
KEY = {"Authorization": "Bearer sk-replay-0000000000000000000000000000"}


@pytest.fixture(scope="module")
def simulating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, requests.Session, FakeControl]]:
    """Its address for https://localhost:PORT/<host>/path, a client that trusts it, its control."""
    folder = tmp_path_factory.mktemp("simulating")
    config = parse(
        {"listen": [["127.0.0.1", 0]], "hosts": HOSTS, "tls_dir": str(folder / "tls"), "control": str(folder / "s"), "mode": "simulate"}
    )  # fmt: skip
    ready: list[Any] = []
    up = threading.Event()
    thread = threading.Thread(target=uvloop.run, args=(_run(config, ready, up),), daemon=True)
    thread.start()
    assert up.wait(20)
    loop, told, port = ready
    with requests.Session() as session, FakeControl(folder / "s", timeout_s=20) as control:
        session.trust_env = False
        session.verify = str(folder / "tls" / "ca.pem")
        yield f"https://localhost:{port}", session, control
    loop.call_soon_threadsafe(told.set)
    thread.join(10)


async def _run(config: FakeConfig, ready: list[Any], up: threading.Event) -> None:
    told = asyncio.Event()
    async with serving(config, told.set) as (_, ports):
        ready.extend([asyncio.get_running_loop(), told, ports[0]])
        up.set()
        await told.wait()


def test_the_same_request_is_answered_alike_as_often_as_it_comes(simulating):
    """Claim: no tape is used up; every call is in the report; the next load begins anew."""
    url, session, control = simulating
    assert control.load("hand", ["openai/writer/generate_content"]) == 0, "no tape is looked for"
    answers = [session.post(f"{url}/api.openai.com/v1/chat/completions", json=ASKED, headers=KEY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.content for answer in answers}) == 1
    report = control.report()
    assert [call.disposition for call in report.calls] == ["played"] * 3
    assert (report.unplayed, report.unmatched) == ((), 0)
    control.load("hand", [])
    assert control.report().calls == ()
    assert control.ping()["mode"] == "simulate"


def test_what_a_provider_refuses_the_simulator_refuses(simulating):
    """Claim: it is a provider, and no echo: a request without a key gets 401; of an unknown route nothing is invented."""
    url, session, control = simulating
    control.load("hand", [])
    assert session.post(f"{url}/api.openai.com/v1/chat/completions", json=ASKED).status_code == 401
    unknown = session.get(f"{url}/journal.example/elsewhere")
    assert (unknown.status_code, "this is not simulated (kind wordpress)" in unknown.text) == (500, True)
    assert control.report().unmatched == 1


def test_faults_lie_over_simulated_answers_too(simulating):
    """Claim: the first call meets the fault, the second the simulator."""
    url, session, control = simulating
    control.load("hand", [], [Fault(kind="http_500", match="openai POST /v1/chat/completions", calls=(1,))])
    codes = [
        session.post(f"{url}/api.openai.com/v1/chat/completions", json=ASKED, headers=KEY).status_code for _ in range(2)
    ]
    assert codes == [500, 200]
