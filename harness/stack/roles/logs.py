"""What the roles print, as lines with a level: one file a role, read from a mark onwards.

Whatever the format is: a level is found where formats have it (after a time, in brackets, in JSON), and a traceback wherever it stands:
with the record that it belongs to, or printed by itself.
"""

from __future__ import annotations

import json
import os
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
    # any other: times, numbers and brackets in front of the level
    re.compile(rf"^(?P<logger>)(?:[\s\d:.,TZ+/|-]|\[[^\]]*\])*(?:\[|\|)?\s*(?P<level>{_LEVELS}|WARN|FATAL)\b\]?[\s:|/-]+(?P<message>.*)$"),
)  # fmt: skip
_NAMES = {"WARN": "WARNING", "FATAL": "CRITICAL"}
_JSON_LEVEL, _JSON_LOGGER = ("level", "levelname", "severity", "log.level"), ("logger", "name", "log.logger")
_JSON_MESSAGE, _JSON_TRACEBACK = (
    ("message", "msg", "event"),
    ("exc_info", "exception", "traceback", "stack_trace", "error.stack_trace"),
)
TRACEBACK = "Traceback (most recent call last)"
_OWN = ("WARNING", "ERROR", "CRITICAL")
"""Records of these levels have a traceback of their own; one that follows another record was printed by itself."""
_FRAME = re.compile(r'^\s*(?:\|\s*)?File "(?P<file>[^"]+)", line \d+, in (?P<name>.+)$')
_ERROR = re.compile(r"^(?:\s*\|\s*)?(?P<type>[A-Za-z_][\w.]*)(?::|$)")
_FOREIGN = re.compile(r"/(?:site|dist)-packages/|/lib/python3|^<")
"""Files that are not the target's own."""


def mark(folder: Path) -> dict[str, int]:
    """Where each log ends now."""
    return {path.name: path.stat().st_size for path in sorted(folder.glob("*.log"))}


def since(folder: Path, start: Mark, root: str = "") -> list[LogLine]:
    """Every line written after `start`, role by role; what follows without a form of its own (a traceback) is joined on. `root` is
    where the target's code stands."""
    return [
        _whole(line, root) for path in sorted(folder.glob("*.log")) for line in _lines(path, start.get(path.name, 0))
    ]


def _lines(path: Path, start: int) -> Iterator[LogLine]:
    with path.open("rb") as file:
        file.seek(start)
        text = file.read().decode("utf-8", "replace")
    current: dict[str, str] | None = None
    for line in text.splitlines():
        found = _read(line)
        alone = line.lstrip(" |+").startswith(TRACEBACK) and (current is None or _ends(current))
        if found is None and current is not None and not alone:
            current["message"] += "\n" + line
            continue
        if current is not None:
            yield LogLine(role=path.stem, **current)
        current = found or {"level": "", "logger": "", "message": line}
    if current is not None:
        yield LogLine(role=path.stem, **current)


def _ends(record: Mapping[str, str]) -> bool:
    """Whether a traceback that follows is none of this record's: it has no level that has one, or is one itself and over."""
    return record["level"] not in _OWN and TRACEBACK not in record["message"]


def _read(line: str) -> dict[str, str] | None:
    """A line with a form of its own."""
    if line.startswith("{"):
        return _json(line)
    found = next((match for form in _FORMS if (match := form.match(line))), None)
    if found is None:
        return None
    fields = found.groupdict()
    return {**fields, "level": _NAMES.get(fields["level"], fields["level"])}


def _json(line: str) -> dict[str, str] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    level, logger, message, traceback = (
        next((str(said[name]) for name in names if said.get(name)), "")
        for names in (_JSON_LEVEL, _JSON_LOGGER, _JSON_MESSAGE, _JSON_TRACEBACK)
    )
    level = _NAMES.get(level.upper(), level.upper())
    if level not in _LEVELS.split("|"):
        return None
    return {
        "level": level,
        "logger": logger,
        "message": f"{message}\n{traceback}" if TRACEBACK in traceback else message,
    }


def _whole(line: LogLine, root: str) -> LogLine:
    """With the exception of its last traceback, and the last frame of it in the target's code."""
    if TRACEBACK not in line.message:
        return line
    frames, kind = [], ""
    for text in line.message[line.message.rindex(TRACEBACK) :].split("\n")[1:]:
        if frame := _FRAME.match(text):
            frames.append(frame)
        elif frames and not text.startswith("  ") and (error := _ERROR.match(text)):
            kind = error["type"]
            break
    own = [one for one in frames if not _FOREIGN.search(one["file"])]
    where = f"{_within(own[-1]['file'], root)} {own[-1]['name']}" if own else ""
    return LogLine(
        role=line.role,
        level=line.level,
        logger=line.logger,
        message=line.message,
        exception=kind or "unknown",
        where=where,
    )


def _within(file: str, root: str) -> str:
    """`file` from `root` on, also where the root was written by way of another folder or a link."""
    for folder in {root, os.path.realpath(root)} if root else ():
        if file.startswith(folder.rstrip("/") + "/"):
            return file[len(folder.rstrip("/")) + 1 :]
    return file
