"""Requests to the target: without a server, by an adapter that calls the WSGI application in the caller's thread; or, for
hand work, with Django's own threaded one."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from harness.core.errors import StackError
from harness.stack.inprocess import voices

BASE_URL = "http://127.0.0.1:8000"
"""What the target is told its address is; nothing listens there."""


def session(application: Callable[..., Any]) -> requests.Session:
    """A session whose requests to BASE_URL the application answers; every other URL is refused."""
    made = requests.Session()
    made.trust_env = False
    made.adapters.clear()
    made.mount(BASE_URL, WsgiAdapter(application))
    return made


class WsgiAdapter(HTTPAdapter):
    """`requests` in, PEP 3333 out. An exception of the application is a connection error, as a server's would be."""

    def __init__(self, application: Callable[..., Any]) -> None:
        super().__init__()
        self.application = application

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        told: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], info: Any = None) -> Callable[[bytes], None]:
            told.update(status=status, headers=headers)
            return body.write

        body = io.BytesIO()
        with voices.speaking("web"):
            try:
                parts = self.application(environ(request), start_response)
                try:
                    for part in parts:
                        body.write(part)
                finally:
                    if hasattr(parts, "close"):
                        parts.close()
                if not told:
                    raise RuntimeError("the application never called start_response")
            except (Exception, SystemExit) as error:  # a server's process would have ended
                raise requests.ConnectionError(f"{type(error).__name__}: {error}", request=request) from error
        code, _, reason = told["status"].partition(" ")
        body.seek(0)
        raw = HTTPResponse(
            body=body, headers=told["headers"], status=int(code), reason=reason, preload_content=False, version=11
        )
        return self.build_response(request, raw)


@contextmanager
def served(application: Callable[..., Any], address: tuple[str, int]) -> Iterator[None]:
    """Within, the application answers on `address`. Raises StackError port-in-use."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    def spoken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        with voices.speaking("web"):
            return application(environ, start_response)

    try:
        server = ThreadedWSGIServer(address, WSGIRequestHandler)
    except OSError as error:
        raise StackError(
            f"the target cannot be served on {address[0]}:{address[1]}: {error.strerror}",
            hint="stop what listens there",
            code="port-in-use",
        ) from None
    server.daemon_threads = True
    server.set_app(spoken)
    thread = threading.Thread(target=server.serve_forever, name="web", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def environ(request: requests.PreparedRequest) -> dict[str, Any]:
    """The request as PEP 3333 asks for it."""
    url = urlsplit(request.url or "")
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    made = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(url.path or "/").decode("latin-1"),
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": url.netloc,
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        if key == "CONTENT_TYPE":
            made[key] = text
        elif key != "CONTENT_LENGTH":
            made[f"HTTP_{key}"] = text
    return made
