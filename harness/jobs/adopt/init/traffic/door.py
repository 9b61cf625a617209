"""The way in to a stack: one request after the other, carried to the backend as somebody whom it knows, and noted.

A request that shows no credential carries the caller's. Who asked gets the backend's answer as it is; then what the request has set going
comes to rest, and the next one is taken.
"""

from __future__ import annotations

import http.client
import os
import select
import signal
import socket
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
HOPS = {"host", "connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade", "proxy-connection", "accept-encoding"}  # fmt: skip
PATIENCE_S = 60.0
IDLE_S = 2.0
"""Until a connection on which nothing is said is closed: a browser opens some ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A request and how it was answered. `path` is with its query; `stranger`: it bore a credential that is not the caller's."""

    method: str
    path: str
    kind: str
    body: bytes
    status: int
    stranger: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What it bore, so that none of it comes into a file."""


def listening(port: int) -> socket.socket:
    """A socket of 127.0.0.1, made before the island. Raises OSError."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((LOOPBACK, port))
    sock.listen(64)
    return sock


@contextmanager
def interrupted() -> Iterator[int]:
    """A file number that says something once Ctrl-C was pressed within; pressed again it ends the program, as ever."""
    hears, says = os.pipe()
    before = signal.getsignal(signal.SIGINT)

    def first(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        os.write(says, b"\n")

    signal.signal(signal.SIGINT, first)
    try:
        yield hears
    finally:
        signal.signal(signal.SIGINT, before)
        os.close(hears)
        os.close(says)


def pressed(door: socket.socket, until: Collection[int], limit: int, *, base_url: str, headers: Mapping[str, str], before: Callable[[], object]) -> Iterator[Pressed]:  # fmt: skip
    """Each request that comes in at `door`, until one of the file numbers `until` says something or ends, or `limit` (0: none) were taken.
    `before` is called ahead of each, `headers` are the caller's."""
    taken = 0
    while not limit or taken < limit:
        ready = select.select([door, *until], [], [])[0]
        if said := [one for one in until if one in ready]:
            os.read(said[0], 1 << 16)
            return
        connection, address = door.accept()
        before()
        with connection:
            one = _Carried(connection, address, base_url, headers)
        if one.pressed is not None:
            taken += 1
            yield one.pressed


class _Carried(BaseHTTPRequestHandler):
    """One request of a connection, which ends with its answer (HTTP/1.0)."""

    timeout = IDLE_S

    def __init__(self, connection: socket.socket, address: object, base_url: str, caller: Mapping[str, str]) -> None:
        self.base_url, self.caller = base_url, caller
        self.pressed: Pressed | None = None
        super().__init__(connection, address, None)  # type: ignore[arg-type]

    def log_message(self, format: str, *args: object) -> None:
        """Whoever reads the notes reads them elsewhere; nothing is said on stderr."""

    def _carry(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sent = {name: value for name, value in self.headers.items() if name.lower() not in HOPS}
        stranger = _with_caller(sent, self.caller)
        parts = urlsplit(self.base_url)
        far = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE_S)
        try:
            far.request(self.command, self.path, body or None, {**sent, "Connection": "close"})
            answer = far.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.send_error(502, f"the backend did not answer: {type(error).__name__}")
            return
        finally:
            far.close()
        secrets = tuple(value for name, value in sent.items() if name.lower() in {"authorization", "cookie", *(own.lower() for own in self.caller)})  # fmt: skip
        self.pressed = Pressed(
            method=self.command, path=self.path, kind=self.headers.get("Content-Type", ""), body=body, status=answer.status,
            stranger=stranger, secrets=secrets,
        )  # fmt: skip
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOPS | {"date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = _carry


def _with_caller(sent: dict[str, str], caller: Mapping[str, str]) -> bool:
    """Puts the caller's headers into `sent` where it has none of its own; whether it bears a credential of somebody else's."""
    there = {name.lower(): name for name in sent}
    own = {name.lower(): value for name, value in caller.items()}
    cookie = own.get("cookie")
    if (
        cookie is not None and "cookie" in there and "authorization" not in there
    ):  # cookies of other pages of this address
        sent[there["cookie"]] = f"{sent[there['cookie']]}; {cookie}"
        there.pop("cookie")
        own.pop("cookie")
        sent.update({name: value for name, value in caller.items() if name.lower() in own})
        return False
    differs = any(sent[there[name]] != own.get(name, "") for name in ({"authorization", *own} - {"cookie"}) & there.keys())  # fmt: skip
    if not differs:
        sent.update({name: value for name, value in caller.items() if name.lower() not in there})
    return differs
