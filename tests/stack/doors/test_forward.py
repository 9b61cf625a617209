"""Connections that are carried: everything arrives, both ways, and an end is an end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.stack.doors import forward

PATIENCE_S = 20
MUCH = b"0123456789abcdef" * 200_000


@contextmanager
def serving(listener: socket.socket, answer: Callable[[socket.socket], None]) -> Iterator[None]:
    """Answer one connection in a thread."""

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(PATIENCE_S)
            answer(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    with listener:
        yield
        thread.join(PATIENCE_S)
    assert not thread.is_alive()


def everything(connection: socket.socket) -> bytes:
    parts = []
    while data := connection.recv(1 << 16):
        parts.append(data)
    return b"".join(parts)


def echo(connection: socket.socket) -> None:
    connection.sendall(everything(connection)[::-1])


def through(where: str, said: bytes) -> bytes:
    """What comes back when `said` is all that is said."""
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        forward.carrying({door: where}),
        socket.create_connection(door.getsockname(), PATIENCE_S) as connection,
    ):
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        return everything(connection)


def test_much_goes_there_and_back_after_one_side_has_said_all():
    """Claim: an end of input is carried, and the answer to it still comes back whole."""
    far = socket.create_server(("127.0.0.1", 0))
    with serving(far, echo):
        assert through(f"tcp:127.0.0.1:{far.getsockname()[1]}", MUCH) == MUCH[::-1]


def test_a_unix_socket_is_reached_the_same_way(tmp_path):
    """Claim: "unix:/path" is an address like "tcp:host:port"."""
    far = socket.socket(socket.AF_UNIX)
    far.bind(str(tmp_path / "far"))
    far.listen()
    with serving(far, echo):
        assert through(f"unix:{tmp_path}/far", b"abc") == b"cba"


def test_where_nobody_listens_the_connection_ends():
    """Claim: it is closed, not left to hang."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert through(f"tcp:127.0.0.1:{port}", b"") == b""


def test_a_side_that_is_gone_takes_the_other_with_it():
    """Claim: when the far side closes, whoever still waits is told."""
    far = socket.create_server(("127.0.0.1", 0))
    with (
        serving(far, lambda connection: connection.sendall(b"bye")),
        socket.create_server(("127.0.0.1", 0)) as door,
        forward.carrying({door: f"tcp:127.0.0.1:{far.getsockname()[1]}"}),
        socket.create_connection(door.getsockname(), PATIENCE_S) as connection,
    ):
        assert everything(connection) == b"bye"
