"""A mail server that takes every mail and sends none: each is told as a call of `smtp`, with its envelope, its headers and its body.

RFC 5321, as far as clients that send need it: EHLO, AUTH PLAIN, MAIL, RCPT, DATA, RSET, NOOP, QUIT. No TLS.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import email
import email.policy
import json
import re
from dataclasses import replace

from harness.provider.fake.calls import Entry
from harness.provider.fake.head import Via, kept
from harness.provider.fake.service import Service
from harness.provider.profiles import OTHER

SMTP = replace(OTHER, name="smtp")
FREE = ("date", "message-id", "received", "mime-version", "content-transfer-encoding")
"""Headers that are drawn anew, or say how the body is packed, which is told unpacked."""
MOST_BYTES = 32 * 1024 * 1024
_ADDRESS = re.compile(r"<([^>]*)>")


class Mail(asyncio.Protocol):
    """One connection of a client that sends."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.transport: asyncio.Transport | None = None
        self.buffer = bytearray()
        self.data: list[bytes] | None = None
        self.sender, self.to = "", list[str]()
        self.login: list[tuple[bytes, bytes]] = []
        self.port = 25

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]
        self._say("220 harness: nothing is sent from here")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if len(self.buffer) > MOST_BYTES:
            self.transport.abort()
            return
        while (end := self.buffer.find(b"\r\n")) >= 0 and not self.transport.is_closing():
            line = bytes(self.buffer[:end])
            del self.buffer[: end + 2]
            self._line(line)

    def _line(self, line: bytes) -> None:
        if self.data is not None:
            if line == b".":
                self._taken(b"\r\n".join(self.data))
                self.data, self.sender, self.to = None, "", []
                self._say("250 taken")
            else:
                self.data.append(line.removeprefix(b"."))
            return
        text = line.decode("utf-8", "replace")
        match text[:4].upper():
            case "EHLO":
                self._say("250-harness\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN")
            case "MAIL":
                self.sender, self.to = _address(text), []
                self._say("250 yes")
            case "RCPT":
                self.to.append(_address(text))
                self._say("250 yes")
            case "DATA":
                self.data = []
                self._say("354 go on")
            case "AUTH":
                self.login = _login(text)
                self._say("235 yes" if self.login else "504 AUTH PLAIN with its answer")
            case "QUIT":
                self._say("221 bye")
                self.transport.close()
            case "HELO" | "NOOP" | "RSET":
                self._say("250 yes")
            case _:
                self._say("502 not here")

    def _taken(self, raw: bytes) -> None:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        parts = [part for part in message.walk() if not part.is_multipart()]
        told = {
            "from": self.sender,
            "to": self.to,
            "headers": {
                name: re.sub(r"\s*;?\s*boundary=\S+", "", str(value))
                for name, value in message.items()
                if name.lower() not in FREE
            },
            "parts": [{"type": part.get_content_type(), "body": _content(part)} for part in parts],
        }
        epoch = self.service.epoch
        host = "localhost" if self.port == 25 else f"localhost:{self.port}"
        entry = epoch.enter(Entry(0, SMTP, host, "SEND", "/", json.dumps(told).encode()))
        entry.head, entry.disposition, entry.problems = kept(Via("smtp"), "", self.login), "played", ()
        epoch.finished(entry, 250)

    def _say(self, line: str) -> None:
        self.transport.write(line.encode() + b"\r\n")


def _address(line: str) -> str:
    found = _ADDRESS.search(line)
    return found[1] if found else line.partition(":")[2].strip()


def _login(line: str) -> list[tuple[bytes, bytes]]:
    """What was said of who sends, as a header of HTTP has it, so that it is told by name like any other credential."""
    try:
        _, user, password = base64.b64decode(line.split()[2]).split(b"\0")
    except (IndexError, ValueError, binascii.Error):
        return []
    return [(b"authorization", b"Basic " + base64.b64encode(user + b":" + password))]


def _content(part: email.message.EmailMessage) -> str:
    raw = part.get_payload(decode=True) or b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return f"({len(raw)} bytes)"
