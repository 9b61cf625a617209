"""Labels and names of what a run creates in the engine, and whether the harness that made it still lives."""

from __future__ import annotations

import json
import os
import secrets
import socket
from pathlib import Path

RUN = "io.igny8.harness.run"
"""Label of everything that goes when the run ends: containers, networks, volumes. Its value is the run's id."""
OWNER = "io.igny8.harness.owner"
"""Label: which process made it, as JSON [host, boot id, pid, start time in clock ticks]."""
IMAGE = "io.igny8.harness.image"
"""Label of images, which stay between runs: base, wheels or stack."""
PREFIX = "igny8-"


def new_run() -> str:
    return secrets.token_hex(4)


def labels(run: str) -> dict[str, str]:
    return {RUN: run, OWNER: json.dumps([*_machine(), os.getpid(), _start_time(os.getpid())])}


def orphaned(owner: str) -> bool:
    """Whether the process that `owner` names is of this machine and has ended. Another machine's is never judged."""
    try:
        host, boot, pid, start = json.loads(owner)
    except ValueError:
        return False
    own_host, own_boot = _machine()
    if host != own_host:
        return False
    return boot != own_boot or _start_time(pid) != start


def _machine() -> tuple[str, str]:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot = ""
    return socket.gethostname(), boot


def _start_time(pid: int) -> int:
    """A pid is used again; a pid with its start time is not. 0 when there is no such process."""
    try:
        words = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if words[0] in "ZX" else int(words[19])
