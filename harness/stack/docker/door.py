"""The harness's end of the door: local sockets whose connections are made inside the stack's network.

Everything goes over the attached stream of one container, the engine's own API: no published port, no address of the
host in the network, and the engine may be on another machine. One thread carries all connections.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.core.errors import StackError
from harness.stack.doors import wire

_PIECE = 1 << 16
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_MOST_WAITING_BYTES = 4 << 20
"""Towards the container; beyond it no more is read from local connections until some has gone."""


class Door:
    """Listeners and connections of one stack. `close` ends them all; `broken` once the stream has ended by itself."""

    def __init__(self, stream: Any, *, murmur: Callable[[bytes], None], shuts: Callable[[], None]) -> None:
        """`stream` is the attached socket of the door's container; `murmur` gets its standard error; `shuts` is called
        when it ends by itself."""
        self._stream = stream
        self._murmur = murmur
        self._shuts = shuts
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = socket.socketpair()
        self._waiting = bytearray()
        self._raw = bytearray()
        self._frames = wire.Frames()
        self._links: dict[int, _Link] = {}
        self._last = 0
        self._closing = False
        self._lock = threading.Lock()
        self._new: list[tuple[socket.socket, str]] = []
        self._listeners: list[socket.socket] = []
        self.broken = False
        self._stream.setblocking(False)
        self._wake_in.setblocking(False)
        self._selector.register(self._wake_in, selectors.EVENT_READ, self._woken)
        self._selector.register(self._stream, selectors.EVENT_READ, self._stream_ready)
        self._thread = threading.Thread(target=self._run, name="door", daemon=True)
        self._thread.start()

    def unix(self, path: Path, where: str) -> Path:
        """Listen on a unix socket for connections to `where` ("tcp:host:port", "unix:/path in the stack")."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        path.chmod(0o600)
        self._listen(listener, where)
        return path

    def tcp(self, where: str, port: int = 0) -> int:
        """Listen on a loopback port (0: any free one) and return it. Raises StackError port-in-use."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            listener.close()
            raise StackError(
                f"port {port} of 127.0.0.1 cannot be opened: {error.strerror}",
                hint="stop what listens there, or choose another port",
                code="port-in-use",
            ) from None
        self._listen(listener, where)
        return int(listener.getsockname()[1])

    def close(self) -> None:
        """Quiet when called again."""
        self._closing = True
        self._wake()
        self._thread.join()

    def _listen(self, listener: socket.socket, where: str) -> None:
        listener.listen(128)
        listener.setblocking(False)
        with self._lock:
            self._new.append((listener, where))
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):
            self._wake_out.send(b"!")

    def _run(self) -> None:
        try:
            while not self._closing and not self.broken:
                for key, events in self._selector.select():
                    key.data(key.fileobj, events)
                    if self.broken:
                        break
        finally:
            ended_by_itself = not self._closing
            self.broken = True
            for link in list(self._links.values()):
                link.sock.close()
            for listener in self._listeners:
                listener.close()
            self._selector.close()
            self._wake_in.close()
            self._wake_out.close()
            with suppress(OSError):
                self._stream.close()
            if ended_by_itself:
                self._shuts()

    def _woken(self, sock: socket.socket, events: int) -> None:
        with suppress(BlockingIOError):
            sock.recv(4096)
        with self._lock:
            new, self._new = self._new, []
        for listener, where in new:
            self._listeners.append(listener)
            self._selector.register(listener, selectors.EVENT_READ, lambda sock, _, w=where: self._accept(sock, w))

    def _accept(self, listener: socket.socket, where: str) -> None:
        with suppress(OSError):
            sock, _ = listener.accept()
            sock.setblocking(False)
            if sock.family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._last += 1
            link = self._links[self._last] = _Link(self._last, sock)
            self._tell(wire.OPEN, link.number, where.encode())
            self._selector.register(sock, selectors.EVENT_READ, lambda _, events: self._link_ready(link, events))

    def _link_ready(self, link: _Link, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._flush(link)
        if events & selectors.EVENT_READ and link.number in self._links and len(self._waiting) < _MOST_WAITING_BYTES:
            try:
                data = link.sock.recv(_PIECE)
            except BlockingIOError:
                return
            except OSError:
                self._drop(link, tell=True)
                return
            if data:
                self._tell(wire.DATA, link.number, data)
            else:
                link.heard_all = True
                self._tell(wire.END, link.number)
                self._watch(link)

    def _stream_ready(self, sock: Any, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._push()
        if not events & selectors.EVENT_READ:
            return
        while not self.broken:  # until it would block: a TLS stream may hold more than select knows of
            try:
                data = sock.recv(1 << 18)
            except _NOT_NOW:
                return
            except OSError:
                data = b""
            self.broken = not data
            self._cut(data)

    def _cut(self, data: bytes) -> None:
        """The engine's own frames first: stream (1 output, 2 error), length; then those of the door."""
        self._raw += data
        while len(self._raw) >= 8 and len(self._raw) >= (end := 8 + int.from_bytes(self._raw[4:8], "big")):
            kind, payload = self._raw[0], bytes(self._raw[8:end])
            del self._raw[:end]
            if kind == 1:
                for frame in self._frames.feed(payload):
                    self._heard(*frame)
            else:
                self._murmur(payload)

    def _heard(self, kind: int, number: int, payload: bytes) -> None:
        link = self._links.get(number)
        if link is None:
            return
        if kind == wire.DATA:
            link.waiting += payload
            self._flush(link)
        else:
            link.ended = True
            link.closed = link.closed or kind == wire.CLOSE
            self._flush(link)

    def _flush(self, link: _Link) -> None:
        try:
            while link.waiting:
                del link.waiting[: link.sock.send(link.waiting)]
        except BlockingIOError:
            pass
        except OSError:
            self._drop(link, tell=True)
            return
        if not link.waiting and link.closed:
            self._drop(link, tell=False)
            return
        if not link.waiting and link.ended and not link.told_end:
            link.told_end = True
            with suppress(OSError):
                link.sock.shutdown(socket.SHUT_WR)
        self._watch(link)

    def _watch(self, link: _Link) -> None:
        wanted = (0 if link.heard_all else selectors.EVENT_READ) | (selectors.EVENT_WRITE if link.waiting else 0)
        if wanted == link.watched:
            return
        if link.watched:
            self._selector.unregister(link.sock)
        if wanted:
            self._selector.register(link.sock, wanted, lambda _, events: self._link_ready(link, events))
        link.watched = wanted

    def _drop(self, link: _Link, *, tell: bool) -> None:
        if self._links.pop(link.number, None) is None:
            return
        if tell:
            self._tell(wire.CLOSE, link.number)
        if link.watched:
            self._selector.unregister(link.sock)
        link.sock.close()

    def _tell(self, kind: int, number: int, payload: bytes = b"") -> None:
        self._waiting += wire.frame(kind, number, payload)
        self._push()

    def _push(self) -> None:
        try:
            while self._waiting:
                del self._waiting[: self._stream.send(self._waiting)]
        except _NOT_NOW:
            pass
        except OSError:
            self.broken = True
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._waiting else 0)
        if self._selector.get_key(self._stream).events != events:
            self._selector.modify(self._stream, events, self._stream_ready)


class _Link:
    """One connection. `heard_all`: the local side said its last; `ended`, `closed`: the far side did, or is gone."""

    def __init__(self, number: int, sock: socket.socket) -> None:
        self.number = number
        self.sock = sock
        self.waiting = bytearray()
        self.heard_all = self.ended = self.closed = self.told_end = False
        self.watched = selectors.EVENT_READ
