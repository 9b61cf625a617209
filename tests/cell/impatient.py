"""A server that keeps each connection, and closes a kept one just when something comes on it again."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler


class Impatient(BaseHTTPRequestHandler):
    """What every server may do to a connection that was idle: whoever sends on it then is not answered."""

    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        if self.__dict__.setdefault("used", False):
            self.rfile.peek(1)
            self.close_connection = True
            return
        self.used = True
        super().handle_one_request()
        self.close_connection = False  # whatever the client asked for
