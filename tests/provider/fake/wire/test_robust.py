"""Random bytes, half requests, huge heads and bodies, slow clients: never a crash, never a wrong answer, bounded memory."""

from __future__ import annotations

import asyncio
import json
import os
import socket

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.core.cassette import Cassette
from harness.core.scenario import Fault
from harness.provider.fake.service import Service
from harness.provider.fake.wire import reading
from harness.provider.fake.wire.connection import IDLE_TIMEOUT_S, MOST_QUEUED, REQUEST_TIMEOUT_S, Connection
from harness.provider.profiles import declared
from tests.provider.fake.conftest import HOSTS, asked, chat

CASES = int(os.environ.get("HARNESS_CASES", "300"))
BODY = json.dumps(asked("hello")).encode()
GOOD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
CHUNKED = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"".join(b"%x\r\n%b\r\n" % (1, BODY[i : i + 1]) for i in range(len(BODY)))
    + b"0\r\n\r\n"
)


class Wire(asyncio.Transport):
    """A transport in memory: what was written, and whether the connection was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False
        self.paused = False

    def write(self, data: bytes) -> None:
        if not self.closed:
            self.written += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def can_write_eof(self) -> bool:
        return False


def talk(pieces: list[bytes], recordings: int = 50) -> tuple[Wire, Connection, Service]:
    """Feed `pieces` to a fresh connection of a fresh fake, as the loop would, until it is quiet; then hang up."""

    async def run() -> tuple[Wire, Connection, Service]:
        failures: list[dict] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failures.append(context))
        service = Service(hosts=declared(HOSTS))
        tape = Cassette(
            name="t", interactions=tuple(chat("hello", str(number), index=number) for number in range(recordings))
        )
        service.load("t", service.prepare(tape))
        connection, wire = Connection(service, set()), Wire()
        connection.connection_made(wire)
        for piece in pieces:
            if not wire.closed:
                connection.data_received(piece)
            for _ in range(3):
                await asyncio.sleep(0)
        for _ in range(60):
            await asyncio.sleep(0)
        held = len(connection.queue), connection.reader.head_bytes
        connection.connection_lost(None)
        assert not failures, failures
        assert held[0] <= 2 * MOST_QUEUED + 256
        return wire, connection, service

    return asyncio.run(run())


def answers(written: bytes) -> list[tuple[int, bytes]]:
    """(status, body) of every response on the wire; anything that is not a whole response fails."""
    found = []
    while written:
        head, gap, rest = written.partition(b"\r\n\r\n")
        assert gap, written[:200]
        status = int(head.split(b" ", 2)[1])
        if status == 100:
            written = rest
            continue
        (length,) = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        assert len(rest) >= length
        found.append((status, rest[:length]))
        written = rest[length:]
    return found


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """`data` in pieces, cut at places modulo its length."""
    marks = sorted({place % (len(data) + 1) for place in places})
    return [data[a:b] for a, b in zip([0, *marks], [*marks, len(data)], strict=True) if a < b]


settled = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))


@settled
@given(st.lists(st.binary(max_size=200), max_size=6))
@example([b"\x16\x03\x01\x02\x00\x01\x00"])
@example([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
@example([b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"])
@example([b"CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com\r\n\r\n", b"\x16\x03"])
@example([b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"])
def test_random_bytes_get_an_error_or_nothing(pieces):
    """Noise never plays a recording and never breaks the fake: every answer is a whole 4xx or 5xx."""
    wire, _, service = talk(pieces)
    assert all(400 <= status < 600 for status, _ in answers(wire.written))
    assert all(slot.played == 0 for slot in service.epoch.tape.slots)


@settled
@given(
    st.lists(st.sampled_from([GOOD, CHUNKED]), min_size=1, max_size=12), st.lists(st.integers(0, 10**6), max_size=12)
)
def test_requests_cut_anywhere_and_pipelined_are_answered_in_order(requests, places):
    """However the bytes are cut into reads: as many answers as requests, in order, each recording once."""
    wire, _, service = talk(cut(b"".join(requests), places))
    found = [json.loads(body)["choices"][0]["message"]["content"] for _, body in answers(wire.written)]
    assert found == [str(number) for number in range(len(requests))]
    assert [call.index for call in service.epoch.report()] == list(range(len(requests)))


@settled
@given(st.integers(0, len(GOOD) - 1), st.lists(st.integers(0, 10**6), max_size=4))
def test_half_a_request_consumes_nothing(length, places):
    """A client that dies in the middle of its request has asked for nothing."""
    wire, _, service = talk(cut(GOOD[:length], places))
    assert wire.written == b""
    assert service.epoch.report() == []
    assert len(service.epoch.tape.unplayed()) == 50


@settled
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_request_never_gets_another_requests_answer(place, noise):
    """Bytes overwritten anywhere: either it still says the same, or it is refused."""
    damaged = GOOD[:place] + noise + GOOD[place + len(noise) :]
    wire, _, service = talk([damaged])
    for status, body in answers(wire.written):
        if status == 200:
            (call,) = service.epoch.report()
            assert (call.host, call.method, call.path) == ("api.openai.com", "POST", "/v1/chat/completions")
            assert call.request == asked("hello"), body


@settled
@given(st.binary(max_size=300), st.lists(st.integers(0, 10**6), max_size=5))
def test_noise_on_a_websocket_ends_it_without_playing_anything(noise, places):
    """After a real handshake, random frames: closed or answered with an error, nothing consumed."""
    handshake = (
        b"GET /v1 HTTP/1.1\r\nHost: ws-api.runware.ai\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    wire, _, service = talk(cut(handshake + noise, places))
    assert wire.written.startswith(b"HTTP/1.1 101 ")
    assert all(slot.played == 0 for slot in service.epoch.tape.slots)


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ([b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"], 431),
        ([b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"], 431),
        ([b"GET / HTTP/1.1\r\nHost: a\r\nX: "] + [b"x" * 1000] * 100, 431),
        ([b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 20_000 + b"\r\n"], 431),
        ([b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n"], 413),
        ([b"GET / HTTP/1.1\r\n\r\n"], 400),
        ([b"POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: zstd\r\nContent-Length: 1\r\n\r\nx"], 415),
        ([b"POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"], 415),
    ],
)
def test_what_is_too_big_or_wrong_gets_its_status_and_the_connection_ends(pieces, status):
    """431 for heads, 413 for bodies (before they are sent), 400 and 415; then the connection is closed."""
    wire, _, _ = talk(pieces)
    assert [found for found, _ in answers(wire.written)] == [status]
    assert wire.closed


def test_a_body_beyond_the_limit_is_dropped_while_it_arrives(monkeypatch):
    """A chunked body has no announced length: it is refused when it passes the limit, and not kept."""
    monkeypatch.setattr(reading, "MOST_BODY_BYTES", 1000)
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    wire, connection, _ = talk([head] + [b"64\r\n" + b"x" * 100 + b"\r\n"] * 40)
    assert [found for found, _ in answers(wire.written)] == [413]
    assert connection.reader.body_bytes < 2000


def test_a_compressed_bomb_is_refused(monkeypatch):
    """A small gzip body that unpacks beyond the limit is not unpacked."""
    import gzip

    monkeypatch.setattr(reading, "MOST_BODY_BYTES", 100_000)
    bomb = gzip.compress(b"x" * 10_000_000)
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    wire, _, _ = talk([head + bomb])
    assert [found for found, _ in answers(wire.written)] == [415]


def test_a_flood_of_pipelined_requests_pauses_reading():
    """Behind a held answer the queue is bounded: the transport is told to stop reading, and to go on afterwards."""

    async def run() -> tuple[bool, int]:
        service = Service(hosts=declared(HOSTS))
        tape = service.prepare(Cassette(name="t", interactions=(chat("hello", "world"),)))
        service.load("t", tape, (Fault(kind="hold", match="openai *"),))
        connection, wire = Connection(service, set()), Wire()
        connection.connection_made(wire)
        connection.data_received(GOOD + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 500)
        assert wire.written == b""
        paused = wire.paused
        service.epoch.release()
        while connection.queue:
            await asyncio.sleep(0)
        assert wire.paused is False
        return paused, len(answers(wire.written))

    assert asyncio.run(run()) == (True, 501)


def test_a_client_that_does_not_read_is_not_answered_further():
    """When the transport's buffer is full nothing is read or answered until it drains: memory stays bounded."""

    async def run() -> None:
        service = Service(hosts=declared(HOSTS))
        connection, wire = Connection(service, set()), Wire()
        connection.connection_made(wire)
        connection.pause_writing()
        connection.data_received(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
        assert (wire.written, wire.paused) == (b"", True)
        connection.resume_writing()
        while connection.queue:
            await asyncio.sleep(0)
        assert (len(answers(wire.written)), wire.paused) == (3, False)

    asyncio.run(run())


def test_slow_clients_are_ended_by_the_sweep_and_own_no_timer():
    """Half a request that stays half gets 408 when its time is up, and not before; no timer exists for it."""

    async def run() -> None:
        service = Service(hosts=declared(HOSTS))
        loop = asyncio.get_running_loop()
        connection, wire = Connection(service, set()), Wire()
        connection.connection_made(wire)
        connection.data_received(GOOD[:50])
        assert connection.timer is None
        connection.sweep(loop.time() + REQUEST_TIMEOUT_S - 1)
        assert wire.written == b""
        connection.sweep(loop.time() + REQUEST_TIMEOUT_S + 1)
        assert [status for status, _ in answers(wire.written)] == [408]
        assert wire.closed
        idle, quiet = Connection(service, set()), Wire()
        idle.connection_made(quiet)
        idle.sweep(loop.time() + IDLE_TIMEOUT_S - 1)
        assert not quiet.closed
        idle.sweep(loop.time() + IDLE_TIMEOUT_S + 1)
        assert quiet.closed
        reader, deaf = Connection(service, set()), Wire()
        reader.connection_made(deaf)
        reader.pause_writing()
        reader.sweep(loop.time() + REQUEST_TIMEOUT_S + 1)
        assert deaf.closed

    asyncio.run(run())


def test_expect_continue_is_answered_before_the_body():
    """A client that asks first gets 100, then its answer."""
    head, _, body = GOOD.partition(b"\r\n\r\n")
    wire, _, _ = talk([head + b"\r\nExpect: 100-continue\r\n\r\n", body])
    assert wire.written.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("head", "closed"),
    [
        (b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nConnection: close\r\n", True),
        (b"POST /v1/chat/completions HTTP/1.0\r\nHost: api.openai.com\r\n", True),
        (b"POST /v1/chat/completions HTTP/1.1\r\nHost: API.OpenAI.com:443\r\n", False),
        (b"POST https://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: proxy\r\n", False),
        (
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n",
            False,
        ),
    ],
)
def test_forms_of_the_same_request_are_served(head, closed):
    """Old HTTP, close, ports and case in the host, absolute URLs, an offer of HTTP/2: the recording answers."""
    wire, _, _ = talk([head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY])
    assert [status for status, _ in answers(wire.written)] == [200]
    assert wire.closed is closed


def test_the_real_port_survives_noise(fake):
    """TLS port and plain port: noise from twenty clients, then a normal answer."""
    fake.load(chat("hello", "world"))
    for port in (fake.port, fake.plain):
        for number in range(20):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(os.urandom(200) if number % 2 else b"GET / HTTP/9\r\n\r\n")
    assert fake.chat("hello").status_code == 200
