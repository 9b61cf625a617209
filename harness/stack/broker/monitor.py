"""MONITOR of the server, and its lines as commands: which client asked what of which database."""

from __future__ import annotations

import re
import select
import socket
import time
from dataclasses import dataclass
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from harness.core.errors import StackError

SILENCE_S = 5.0
"""A server that has not answered a command by then is stopped, or starved."""

_SOURCE = re.compile(rb"^(\d+\.\d+) \[(\d+) ([^\]]*)\] ")
_ARGUMENT = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}
_VERB = re.compile(rb'"([A-Za-z]+)"')


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `client` is the address it came from ("127.0.0.1:50312", a socket's path, "lua"), `words` its arguments, `at` the
    seconds since the epoch by the server's clock."""

    db: int
    client: str
    verb: bytes
    words: tuple[bytes, ...]
    at: float = 0.0


class Tap:
    """A connection on which the server writes every command of every client, a line each."""

    def __init__(self, client: redis.Redis) -> None:
        options: dict[str, Any] = client.connection_pool.connection_kwargs
        if "path" in options:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.connect(options["path"])
        else:
            self._socket = socket.create_connection((options.get("host", "127.0.0.1"), options.get("port", 6379)))
        self._buffer = bytearray()
        self._socket.sendall(b"MONITOR\r\n")
        answer = self._socket.recv(1 << 10)
        if not answer.startswith(b"+OK"):
            raise StackError(
                f"the broker refused MONITOR: {answer[:80]!r}",
                hint="the harness needs a Redis or Valkey server of its own",
                code="broker-refused",
            )

    def line(self, deadline: float) -> bytes | None:
        """The next line; None if there is none until then (seconds of the monotonic clock)."""
        while (end := self._buffer.find(b"\r\n")) < 0:
            readable, _, _ = select.select([self._socket], [], [], max(deadline - time.monotonic(), 0))
            if not readable:
                return None
            chunk = self._socket.recv(1 << 20)
            if not chunk:
                raise gone("closed the connection")
            self._buffer += chunk
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def close(self) -> None:
        self._socket.close()


def client(url: str) -> redis.Redis:
    """The harness's own client of the server, which answers in seconds or not at all."""
    return redis.Redis.from_url(
        url, socket_timeout=SILENCE_S, socket_connect_timeout=SILENCE_S, retry=Retry(NoBackoff(), 0)
    )


def gone(what: str) -> StackError:
    return StackError(f"the broker {what}", hint="see logs/valkey.log of this run", code="broker-gone")


def command(line: bytes, verbs: frozenset[bytes]) -> Command | None:
    """The command of a line without its "+" and line end; None for one of another verb than `verbs` (upper case)."""
    line = line.removeprefix(b"+")
    source = _SOURCE.match(line)
    said = _VERB.match(line, source.end()) if source else None
    if source is None or said is None or said.group(1).upper() not in verbs:
        return None
    words = tuple(_unescape(match) for match in _ARGUMENT.findall(line, said.end()))
    at, db, client = source.groups()
    return Command(int(db), client.decode("ascii", "replace"), said.group(1).upper(), words, float(at))


def verb(line: bytes) -> bytes:
    """The verb of a line, in upper case; empty where it holds no command."""
    line = line.removeprefix(b"+")
    source = _SOURCE.match(line)
    said = _VERB.match(line, source.end()) if source else None
    return said.group(1).upper() if said else b""


def _unescape(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    return _ESCAPE.sub(_replace, text)


def _replace(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    if len(code) == 3:
        return bytes([int(code[1:], 16)])
    return _PLAIN.get(code, code)
