"""Bytes of one connection -> requests, with bounds on everything a client can make grow.

A request that breaks a bound or the protocol is delivered too, with its `failure`; nothing of it is kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import httptools

from harness.provider.fake.decided import Plan
from harness.provider.fake.epoch import Epoch

MOST_HEAD_BYTES = 64 * 1024
MOST_BODY_BYTES = 32 * 1024 * 1024
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


class Reader:
    """Feeds httptools. `begin` gives the epoch of a request whose first byte arrived, `deliver` takes whole or failed
    requests in order, `expects` is told of Expect: 100-continue, `clock` gives seconds."""

    def __init__(
        self,
        begin: Callable[[], Epoch],
        deliver: Callable[[Request], None],
        expects: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self.begin, self.deliver, self.expects, self.clock = begin, deliver, expects, clock
        self.parser = httptools.HttpRequestParser(self)
        self.arriving: Request | None = None
        self.head_bytes = self.body_bytes = self.silent_bytes = 0
        self.since = clock()

    def feed(self, data: bytes) -> tuple[Request, bytes] | None:
        """Read on. Returns a request that asks for another protocol, with the bytes that follow it."""
        self.silent_bytes += len(data)
        upgraded = None
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            request, self.arriving = self.arriving, None
            self.silent_bytes = 0
            if request is not None and request.failure is None:
                upgraded = request, data[upgrade.args[0] :]
        except (httptools.HttpParserError, UnicodeDecodeError):
            self.fail(400, "the request is not valid HTTP/1.1")
        if self.silent_bytes > MOST_HEAD_BYTES:
            self.fail(431, f"the head is longer than {MOST_HEAD_BYTES} bytes")
        return upgraded

    def again(self, request: Request, rest: bytes) -> tuple[Request, bytes] | None:
        """Read `request` anew without its offer of another protocol, which a server may ignore.

        The parser must be a new one, because it took the body for the other protocol.
        """
        offer = (b"upgrade", b"http2-settings", b"connection")
        lines = [b"%b: %b\r\n" % (name, value) for name, value in request.headers if name.lower() not in offer]
        head = b"%b %b HTTP/1.1\r\n" % (request.method.encode("latin-1"), request.target)
        self.parser = httptools.HttpRequestParser(self)
        return self.feed(head + b"".join(lines) + b"\r\n" + rest)

    def fail(self, status: int, why: str) -> None:
        """Deliver what is arriving as a failure; the rest of it is read and dropped."""
        if self.arriving is None:
            self.arriving = Request(self.begin())
        if self.arriving.failure is None:
            self.arriving.failure = (status, why)
            self.arriving.body.clear()
            self.deliver(self.arriving)

    # what the parser calls

    def on_message_begin(self) -> None:
        self.arriving = Request(self.begin())
        self.head_bytes = self.body_bytes = 0
        self.since = self.clock()

    def on_url(self, url: bytes) -> None:
        self.arriving.target += url
        self._grown(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        request = self.arriving
        self.head_bytes += len(name) + len(value) + 4
        if self.head_bytes > MOST_HEAD_BYTES:
            self._grown(0)
        elif request.failure is None:
            request.headers.append((name, value))
            known = name.lower()
            if known in _KNOWN_HEADERS:
                self._known(request, known, value.decode("latin-1"))

    def _known(self, request: Request, name: bytes, text: str) -> None:
        if name == b"host":
            if request.host is not None and request.host != text:
                self.fail(400, "the request names two hosts")
            request.host = text
        elif name == b"accept-encoding":
            request.accepts = text
        elif name == b"content-encoding":
            request.coding = text.strip().lower()
        elif name == b"content-length":
            if text.isdigit() and int(text) > MOST_BODY_BYTES:
                self.fail(413, f"the body is longer than {MOST_BODY_BYTES} bytes")
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
        if request.failure is None and request.expects and request.modern:
            self.expects()

    def on_body(self, body: bytes) -> None:
        self.silent_bytes = 0
        self.body_bytes += len(body)
        request = self.arriving
        if request.failure is None:
            if self.body_bytes > MOST_BODY_BYTES:
                self.fail(413, f"the body is longer than {MOST_BODY_BYTES} bytes")
            else:
                request.body.append(body)

    def on_message_complete(self) -> None:
        self.silent_bytes = 0
        request, self.arriving = self.arriving, None
        if request.failure is not None:
            return
        if self.parser.should_upgrade():
            self.arriving = request  # until the parser hands over what follows
        else:
            self.deliver(request)

    def _grown(self, count: int) -> None:
        self.head_bytes += count
        if self.head_bytes > MOST_HEAD_BYTES:
            self.fail(431, f"the head is longer than {MOST_HEAD_BYTES} bytes")


def inflated(body: bytes, coding: str) -> bytes | None:
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
