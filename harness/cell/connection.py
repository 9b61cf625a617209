"""How the harness connects to the target: directly, and anew for each request.

A server closes a connection that was idle (gunicorn after two seconds), and whoever uses it before that is known has sent a
request that nobody answers; on a busy machine two seconds are between any two.
"""

from __future__ import annotations

import requests


def direct() -> requests.Session:
    """A session without proxy and netrc, for the target is on loopback; its cookies last, its connections do not."""
    session = requests.Session()
    session.trust_env = False
    session.headers["Connection"] = "close"
    return session
