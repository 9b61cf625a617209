"""What the caller's shell has no say in: how a stack finds its servers, and who may read what it makes.

libpq obeys PG* wherever a connection says nothing of its own, and clients of HTTP obey proxies: neither leads anywhere on an island. A
umask that hides what is made from others hides the database's folder from the user that PostgreSQL runs as.
"""

from __future__ import annotations

import os
import re

OF_THE_CALLER = re.compile(
    r"PG[A-Z_0-9]+|(?:https?|all|ftp|no|ws|wss)_proxy|(?:SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NETRC)",
    re.I,
)
"""Variables by which libraries are led elsewhere: PostgreSQL's, proxies, and whose certificates are trusted."""
UMASK = 0o022
OF_TOOLS = re.compile(
    r"PATH|XDG_CACHE_HOME|LANG|LC_[A-Z]+|TZ|TERM|COLORTERM|COLUMNS|LINES|(?:NO|FORCE|PY)_COLORS?|LD_LIBRARY_PATH|VIRTUAL_ENV|PYTHON[A-Z_]*|"
    r"(?:PYTEST|COV|COVERAGE|HYPOTHESIS|PYDEVD|DEBUGPY|PYCHARM|HARNESS)_[A-Z0-9_]*|DJANGO_(?:SETTINGS_MODULE|CONFIGURATION)"
)
"""Variables by which a test runner, a debugger and Python itself are told what to do: none of them is a key."""


def forget_keys() -> None:
    """The environment of this process keeps OF_TOOLS alone: what else a developer's shell holds is no business of a target in it."""
    for name in [name for name in os.environ if not OF_TOOLS.fullmatch(name)]:
        del os.environ[name]


def forget() -> None:
    """This process, and whatever it starts, obeys none of it. Whoever calls it in a process that goes on afterwards puts the environment back."""
    for name in [name for name in os.environ if OF_THE_CALLER.fullmatch(name)]:
        del os.environ[name]
    os.umask(UMASK)
