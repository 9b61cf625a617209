"""How the harness connects to the target: directly, and anew for each request.

A server closes a connection that was idle (gunicorn after two seconds), and whoever uses it before that is known has sent a
request that nobody answers; on a busy machine two seconds are between any two. That a request says "Connection: close" does
not help where the server closes without saying so: the client itself has to let go.

A server that says that it closes does so when the request is over, handlers of its end (request_finished, what closes a response) among
it: that is waited for. What they do belongs to this request, and to no later one.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import requests
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ReadTimeoutError

USUAL_S = 60.0
HTTP_1_0 = 10
CUT_S = 1.0
"""Behind the time-out of a server that says nothing."""


class Unfinished(requests.Timeout):
    """The answer came, and the server did not let the connection go."""


class Direct(requests.Session):
    """Without proxy and netrc, for the target is on loopback; its cookies last (until a cell begins), its connections end with the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Connection"] = "close"
        self._ends: list[socket.socket] = []
        for adapter in self.adapters.values():
            adapter.poolmanager.pool_classes_by_scheme = {"http": _watched(self._ends)}  # type: ignore[attr-defined]

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """As requests does; raises Unfinished where an answer has no end within the time-out, or the server says that it closes and does
        not."""
        timeout_s = options.get("timeout") or USUAL_S
        cut = threading.Timer(timeout_s + CUT_S, self._cut)
        cut.daemon = True
        cut.start()
        try:
            answer = super().send(request, **options)
            if "close" in answer.headers.get("Connection", "").lower() or answer.raw.version == HTTP_1_0:
                self._await_ends(timeout_s)
            if cut.finished.is_set():
                raise Unfinished
            return answer
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            if cut.finished.is_set() or isinstance(next(iter(error.args), None), ReadTimeoutError):
                raise Unfinished from None  # it began to answer
            raise
        finally:
            cut.cancel()
            for end in self._ends:
                end.close()
            self._ends.clear()
            for adapter in self.adapters.values():
                adapter.close()

    def _cut(self) -> None:
        """A server that says a little for ever would never be late: each byte begins a client's time-out anew."""
        for end in list(self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _await_ends(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        for end in self._ends:
            with suppress(ConnectionError):  # closed with something unread: over all the same
                while select.select([end], [], [], max(deadline - time.monotonic(), 0.0))[0]:
                    if not end.recv(1 << 16):
                        break
                else:
                    raise Unfinished


def _watched(ends: list[socket.socket]) -> type[HTTPConnectionPool]:
    """A pool whose connections leave a second handle of theirs in `ends`: requests closes its own with the last byte of the answer."""

    class Connection(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            ends.append(self.sock.dup())

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    return Pool
