"""How the harness connects to the target: directly, and anew for each request.

A server closes a connection that was idle (gunicorn after two seconds), and whoever uses it before that is known has sent a
request that nobody answers; on a busy machine two seconds are between any two. That a request says "Connection: close" does
not help where the server closes without saying so: the client itself has to let go.
"""

from __future__ import annotations

from typing import Any

import requests


class Direct(requests.Session):
    """Without proxy and netrc, for the target is on loopback; its cookies last (until a cell begins), its connections end with the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Connection"] = "close"

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        try:
            return super().send(request, **options)
        finally:
            for adapter in self.adapters.values():
                adapter.close()
