"""A request is over when the server lets it go: what it does until then is waited for, and what never ends is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import requests

from harness.cell import connection
from harness.cell.connection import Direct, Unfinished

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\nok"
Serve = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """serve(answer): a server that reads a request and hands its connection over; the address."""
    servers: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def begin(answer: Callable[[socket.socket], None]) -> str:
        server = socket.create_server(("127.0.0.1", 0))

        def run() -> None:
            line, _ = server.accept()
            with line:
                line.recv(1 << 16)
                answer(line)

        servers.append(server)
        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield begin
    for thread in threads:
        thread.join()
    for server in servers:
        server.close()


def test_what_a_server_does_behind_its_answer_is_waited_for(serve):
    """Claim: the answer is there, and the request is over only when the server closes, as it said."""
    done, go = [], threading.Event()

    def answer(line: socket.socket) -> None:
        line.sendall(WHOLE)
        go.wait(0.2)  # it is at something
        done.append("the end")

    assert Direct().get(serve(answer), timeout=60).text == "ok"
    assert done == ["the end"]


def test_a_server_that_does_not_say_that_it_closes_is_not_waited_for(serve):
    """Claim: it may keep the connection for as long as it likes."""
    over = threading.Event()

    def answer(line: socket.socket) -> None:
        line.sendall(WHOLE.replace(b"Connection: close\r\n", b""))
        over.wait()

    assert Direct().get(serve(answer), timeout=60).text == "ok"
    over.set()


@pytest.mark.parametrize("says", [WHOLE, HEAD + b"Content-Length: 9\r\n\r\nok"], ids=["all", "a part"])
def test_a_server_that_says_that_it_closes_and_does_not_is_told(serve, says):
    """Claim: within the time-out, whether the answer is all there or not."""
    over = threading.Event()

    def answer(line: socket.socket) -> None:
        line.sendall(says)
        over.wait()

    with pytest.raises(Unfinished):
        Direct().get(serve(answer), timeout=0.2)
    over.set()


def test_an_answer_without_an_end_is_cut(serve, monkeypatch):
    """Claim: each byte would begin a client's time-out anew; here all of it has one."""
    monkeypatch.setattr(connection, "CUT_S", 0.2)

    def answer(line: socket.socket) -> None:
        line.sendall(HEAD + b"\r\n")
        try:
            while True:
                line.sendall(b"." * 1000)
        except ConnectionError:
            return

    with pytest.raises(Unfinished):
        Direct().get(serve(answer), timeout=0.2)


def test_a_server_that_says_nothing_is_a_time_out_of_its_own(serve):
    """Claim: and one that is not there a failed connection, as requests has it."""
    over = threading.Event()
    with pytest.raises(requests.ReadTimeout) as caught:
        Direct().get(serve(lambda line: over.wait() and None), timeout=0.2)
    assert not isinstance(caught.value, Unfinished)
    over.set()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(requests.ConnectionError):
            Direct().get(f"http://127.0.0.1:{nobody.getsockname()[1]}/", timeout=60)
