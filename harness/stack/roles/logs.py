"""What the roles print, as lines with a level: one file a role, read from a mark onwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.core.history import LogLine

Mark = Mapping[str, int]
"""Log file name -> bytes that were there."""

_LEVELS = "DEBUG|INFO|WARNING|ERROR|CRITICAL"
_FORMS = (
    # 2026-01-04 06:00:00,123 WARNING shop.orders message
    re.compile(rf"^\d{{4}}-\d\d-\d\d[ T][\d:.,]+ (?P<level>{_LEVELS}) (?P<logger>\S+) (?P<message>.*)$"),
    # [2026-01-04 06:00:00,123: INFO/ForkPoolWorker-1] message
    re.compile(rf"^\[[^\]]*?: (?P<level>{_LEVELS})/(?P<logger>[^\]]+)\] (?P<message>.*)$"),
    # [2026-01-04 06:00:00 +0000] [123] [INFO] message
    re.compile(rf"^\[[^\]]+\] \[(?P<logger>\d+)\] \[(?P<level>{_LEVELS})\] (?P<message>.*)$"),
    re.compile(rf"^(?P<level>{_LEVELS}):(?P<logger>[^:]*):(?P<message>.*)$"),
)


def mark(folder: Path) -> dict[str, int]:
    """Where each log ends now."""
    return {path.name: path.stat().st_size for path in sorted(folder.glob("*.log"))}


def since(folder: Path, start: Mark) -> list[LogLine]:
    """Every line written after `start`, role by role; what follows without a form of its own (a traceback) is joined on."""
    return [line for path in sorted(folder.glob("*.log")) for line in _lines(path, start.get(path.name, 0))]


def _lines(path: Path, start: int) -> Iterator[LogLine]:
    with path.open("rb") as file:
        file.seek(start)
        text = file.read().decode("utf-8", "replace")
    current: dict[str, str] | None = None
    for line in text.splitlines():
        found = next((match for form in _FORMS if (match := form.match(line))), None)
        if found is None and current is not None:
            current["message"] += "\n" + line
            continue
        if current is not None:
            yield LogLine(role=path.stem, **current)
        current = found.groupdict() if found else {"level": "", "logger": "", "message": line}
    if current is not None:
        yield LogLine(role=path.stem, **current)
