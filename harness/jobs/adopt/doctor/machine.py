"""The machine: what a run needs of it, whatever the backend is."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import HarnessError
from harness.jobs.adopt.doctor.values import Found, fine, note, refused, wrong
from harness.stack.broker import valkey
from harness.stack.database import postgres
from harness.store import cache

PART = "machine"
NEEDED_BYTES, WANTED_BYTES = 512 << 20, 2 << 30
LIBPQ = ("PGSERVICE", "PGSERVICEFILE", "PGSSLMODE", "PGOPTIONS", "PGTARGETSESSIONATTRS", "PGSYSCONFDIR")
"""What every client made of libpq reads beside the address that it is given: the harness's own is one."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
LOADED = ("LD_PRELOAD", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONOPTIMIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is asked of the machine. `umask` is the one that this process began with; `free` maps a folder to its free bytes."""

    platform: str
    environment: Mapping[str, str]
    umask: int
    root: bool
    now: float
    free: Mapping[Path, int]
    cache: Path
    newest: float
    """When the newest of the files was written that nobody can have written later than now; seconds since the epoch."""


def facts(project: Path) -> Facts:
    """As they are now; `project` is the folder of harness.toml."""
    umask = os.umask(0o022)
    os.umask(umask)
    kept = cache.folder(project)
    memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/tmp")
    known = [path for path in (project / "harness.toml", Path(__file__)) if path.is_file()]
    return Facts(
        platform=sys.platform,
        environment=dict(os.environ),
        umask=umask,
        root=os.geteuid() == 0,
        now=time.time(),
        free={path: shutil.disk_usage(path).free for path in (memory, kept, project) if path.is_dir()},
        cache=kept,
        newest=max((path.stat().st_mtime for path in known), default=0.0),
    )


def looked(of: Facts) -> Iterator[Found]:
    yield fine(PART, f"Python {sys.version.split()[0]}")
    if of.platform != "linux":
        yield note(PART, f"this is {of.platform}: PostgreSQL and Valkey have no wheels here", "use --tier docker, which needs an engine alone")  # fmt: skip
    else:
        yield from _servers()
    yield from _said(of)
    yield from _room(of)
    if of.now < of.newest - 86_400:
        yield wrong(PART, f"the clock says {time.strftime('%Y-%m-%d', time.gmtime(of.now))}, and files here are newer: certificates will not be valid", "set the clock: date -s, or timedatectl set-ntp true")  # fmt: skip
    if of.umask & (0o711 if of.root else 0o700):
        who = "PostgreSQL, which does not run as root, cannot enter its folder" if of.root else "the harness cannot read what it writes"  # fmt: skip
        yield wrong(PART, f"the umask is {of.umask:03o}: {who}", "umask 022, in the shell that starts the harness")


def _servers() -> Iterator[Found]:
    for name, look in (("PostgreSQL", postgres.wheel), ("Valkey", valkey.find)):
        try:
            look()
        except HarnessError as error:
            yield refused(PART, error)
        else:
            yield fine(PART, name)


def _said(of: Facts) -> Iterator[Found]:
    said = of.environment
    if there := [name for name in LIBPQ if said.get(name)]:
        yield wrong(PART, f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} set: every client of PostgreSQL obeys it, the harness's own too", f"unset {' '.join(there)}")  # fmt: skip
    if there := [name for name in LOADED if said.get(name)]:
        yield note(PART, f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} set: the harness is not as it was tested", f"unset {' '.join(there)}")  # fmt: skip
    if there := [name for name in PROXIES if said.get(name)]:
        yield note(PART, f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} set: packages are installed through it; nothing of it reaches the backend", "nothing to do")  # fmt: skip


def _room(of: Facts) -> Iterator[Found]:
    for path, free in of.free.items():
        if free < NEEDED_BYTES:
            yield wrong(PART, f"{path} has {free >> 20} MiB free, and a run needs {NEEDED_BYTES >> 20}", f"make room in {path}")  # fmt: skip
        elif free < WANTED_BYTES and path == of.cache:
            yield note(PART, f"{path} has {free >> 20} MiB free: a prepared database takes some 50, an environment some 300", f"make room in {path}")  # fmt: skip
    if not os.access(of.cache, os.W_OK):
        yield note(PART, f"{of.cache} cannot be written: every run prepares its database anew", "set XDG_CACHE_HOME to a folder that can")  # fmt: skip
