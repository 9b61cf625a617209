"""The simulator behind HTTPS: any name has a certificate, the real SDK is content, and it ends when it is told."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys

import openai
import pytest
import requests
from urllib3.util import connection

from harness.core.errors import HarnessError
from harness.provider.simulator.server import serving
from tests.provider.simulator.ask import CHAT, KEY, post, say


@pytest.fixture
def led(monkeypatch):
    """Lead urllib3's connections to an address."""
    direct = connection.create_connection
    return lambda address: monkeypatch.setattr(
        connection, "create_connection", lambda _, *a, **k: direct(address, *a, **k)
    )


@pytest.fixture
def running(tmp_path):
    with serving(("127.0.0.1", 0), tmp_path / "ca.pem") as found:
        yield found


def test_the_server_says_what_the_function_says(running, led):
    """The bytes on the wire are those of answer(), for any host that is asked for."""
    led((running.host, running.port))
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(2):  # the second one on the same connection
            got = session.post(
                CHAT, json=say("Say hello"), headers={"Authorization": KEY}, verify=str(running.ca), timeout=10
            )
            made = post(CHAT, say("Say hello"))
            assert (got.status_code, got.content) == (made.status, made.body)
        other = session.get("https://blog.somewhere.example/wp-json/wp/v2/users/me", verify=str(running.ca), timeout=10)
        assert (other.status_code, other.json()["code"]) == (401, "rest_not_logged_in")


def test_the_openai_sdk_is_content(running):
    """The real SDK, unmodified: an answer, a stream with its usage, and its own exceptions."""
    with sdk(running) as client:
        made = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "Say hello"}])
        assert made.usage.total_tokens == made.usage.prompt_tokens + made.usage.completion_tokens
        stream = client.chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "user", "content": "Say hello"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        assert [chunk.usage for chunk in stream][-1].total_tokens > 0
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="gpt-nonexistent", messages=[{"role": "user", "content": "hi"}])
        with pytest.raises(openai.BadRequestError):
            client.images.generate(model="dall-e-3", prompt="A cup", size="256x256")


def test_an_address_in_use_is_one_clear_error(running, tmp_path):
    """simulator-listen, naming the address."""
    with pytest.raises(HarnessError) as raised, serving((running.host, running.port), tmp_path / "other.pem"):
        pass
    assert raised.value.code == "simulator-listen"
    assert str(running.port) in str(raised.value)


@pytest.mark.parametrize("how", ["end of input", "SIGTERM"])
def test_the_process_serves_until_it_is_told_to_stop(tmp_path, how):
    """One line when it is ready; it ends with its stdin or with SIGTERM, and quietly."""
    command = [
        sys.executable,
        "-m",
        "harness.provider.simulator",
        "--listen",
        "127.0.0.1:0",
        "--ca",
        str(tmp_path / "ca.pem"),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        ready = json.loads(process.stdout.readline())
        assert ready["ca"].endswith("ca.pem")
        assert int(ready["ready"].rpartition(":")[2]) > 0
        if how == "SIGTERM":
            process.send_signal(signal.SIGTERM)
        else:
            process.stdin.close()
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == ""


def sdk(running) -> openai.OpenAI:
    """The SDK at its own URL: the transport connects to the simulator, and TLS and Host stay api.openai.com's."""
    return openai.OpenAI(
        api_key="sk-test-00000000",
        max_retries=0,
        base_url=f"https://127.0.0.1:{running.port}/v1",
        default_headers={"Host": "api.openai.com"},
        http_client=openai.DefaultHttpxClient(verify=_context(running), trust_env=False),
    )


def _context(running) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(running.ca))
    context.check_hostname = False  # the address is a number here; the certificate is still ours or refused
    return context
