"""The target's application in its own process: no server in front of it, and a transaction around it that leaves nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction


def application() -> Any:
    """The target's WSGI application. As Django's own test client does: a request must not close the connection, whose
    transaction holds the state."""
    found = get_wsgi_application()
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    return found


def environ(url: str, method: str, headers: Mapping[str, str], extra: Mapping[str, Any]) -> dict[str, Any]:
    """A request as a server would hand it over; `headers` say who asks."""
    parts = urlsplit(url)
    own = {f"HTTP_{name.upper().replace('-', '_')}": text.encode().decode("latin-1") for name, text in headers.items()}
    return {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": parts.path, "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1", "HTTP_ACCEPT": "application/json", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b""), "wsgi.errors": io.StringIO(), "wsgi.multithread": False,
        "wsgi.multiprocess": False, "wsgi.run_once": False, "CONTENT_LENGTH": "0", **own, **extra,
    }  # fmt: skip


class rolled_back:
    """A transaction that leaves nothing, whatever happens in it; within another one, a savepoint."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)
