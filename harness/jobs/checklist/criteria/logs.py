"""Reading a week of logs: files of a folder, rotated ones too, and what docker keeps of a container."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.core.errors import HarnessError
from harness.jobs.checklist.criteria.judge import LogSeen, read_log


def read_logs(folder: Path | None, containers: Sequence[str]) -> dict[str, LogSeen]:
    """Log name -> what it said. Rotated files (web.log, web.log.1, web.log.2.gz) are one log. Raises logs-missing,
    docker-logs."""
    seen: dict[str, LogSeen] = {}
    if folder is not None:
        files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
        files = [path for path in files if ".log" in path.name]
        if not files:
            raise HarnessError(f"no logs in {folder}", hint="name a folder with *.log files", code="logs-missing")
        for path in files:
            name = str(path.relative_to(folder).with_name(path.name.partition(".log")[0]))
            seen[name] = read_log(_lines(path), seen.get(name))
    for name in containers:
        seen[name] = _docker(name)
    return seen


def _lines(path: Path) -> Iterator[str]:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8", errors="replace") as packed:
                yield from packed
        else:
            with path.open(encoding="utf-8", errors="replace") as plain:
                yield from plain
    except (OSError, EOFError) as error:
        raise HarnessError(f"cannot read {path}: {error}", hint="logs must be readable", code="logs-missing") from None


def _docker(name: str) -> LogSeen:
    try:
        process = subprocess.Popen(
            ["docker", "logs", "--timestamps", name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
    except OSError as error:
        raise HarnessError(
            f"docker cannot be started: {error.strerror}", hint="give a folder of logs: --logs DIR", code="docker-logs"
        ) from None
    assert process.stdout is not None
    last = ""

    def lines() -> Iterator[str]:
        nonlocal last
        for line in process.stdout or ():
            last = line.strip() or last
            yield line

    seen = read_log(lines())
    if process.wait():
        raise HarnessError(
            f"docker logs {name} failed: {last[:200]}", hint="docker ps -a lists the containers", code="docker-logs"
        )
    return seen
