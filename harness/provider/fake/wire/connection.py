"""HTTP/1.1 on a TCP or TLS connection: keep-alive, pipelining in order, chunked bodies, Expect: 100-continue.

What a client can make grow is bounded: the head (431) and the body (413) in reading.py, here the queue of pipelined
requests (reading pauses). Slow clients are ended by the server's one periodic sweep (408), so no connection owns a timer but for a
delay that its own answer needs.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from functools import partial

from harness.provider.fake.decided import Plan
from harness.provider.fake.service import Service
from harness.provider.fake.tape.answer import Answer, chunk, head_and_body, stream_head, stream_parts
from harness.provider.fake.wire.reading import Reader, Request, inflated
from harness.provider.fake.wire.websocket import Socket

MOST_QUEUED = 16
REQUEST_TIMEOUT_S = 30.0
IDLE_TIMEOUT_S = 600.0
_CACHED_BODY_BYTES = 16 * 1024


class Connection(asyncio.Protocol):
    """One client connection; also the channel on which the answers of its requests are sent, one after the other."""

    def __init__(self, service: Service, connections: set[Connection], *, watched: bool = False) -> None:
        """`watched`: plain http comes here that should be https."""
        self.watched = watched
        self.service = service
        self.connections = connections
        self.loop = asyncio.get_running_loop()
        self.reader = Reader(lambda: service.epoch, self._arrived, self._continue, self.loop.time)
        self.transport: asyncio.Transport | None = None
        self.busy: Request | None = None
        self.queue: deque[Request] = deque()
        self.socket: Socket | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.since = self.loop.time()
        self.port = 443
        self.ended = self.paused = self.blocked = False

    # what the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        place = transport.get_extra_info("sockname")
        self.port = place[1] if isinstance(place, tuple) else self.port
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
        self.busy = self.timer = None

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
        elif not self.ended:
            upgraded = self.reader.feed(data)
            if upgraded is not None and not self.ended:
                self._upgraded(*upgraded)

    @property
    def idle(self) -> bool:
        """Whether it waits for a request, and has had none that is not answered."""
        return self.busy is None and not self.queue and self.socket is None and self.reader.arriving is None

    def sweep(self, now: float) -> None:
        """End the connection if its client is too slow; called for every connection from one timer."""
        waited = now - max(self.since, self.reader.since)
        if (self.blocked and now - self.since > REQUEST_TIMEOUT_S) or (self.busy is None and waited > IDLE_TIMEOUT_S):
            self.transport.abort()
        elif self.reader.arriving is not None and not self.ended and now - self.reader.since > REQUEST_TIMEOUT_S:
            self.reader.fail(408, f"the request did not arrive within {REQUEST_TIMEOUT_S:.0f} s")

    # one request after the other

    def _arrived(self, request: Request) -> None:
        if self.ended:
            return
        self.service.malformed += request.failure is not None
        self.queue.append(request)
        self._next()
        if len(self.queue) >= MOST_QUEUED:
            self._pause()

    def _continue(self) -> None:
        if self.busy is None and not self.queue and not self.ended:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

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
            plain = inflated(body, request.coding)
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
        connection = self.transport.get_extra_info("ssl_object")
        via = self.service.handshakes.via(connection)
        problem = self.service.handshakes.problem_of(connection, via, request.host)
        host, target = self.service.locate(request.host, target, self.port)
        if self.watched and not request.epoch.tape.is_plain(host):
            problem = f"the request came over plain http, and whoever is on the way reads it: {host} speaks https"
        self.service.handle(self, request.epoch, host, request.method, target, request.headers, body, via, problem)

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
        made = head_and_body(
            answer, accepts=request.accepts, keep_alive=request.keep_alive, head_only=request.method == "HEAD"
        )
        if recording is not None and len(made[1]) <= _CACHED_BODY_BYTES:
            recording.rendered[key] = made
        return made

    def _stream(self, request: Request, plan: Plan, answer: Answer) -> None:
        parts = stream_parts(answer.body)
        whole = plan.ends != "cut"
        if not whole:
            parts = parts[: len(parts) // 2 if plan.limit is None else plan.limit]
        head = stream_head(answer, keep_alive=request.keep_alive and request.modern, chunked=request.modern)
        frames = [chunk(part) for part in parts] if request.modern else parts
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

    def _send_failure(self, request: Request) -> None:
        status, why = request.failure
        body = f"harness: {why}\n".encode()
        answer = Answer(status=status, reason="", headers=(("content-type", "text/plain"),), body=body)
        head, body = head_and_body(answer, accepts="", keep_alive=False, head_only=request.method == "HEAD")
        self.transport.write(head + body)
        self._end()

    def _upgraded(self, request: Request, rest: bytes) -> None:
        if request.method == "CONNECT":
            self.reader.arriving = request
            self.reader.fail(405, "this is not a proxy")
        elif request.upgrade == "websocket":
            self.socket = Socket(self, request.headers, request.target, request.host or "")
            self.socket.received(rest)
        else:
            self.reader.again(request, rest)
