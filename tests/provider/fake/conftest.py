"""A running fake in this process, and its clients: `fake` loads recordings and says what was seen."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import uvloop

from harness.core.cassette import Cassette, Interaction, RecordedRequest, RecordedResponse
from harness.core.scenario import Fault
from harness.provider import cassettes
from harness.provider.fake.config import FakeConfig, parse
from harness.provider.fake.control.client import FakeControl, FakeReport
from harness.provider.fake.process import serving
from harness.provider.fake.service import Service

HOSTS = {
    "api.openai.com": "openai",
    "api.runware.ai": "runware",
    "ws-api.runware.ai": "runware",
    "blog.example.com": "wordpress",
}
JSON = {"content-type": ("application/json",)}


def recorded(
    method: str,
    uri: str,
    sent: Any,
    answer: Any,
    *,
    status: int = 200,
    headers: Mapping[str, tuple[str, ...]] | None = None,
    times: int = 1,
    index: int = 0,
    timing_ms: tuple[int, ...] = (),
    encoding: str = "",
) -> Interaction:
    """One interaction; values that are not bytes become JSON."""
    return Interaction(
        request=RecordedRequest(method=method, uri=uri, headers=JSON, body=_bytes(sent)),
        response=RecordedResponse(
            status=status,
            reason="",
            headers=JSON if headers is None else headers,
            body=_bytes(answer),
            encoding=encoding,
        ),
        times=times,
        index=index,
        timing_ms=timing_ms,
    )


def chat(prompt: str, text: str, **more: Any) -> Interaction:
    """A chat completion of gpt-5.1 that used 7 tokens in and 5 out."""
    answer = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1760000000,
        "model": "gpt-5.1-2025-11-13",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
    }
    return recorded("POST", "https://api.openai.com/v1/chat/completions", asked(prompt), answer, **more)


def asked(prompt: str, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-5.1", "messages": [{"role": "user", "content": prompt}], **more}


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@dataclass
class Fake:
    """The running fake: its TLS port, its plain one and the one where nobody is expected, its CA bundle, and its control connection."""

    port: int
    plain: int
    watched: int
    mail: int
    ca: Path
    folder: Path
    control: FakeControl
    service: Service
    loop: asyncio.AbstractEventLoop
    session: requests.Session = field(default_factory=requests.Session)

    def load(self, *interactions: Interaction, faults: tuple[Fault, ...] = (), scenario: str = "test/one") -> int:
        numbered = tuple(
            Interaction(
                request=one.request, response=one.response, times=one.times, index=index, timing_ms=one.timing_ms
            )
            for index, one in enumerate(interactions)
        )
        cassettes.write(Cassette(name="tape", interactions=numbered), self.folder / "tape.yaml")
        return self.control.load(scenario, ["tape"], faults)

    def url(self, uri: str) -> str:
        return f"https://localhost:{self.port}/{uri.removeprefix('https://')}"

    def post(self, uri: str, body: Any, **more: Any) -> requests.Response:
        data = {"data": body} if isinstance(body, bytes) else {"json": body}
        return self.session.post(self.url(uri), timeout=20, **data, **more)

    def chat(self, prompt: str = "hello", **more: Any) -> requests.Response:
        return self.post("https://api.openai.com/v1/chat/completions", asked(prompt), **more)

    def report(self) -> FakeReport:
        return self.control.report()

    def in_loop(self, function: Callable[[], Any]) -> Any:
        """Run `function` in the fake's own thread."""

        async def run() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)


@pytest.fixture(scope="session")
def running_fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    """One fake for all tests: each loads its own scenario."""
    folder = tmp_path_factory.mktemp("fake")
    config = parse(
        {
            "listen": [
                ["127.0.0.1", 0],
                ["127.0.0.1", 0, "http"],
                ["127.0.0.1", 0, "watched"],
                ["127.0.0.1", 0, "smtp"],
            ],
            "hosts": HOSTS,
            "tls_dir": str(folder / "tls"),
            "control": str(folder / "fake.sock"),
            "cassettes": str(folder),
            "seed": 7,
        }
    )
    ready: list[Any] = []
    up = threading.Event()
    thread = threading.Thread(target=uvloop.run, args=(_run(config, ready, up),), daemon=True)
    thread.start()
    assert up.wait(20)
    loop, told, service, (port, plain, watched, mail) = ready
    session = requests.Session()
    session.trust_env = False
    session.verify = str(folder / "tls" / "ca.pem")
    with FakeControl(folder / "fake.sock", timeout_s=20) as control:
        yield Fake(port, plain, watched, mail, folder / "tls" / "ca.pem", folder, control, service, loop, session)
    session.close()
    loop.call_soon_threadsafe(told.set)
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def fake(running_fake: Fake) -> Fake:
    """The running fake with an empty tape and no fault."""
    running_fake.control.load("test/empty", [], ())
    return running_fake


async def _run(config: FakeConfig, ready: list[Any], up: threading.Event) -> None:
    told = asyncio.Event()
    async with serving(config, told.set) as (service, ports):
        ready.extend([asyncio.get_running_loop(), told, service, ports])
        up.set()
        await told.wait()
