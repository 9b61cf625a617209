"""HTTP/1.1 on a TCP or TLS connection: keep-alive, pipelining in order, chunked bodies, Expect: 100-continue.

Everything a client can make grow is bounded: the head (431), the body (413), the queue of pipelined requests (reading
pauses). Slow clients are ended by the server's one periodic sweep (408), so no connection owns a timer but for a
delay that its own answer needs.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import zlib
from collections import deque
from collections.abc import Callable
from functools import partial

import httptools

from harness.provider.fake import answer as answers
from harness.provider.fake.answer import Answer
from harness.provider.fake.epoch import Epoch, Plan
from harness.provider.fake.service import Service
from harness.provider.fake.websocket import Socket

MOST_HEAD_BYTES = 64 * 1024
MOST_BODY_BYTES = 32 * 1024 * 1024
MOST_QUEUED = 16
REQUEST_TIMEOUT_S = 30.0
IDLE_TIMEOUT_S = 600.0
_CACHED_BODY_BYTES = 16 * 1024
_KNOWN_HEADERS = {b"host", b"accept-encoding", b"content-encoding", b"content-length", b"expect", b"upgrade"}


class Request:
    """One request while it arrives and until it is answered."""

    __slots__ = ("accepts", "body", "coding", "epoch", "expects", "failure", "headers", "host", "keep_alive", "method")
    __slots__ += ("modern", "plan", "target", "upgrade")

    def __init__(self, epoch: Epoch) -> None:
        self.epoch = epoch
        self.method = ""
        self.target = b""
        self.host: str | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.body: list[bytes] = []
        self.accepts = ""
        self.coding = ""
        self.expects = False
        self.keep_alive = True
        self.modern = True
        self.upgrade = ""
        self.failure: tuple[int, str] | None = None
        self.plan: Plan | None = None


class Connection(asyncio.Protocol):
    """One client connection; also the channel on which the answers of its requests are sent, one after the other."""

    def __init__(self, service: Service, connections: set[Connection]) -> None:
        self.service = service
        self.connections = connections
        self.loop = asyncio.get_running_loop()
        self.parser = httptools.HttpRequestParser(self)
        self.transport: asyncio.Transport | None = None
        self.arriving: Request | None = None
        self.busy: Request | None = None
        self.queue: deque[Request] = deque()
        self.socket: Socket | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.head_bytes = self.body_bytes = self.silent_bytes = 0
        self.since = self.loop.time()
        self.ended = self.paused = self.blocked = False

    # what the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = True
        self.connections.discard(self)
        if self.timer is not None:
            self.timer.cancel()
        if self.socket is not None:
            self.socket.lost()
        if self.busy is not None and self.busy.plan is not None:
            self.busy.plan.epoch.finished(self.busy.plan.entry, 0)
        self.queue.clear()
        self.busy = self.arriving = self.timer = None

    def pause_writing(self) -> None:
        """The client does not read: answer and read nothing more until it does."""
        self.blocked, self.since = True, self.loop.time()
        self._pause()

    def resume_writing(self) -> None:
        self.blocked = False
        self._next()

    def data_received(self, data: bytes) -> None:
        if self.socket is not None:
            self.socket.received(data)
            return
        if self.ended:
            return
        self.silent_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgraded(data[upgrade.args[0] :])
        except (httptools.HttpParserError, UnicodeDecodeError):
            self._fail(400, "the request is not valid HTTP/1.1")
        if self.silent_bytes > MOST_HEAD_BYTES:
            self._fail(431, f"the head is longer than {MOST_HEAD_BYTES} bytes")

    def sweep(self, now: float) -> None:
        """End the connection if its client is too slow; called for every connection from one timer."""
        waited = now - self.since
        if (self.blocked and waited > REQUEST_TIMEOUT_S) or (self.busy is None and waited > IDLE_TIMEOUT_S):
            self.transport.abort()
        elif self.arriving is not None and not self.ended and waited > REQUEST_TIMEOUT_S:
            self._fail(408, f"the request did not arrive within {REQUEST_TIMEOUT_S:.0f} s")

    # what the parser calls

    def on_message_begin(self) -> None:
        self.arriving = Request(self.service.epoch)
        self.head_bytes = self.body_bytes = 0
        self.since = self.loop.time()

    def on_url(self, url: bytes) -> None:
        self.arriving.target += url
        self._head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        request = self.arriving
        self.head_bytes += len(name) + len(value) + 4
        if self.head_bytes > MOST_HEAD_BYTES:
            self._head(0)
        elif request.failure is None:
            request.headers.append((name, value))
            known = name.lower()
            if known in _KNOWN_HEADERS:
                self._header(request, known, value.decode("latin-1"))

    def _header(self, request: Request, name: bytes, text: str) -> None:
        if name == b"host":
            if request.host is not None and request.host != text:
                self._fail(400, "the request names two hosts")
            request.host = text
        elif name == b"accept-encoding":
            request.accepts = text
        elif name == b"content-encoding":
            request.coding = text.strip().lower()
        elif name == b"content-length":
            if text.isdigit() and int(text) > MOST_BODY_BYTES:
                self._fail(413, f"the body is longer than {MOST_BODY_BYTES} bytes")
        elif name == b"expect":
            request.expects = text.strip().lower() == "100-continue"
        elif name == b"upgrade":
            request.upgrade = text.strip().lower()

    def on_headers_complete(self) -> None:
        self.silent_bytes = 0
        request = self.arriving
        request.method = self.parser.get_method().decode("latin-1")
        request.modern = self.parser.get_http_version() == "1.1"
        request.keep_alive = self.parser.should_keep_alive()
        if request.failure is None and request.expects and request.modern and self.busy is None and not self.queue:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self.silent_bytes = 0
        self.body_bytes += len(body)
        request = self.arriving
        if request.failure is None:
            if self.body_bytes > MOST_BODY_BYTES:
                self._fail(413, f"the body is longer than {MOST_BODY_BYTES} bytes")
            else:
                request.body.append(body)

    def on_message_complete(self) -> None:
        self.silent_bytes = 0
        request, self.arriving = self.arriving, None
        if request.failure is not None or self.ended:
            return
        if self.parser.should_upgrade():
            self.arriving = request  # until the parser hands over what follows
            return
        self.queue.append(request)
        self._next()
        if len(self.queue) >= MOST_QUEUED:
            self._pause()

    # one request after the other

    def _next(self) -> None:
        while self.busy is None and self.queue and not self.blocked and not self.transport.is_closing():
            request = self.busy = self.queue.popleft()
            if request.failure is not None:
                self._send_failure(request)
            else:
                self._serve(request)
        if self.paused and not self.queue and not self.blocked and not self.transport.is_closing():
            self.paused = False
            self.transport.resume_reading()

    def _pause(self) -> None:
        if not self.paused and not self.transport.is_closing():
            self.paused = True
            self.transport.pause_reading()

    def _serve(self, request: Request) -> None:
        body = request.body[0] if len(request.body) == 1 else b"".join(request.body)
        if request.coding not in ("", "identity"):
            plain = _inflated(body, request.coding)
            if plain is None:
                request.failure = (415, f"a body with content-encoding {request.coding} is not understood here")
                self._send_failure(request)
                return
            body = plain
        target = request.target.decode("latin-1")
        if "://" in target.partition("?")[0]:
            authority, _, rest = target.partition("://")[2].partition("/")
            request.host, target = authority, "/" + rest
        if not request.host or not target.startswith("/"):
            request.failure = (400, "the request names no host or no path")
            self._send_failure(request)
            return
        host, target = self.service.locate(request.host, target)
        self.service.handle(self, request.epoch, host, request.method, target, request.headers, body)

    def began(self, plan: Plan) -> None:
        self.busy.plan = plan

    def later(self, delay_ms: int, go: Callable[[], None]) -> None:
        self.timer = self.loop.call_later(delay_ms / 1000, go)

    def send(self, plan: Plan) -> None:
        request, answer = self.busy, plan.answer
        if answer.streamed and plan.ends != "truncate" and request.method != "HEAD":
            self._stream(request, plan, answer)
            return
        head, body = self._rendered(request, plan, answer)
        if plan.ends in ("truncate", "cut"):
            keep = len(body) // 2 if plan.limit is None or plan.ends == "cut" else plan.limit
            self.transport.write(head + body[: min(keep, max(len(body) - 1, 0))])
            self._end()
            return
        self.transport.write(head + body)
        self._done(request)

    def reset(self, plan: Plan) -> None:
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.ended = True
        self.transport.abort()

    def _rendered(self, request: Request, plan: Plan, answer: Answer) -> tuple[bytes, bytes]:
        encode = bool(answer.encoding) and answer.encoding in request.accepts
        recording = plan.recording
        key = (encode, request.keep_alive, request.method == "HEAD")
        if recording is not None and (kept := recording.rendered.get(key)) is not None:
            return kept
        made = answers.head_and_body(
            answer, accepts=request.accepts, keep_alive=request.keep_alive, head_only=request.method == "HEAD"
        )
        if recording is not None and len(made[1]) <= _CACHED_BODY_BYTES:
            recording.rendered[key] = made
        return made

    def _stream(self, request: Request, plan: Plan, answer: Answer) -> None:
        parts = answers.stream_parts(answer.body)
        whole = plan.ends != "cut"
        if not whole:
            parts = parts[: len(parts) // 2 if plan.limit is None else plan.limit]
        head = answers.stream_head(answer, keep_alive=request.keep_alive and request.modern, chunked=request.modern)
        frames = [answers.chunk(part) for part in parts] if request.modern else parts
        last = b"0\r\n\r\n" if whole and request.modern else b""
        if answer.timing_ms:
            self.transport.write(head)
            self._paced(request, frames, list(answer.timing_ms), 0, last, whole)
            return
        self.transport.write(head + b"".join(frames) + last)
        self._done(request) if whole and request.modern else self._end()

    def _paced(
        self, request: Request, frames: list[bytes], timing: list[int], at: int, last: bytes, whole: bool
    ) -> None:
        """Send frame `at` and wait for the next one's recorded time."""
        while at < len(frames):
            self.transport.write(frames[at])
            at += 1
            wait_ms = timing[at] - timing[at - 1] if at < min(len(frames), len(timing)) else 0
            if wait_ms > 0:
                self.later(wait_ms, partial(self._paced, request, frames, timing, at, last, whole))
                return
        self.transport.write(last)
        self._done(request) if whole and request.modern else self._end()

    def _done(self, request: Request) -> None:
        self.busy = self.timer = None
        self.since = self.loop.time()
        if not request.keep_alive:
            self._end()
        elif self.queue:
            self.loop.call_soon(self._next)
        elif self.paused:
            self._next()

    def _end(self) -> None:
        self.ended = True
        self.busy = None
        self.queue.clear()
        self.transport.close()

    # what goes wrong

    def _head(self, count: int) -> None:
        self.head_bytes += count
        if self.head_bytes > MOST_HEAD_BYTES:
            self._fail(431, f"the head is longer than {MOST_HEAD_BYTES} bytes")

    def _fail(self, status: int, why: str) -> None:
        """Answer with `status` after the requests before it, and end the connection."""
        if self.ended or (self.arriving is not None and self.arriving.failure is not None):
            return
        self.service.malformed += 1
        request = self.arriving or Request(self.service.epoch)
        self.arriving = request
        request.failure = (status, why)
        request.body.clear()
        self.queue.append(request)
        self._next()

    def _send_failure(self, request: Request) -> None:
        status, why = request.failure
        body = f"harness: {why}\n".encode()
        answer = Answer(status=status, reason="", headers=(("content-type", "text/plain"),), body=body)
        head, body = answers.head_and_body(answer, accepts="", keep_alive=False, head_only=request.method == "HEAD")
        self.transport.write(head + body)
        self._end()

    def _upgraded(self, rest: bytes) -> None:
        request, self.arriving = self.arriving, None
        if request is None or request.failure is not None or self.ended:
            return
        if request.method == "CONNECT":
            self.arriving = request
            self._fail(405, "this is not a proxy")
        elif request.upgrade == "websocket":
            self.silent_bytes = 0
            self.socket = Socket(self, request.headers, request.target, request.host or "")
            self.socket.received(rest)
        else:
            # Another protocol is offered, which a server may ignore: read the request again without the offer. The
            # parser must be a new one, because it took the body for the other protocol.
            offer = (b"upgrade", b"http2-settings", b"connection")
            lines = [b"%b: %b\r\n" % (name, value) for name, value in request.headers if name.lower() not in offer]
            head = b"%b %b HTTP/1.1\r\n" % (request.method.encode("latin-1"), request.target)
            self.parser = httptools.HttpRequestParser(self)
            self.data_received(head + b"".join(lines) + b"\r\n" + rest)


def _inflated(body: bytes, coding: str) -> bytes | None:
    """The decoded body of a gzip or deflate request, None when it is neither, damaged, or too long."""
    wbits = {"gzip": 31, "x-gzip": 31, "deflate": 15}.get(coding)
    if wbits is None:
        return None
    try:
        engine = zlib.decompressobj(wbits)
        plain = engine.decompress(body, MOST_BODY_BYTES)
        return plain if engine.eof else None
    except zlib.error:
        return None
