"""The Runware WebSocket: authentication, ping, and tasks answered from the same recordings as HTTP.

Frames are websockets' sans-io codec; a message is a JSON array of tasks, as in an HTTP body. Answers may overtake one
another, as they do at the provider: each is told by its taskUUID.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from websockets.exceptions import ProtocolError
from websockets.frames import Frame, Opcode
from websockets.http11 import Request as Handshake
from websockets.server import ServerProtocol

from harness.provider.fake.decided import Plan
from harness.provider.fake.head import AUTHENTICATION
from harness.provider.profiles import name_of, parse, profile_for

if TYPE_CHECKING:
    import asyncio

    from harness.provider.fake.service import Service

MOST_MESSAGE_BYTES = 32 * 1024 * 1024


class Carrier(Protocol):
    """What a WebSocket needs of the connection that carries it."""

    service: Service
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport | None

    def reset(self, plan: Plan) -> None:
        """End the connection with a TCP reset."""


class Socket:
    """One WebSocket on a connection; the channel of its messages' answers."""

    def __init__(self, connection: Carrier, headers: list[tuple[bytes, bytes]], target: bytes, host: str) -> None:
        self.connection = connection
        self.service = connection.service
        self.host, path = self.service.locate(host, target.decode("latin-1"))
        profile = profile_for(self.host, path, self.service.hosts)
        self.upstream = profile.sockets.get(name_of(self.host), "")
        self.protocol = ServerProtocol(max_size=MOST_MESSAGE_BYTES)
        self.pieces: list[bytes] = []
        self.size = 0
        self.pending: set[Plan] = set()
        self.timers: set[asyncio.TimerHandle] = set()
        self.session = ""
        self.headers = list(headers)
        lines = [b"%b: %b\r\n" % (name, value) for name, value in headers]
        head = b"GET %b HTTP/1.1\r\n" % target + b"".join(lines) + b"\r\n"
        self.received(head)

    def received(self, data: bytes) -> None:
        if data:
            self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, Handshake):
                self._shake(event)
            elif isinstance(event, Frame):
                self._frame(event)
        self._flush()

    def lost(self) -> None:
        """The client went away: what is pending ends without an answer."""
        for timer in self.timers:
            timer.cancel()
        for plan in list(self.pending):
            plan.epoch.finished(plan.entry, 0)
        self.pending.clear()
        self.timers.clear()

    def began(self, plan: Plan) -> None:
        self.pending.add(plan)

    def later(self, delay_ms: int, go: Callable[[], None]) -> None:
        self.timers.add(self.connection.loop.call_later(delay_ms / 1000, go))

    def send(self, plan: Plan) -> None:
        self.pending.discard(plan)
        body = plan.answer.body
        if plan.ends in ("truncate", "cut"):
            # half a message, and the connection ends: what a cut answer is on a socket
            self.protocol.send_text(body[: len(body) // 2], fin=False)
            self._flush()
            self.connection.transport.close()
            return
        self.protocol.send_text(body)
        self._flush()

    def reset(self, plan: Plan) -> None:
        self.pending.discard(plan)
        self.connection.reset(plan)

    def _shake(self, handshake: Handshake) -> None:
        if not self.upstream:
            refusal = self.protocol.reject(404, f"harness: {self.host} has no WebSocket here\n")
            self.protocol.send_response(refusal)
            return
        self.protocol.send_response(self.protocol.accept(handshake))

    def _frame(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self.pieces.append(bytes(frame.data))
            self.size += len(frame.data)
            if self.size > MOST_MESSAGE_BYTES:
                self.protocol.fail(1009, "message too long")
                self.pieces, self.size = [], 0
            elif frame.fin:
                message, self.pieces, self.size = b"".join(self.pieces), [], 0
                self._message(message)

    def _message(self, message: bytes) -> None:
        tasks = parse(message)
        if isinstance(tasks, dict):
            tasks = [tasks]
        if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
            self._say({"errors": [{"code": "invalidJSON", "message": "A message must be a JSON array of tasks."}]})
            return
        work = []
        for task in tasks:
            kind = task.get("taskType")
            if kind == "authentication":
                self._say({"data": [self._authenticated(task)]})
            elif kind == "ping":
                self._say({"data": [{"taskType": "ping", "pong": True}]})
            elif not self.session:
                self._say({"errors": [self._unauthenticated(task)]})
            else:
                work.append(task)
        if work:
            self._work(message if len(work) == len(tasks) else json.dumps(work).encode())

    def _work(self, body: bytes) -> None:
        url = urlsplit(self.upstream)
        connection = self.connection.transport.get_extra_info("ssl_object")
        self.service.handle(
            self, self.service.epoch, url.hostname or "", "POST", url.path or "/", self.headers, body,
            self.service.handshakes.via(connection), self.service.handshakes.went_on(connection),
        )  # fmt: skip

    def _authenticated(self, task: dict[str, Any]) -> dict[str, Any]:
        self.headers.append((AUTHENTICATION, str(task.get("apiKey", "")).encode()))
        self.session = self.session or task.get("connectionSessionUUID") or str(uuid.uuid4())
        return {"taskType": "authentication", "connectionSessionUUID": self.session}

    def _unauthenticated(self, task: dict[str, Any]) -> dict[str, Any]:
        error = {"code": "missingAuthentication", "message": "Authenticate first: send a task of type authentication."}
        return error | {name: task[name] for name in ("taskType", "taskUUID") if name in task}

    def _say(self, body: dict[str, Any]) -> None:
        self.protocol.send_text(json.dumps(body).encode())
        self._flush()

    def _flush(self) -> None:
        transport = self.connection.transport
        if transport.is_closing():
            return
        try:
            for data in self.protocol.data_to_send():
                if data:
                    transport.write(data)
                else:
                    transport.write_eof() if transport.can_write_eof() else transport.close()
            if self.protocol.close_expected() and not self.protocol.eof_sent:
                transport.close()
        except ProtocolError:
            transport.close()
