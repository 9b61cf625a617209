"""Server-sent events: framing, timing, usage, and streams that end early."""

from __future__ import annotations

import json
import socket
import time

import pytest
import requests

from harness.core.scenario import Fault
from tests.provider.fake.conftest import asked, recorded

CHAT = "https://api.openai.com/v1/chat/completions"
SSE = {"content-type": ("text/event-stream; charset=utf-8",)}


def stream(words: list[str], *, usage: bool = True) -> bytes:
    chunks = [
        {"id": "c", "model": "gpt-5.1-2025-11-13", "choices": [{"index": 0, "delta": {"content": word}}], "usage": None}
        for word in words
    ]
    if usage:
        counts = {"prompt_tokens": 9, "completion_tokens": len(words), "total_tokens": 9 + len(words)}
        chunks.append({"id": "c", "model": "gpt-5.1-2025-11-13", "choices": [], "usage": counts})
    frames = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return "".join([*frames, "data: [DONE]\n\n"]).encode()


def streamed(body: bytes, **more):
    return recorded("POST", CHAT, asked("hello", stream=True), body, headers=SSE, **more)


def test_a_stream_arrives_whole_with_one_chunk_an_event(fake):
    """Byte for byte the recorded stream; on the wire each event is one HTTP chunk."""
    body = stream(["One", " two", " three"])
    fake.load(streamed(body, times=2))
    answer = fake.chat("hello", headers={})
    assert answer.status_code == 500, "a request without stream is another request"
    answer = fake.post(CHAT, asked("hello", stream=True))
    assert answer.content == body
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in answer.headers
    raw = _raw(fake, asked("hello", stream=True))
    chunks = raw.partition(b"\r\n\r\n")[2]
    sizes = []
    while chunks:
        size, _, chunks = chunks.partition(b"\r\n")
        count = int(size, 16)
        sizes.append(count)
        chunks = chunks[count + 2 :]
    assert sizes == [len(part) + 2 for part in body.split(b"\n\n")[:-1]] + [0]


def test_usage_and_model_are_read_from_the_stream(fake):
    """The last chunk has the usage, the chunks the dated model."""
    fake.load(streamed(stream(["a", "b"])))
    fake.post(CHAT, asked("hello", stream=True))
    (call,) = fake.report().calls
    assert (call.usage, call.model) == ({"tokens_in": 9, "tokens_out": 2}, "gpt-5.1-2025-11-13")
    assert call.response[0]["choices"][0]["delta"]["content"] == "a"


def test_a_stream_without_a_usage_chunk_has_no_usage(fake):
    """What the provider did not report is not made up."""
    fake.load(streamed(stream(["a"], usage=False)))
    fake.post(CHAT, asked("hello", stream=True))
    assert fake.report().calls[0].usage is None


def test_recorded_timing_is_kept(fake):
    """The last event comes no earlier than it was recorded, after the ones before it."""
    fake.load(streamed(stream(["a", "b"]), timing_ms=(0, 30, 30, 60)))
    began = time.monotonic()
    with fake.session.post(fake.url(CHAT), json=asked("hello", stream=True), stream=True, timeout=10) as answer:
        lines = [(line, time.monotonic() - began) for line in answer.iter_lines() if line]
    assert lines[-1][0] == b"data: [DONE]"
    assert lines[-1][1] >= 0.06


@pytest.mark.parametrize(("args", "events"), [({"after_chunks": 1}, 1), ({"after_chunks": 0}, 0), ({}, 2)])
def test_a_cut_stream_ends_without_its_end(fake, args, events):
    """Some events, then the connection is gone: no [DONE], no last chunk; the provider did the work all the same."""
    fault = Fault(kind="cut_sse", match="*", calls=(1,), args=args)
    fake.load(streamed(stream(["a", "b"])), faults=(fault,))
    got: list[bytes] = []
    with (
        fake.session.post(fake.url(CHAT), json=asked("hello", stream=True), stream=True, timeout=10) as answer,
        pytest.raises(requests.exceptions.ChunkedEncodingError),
    ):
        got.extend(answer.iter_content(None))
    assert b"".join(got).count(b"data: ") == events
    (call,) = fake.report().calls
    assert (call.disposition, call.success, call.usage) == ("fault", True, {"tokens_in": 9, "tokens_out": 2})


def test_a_client_that_leaves_a_timed_stream_leaves_nothing_behind(fake):
    """The timers of a stream end with its connection."""
    fake.load(streamed(stream(["a", "b"]), timing_ms=(0, 60000, 120000, 180000)))
    with fake.session.post(fake.url(CHAT), json=asked("hello", stream=True), stream=True, timeout=10) as answer:
        assert next(answer.iter_lines())
    assert fake.report().calls[0].status == 200


def _raw(fake, body: dict) -> bytes:
    data = json.dumps(body).encode()
    with socket.create_connection(("127.0.0.1", fake.plain)) as client:
        client.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(data), data)
        )
        found = b""
        while part := client.recv(65536):
            found += part
    return found
