"""Whether a role answers: asked at a real port."""

from __future__ import annotations

import http.server
import socket
import threading

import pytest

from harness.core.errors import StackError
from harness.stack.roles.answering import await_answer


def waited(address, ready):
    """What an answer comes to when it is looked for once: None, or the refusal."""

    def once(condition, what):
        if not condition():
            raise StackError(f"no {what}", hint="", code="role-not-ready")

    try:
        await_answer(address, ready, once)
    except StackError as error:
        return error.message
    return None


@pytest.fixture
def server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response({"/health": 200, "/": 500}.get(self.path, 404))
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made.server_address
        made.shutdown()


@pytest.mark.parametrize(
    ("ready", "refused"),
    [
        ("http:/health", None),
        ("http:/gone", "no status 200 from GET /gone (last: status 404)"),
        ("http", None),
        ("port", None),
    ],
)
def test_an_answer_is_what_was_asked_for(server, ready, refused):
    """Claim: a path must answer 200; without one any answer shows that the target is loaded, here a 500; a port only opens."""
    assert waited(server, ready) == refused


@pytest.mark.parametrize("ready", ["http", "http:/health", "port"])
def test_nobody_there_is_no_answer(ready):
    with socket.create_server(("127.0.0.1", 0)) as sock:
        address = sock.getsockname()
    assert "Connection refused)" in waited(address, ready)


def test_a_port_that_closes_at_once_is_not_open():
    """Claim: a door in front of the role accepts for it; nobody behind it is told by the end of the connection."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=lambda: door.accept()[0].close(), daemon=True).start()
        assert waited(door.getsockname(), "port") == "no open port (last: the connection was closed)"
