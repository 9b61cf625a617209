"""A certificate that nobody trusts: whoever verifies asks for nothing, and whoever goes on is told."""

from __future__ import annotations

import json
import select
import socket
import ssl

import pytest
import requests

from harness.core.variation import UNTRUSTED, WENT_ON
from tests.provider.fake.conftest import asked, chat

CHAT = "https://api.openai.com/v1/chat/completions"


def test_whoever_verifies_asks_for_nothing_also_on_a_connection_that_was_trusted_before(fake):
    """Claim: what was connected under the other certificate is not used again, and nothing was asked."""
    fake.load(chat("hello", "one"), chat("again", "two"))
    assert fake.chat("hello").status_code == 200
    fake.control.load("test/one", ["tape"], (), [UNTRUSTED])
    with pytest.raises(requests.exceptions.SSLError):
        fake.chat("again")
    assert fake.report().calls == ()


def test_a_kept_connection_is_seen_to_be_closed_as_soon_as_the_load_is_answered(fake):
    """Claim: no client can write into one in the moment between the load and its end."""
    trusting = ssl.create_default_context(cafile=str(fake.ca))
    for _ in range(20):
        fake.load(chat("hello", "one"))
        with (
            socket.create_connection(("127.0.0.1", fake.port)) as plain,
            trusting.wrap_socket(plain, server_hostname="api.openai.com") as kept,
        ):
            body = json.dumps(asked("hello")).encode()
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: {len(body)}\r\n\r\n"
            kept.sendall(head.encode() + body)
            assert kept.recv(4096).startswith(b"HTTP/1.1 200")
            fake.control.load("test/one", ["tape"], (), [UNTRUSTED])
            assert select.select([kept], [], [], 0)[0], "it still looks open"


def test_whoever_goes_on_is_refused_and_told_and_the_next_scenario_is_as_ever(fake):
    """Claim: also what goes on is not used again once certificates are good."""
    fake.load(chat("hello", "one"))
    fake.control.load("test/one", ["tape"], (), [UNTRUSTED])
    with requests.Session() as careless:
        careless.trust_env = False
        answer = careless.post(fake.url(CHAT), json=asked("hello"), verify=False, timeout=20)
        assert answer.status_code >= 400
        (call,) = fake.report().calls
        assert call.problems[0] == WENT_ON
        fake.load(chat("hello", "one"))
        assert careless.post(fake.url(CHAT), json=asked("hello"), verify=False, timeout=20).status_code == 200
        assert [one.problems for one in fake.report().calls] == [()]
