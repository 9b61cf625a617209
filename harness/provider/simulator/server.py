"""The simulator behind HTTPS: for a host nobody else listens on, with a certificate for any name that is asked for."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trustme

from harness.core.cassette import RecordedRequest, RecordedResponse
from harness.core.errors import HarnessError
from harness.provider.profiles import Profile
from harness.provider.simulator.answer import NOTHING, answer
from harness.provider.simulator.answers import Answers
from harness.provider.simulator.wire import ERROR_HEADER, compact, respond

BODY_LIMIT_BYTES = 32 * 1024 * 1024
IDLE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A simulator that answers: its address, and the file with the one CA that signed its certificates."""

    host: str
    port: int
    ca: Path


@contextmanager
def serving(
    listen: tuple[str, int],
    ca_file: Path,
    *,
    seed: int = 0,
    answers: Answers = NOTHING,
    declared: Mapping[str, Profile] | None = None,
) -> Iterator[Running]:
    """Serve in a thread of this process until the block ends. Port 0 chooses a free one. What cannot be answered is answered
    with status 501 and ERROR_HEADER.

    Errors: simulator-listen when the address cannot be taken.
    """
    say = partial(answer, seed=seed, answers=answers, declared=declared)
    handler = type("Handler", (_Handler,), {"say": staticmethod(say)})
    try:
        server = _Server(listen, handler)
    except OSError as error:
        raise HarnessError(
            f"the simulator cannot listen on {listen[0]}:{listen[1]}: {error.strerror or error}",
            hint="choose another address with --listen HOST:PORT, or stop what holds it",
            code="simulator-listen",
        ) from error
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca_file))
    server.tls = _tls(authority)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Running(host=server.server_address[0], port=server.server_address[1], ca=ca_file)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _tls(authority: trustme.CA) -> ssl.SSLContext:
    contexts: dict[str, ssl.SSLContext] = {}
    lock = threading.Lock()

    def context_for(name: str) -> ssl.SSLContext:
        with lock:
            if name not in contexts:
                contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                authority.issue_cert(name).configure_cert(contexts[name])
            return contexts[name]

    def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        if name:
            connection.context = context_for(name)

    default = context_for("localhost")
    default.sni_callback = choose
    return default


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tls: ssl.SSLContext

    def finish_request(self, request: socket.socket, client_address: object) -> None:
        # the handshake belongs to the connection's own thread: a slow client must not stop the others
        request.settimeout(IDLE_S)
        with suppress(ssl.SSLError, OSError), self.tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    say: Callable[[RecordedRequest], RecordedResponse]

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "0")
        if self.headers.get("transfer-encoding") or not length.isdigit() or int(length) > BODY_LIMIT_BYTES:
            self.close_connection = True
            self.send_error(411 if not length.isdigit() or self.headers.get("transfer-encoding") else 413)
            return
        target = urlsplit(self.path)
        host = self.headers.get("host", "localhost")
        headers: dict[str, tuple[str, ...]] = {}
        for name, value in self.headers.items():
            headers[name] = (*headers.get(name, ()), value)
        uri = f"https://{host}{target.path}" + (f"?{target.query}" if target.query else "")
        request = RecordedRequest(method=self.command, uri=uri, headers=headers, body=self.rfile.read(int(length)))
        try:
            response = self.say(request)
        except HarnessError as error:
            body = compact(error.document()).encode()
            response = respond(501, body, {"Content-Type": "application/json", ERROR_HEADER: error.code})
        self.send_response_only(response.status, response.reason)
        for name, values in response.headers.items():
            for value in values:
                self.send_header(name, value)
        if response.headers.get("Content-Type", ("",))[0].startswith("text/event-stream"):
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for frame in response.body.split(b"\n\n")[:-1]:
                self.wfile.write(b"%x\r\n%s\n\n\r\n" % (len(frame) + 2, frame))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)
        self.wfile.flush()

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Requests are the recorder's to show; nothing goes to stderr."""


def ready_line(running: Running) -> str:
    return json.dumps({"ready": f"{running.host}:{running.port}", "ca": str(running.ca)})
