"""Everything that is wrong with a harness.toml, in one go: each with its line.

The file is read as every verb reads it. What it is refused for is told, taken out (of the value that was read, never of the file), and the
rest is read again, until nothing is refused: no second reader that could be of another opinion.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.backend import description
from harness.backend.shape import FORMAT
from harness.core.config import Config
from harness.core.errors import HarnessError

MOST = 50
"""Refusals after which the rest is not asked for."""
_ROOT = ("target", "root")
_NEEDED: Mapping[tuple[str, ...], Any] = {("format",): FORMAT, _ROOT: "."}
"""What cannot be taken out stands as this, so that the rest can be read."""
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_HEADER = re.compile(r"\s*\[+([^\]]+)\]")
_LACKS = re.compile(r" lacks '| needs one of | is empty$| has \w+ without | names no host")
"""What is said of a table that something was taken out of."""
_MEANT = re.compile(r"did you mean '([^']+)'\?")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`line` is 0 where no line can be named: what is missing stands nowhere."""

    line: int
    error: HarnessError


def read(path: Path) -> tuple[Config | None, tuple[Problem, ...]]:
    """The description without what is refused of it, None where nothing is left; and all that was refused, in the order of its lines."""
    try:
        raw = description.document(path)
    except HarnessError as error:
        said = re.search(r"at line (\d+)", error.message)
        return None, (Problem(line=int(said[1]) if said else 0, error=error),)
    text, found = path.read_text(encoding="utf-8"), []
    for _ in range(MOST):
        try:
            config = description.of_document(path, raw)
        except HarnessError as error:
            less, where = _without(path, raw, error)
            found.append(Problem(line=line_of(text, where) if where else 0, error=error))
            if less is None:
                return None, _sorted(found)
            raw = less
        else:
            return config, _sorted(found)
    return None, _sorted(found)


def _sorted(found: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(found, key=lambda one: one.line))


def _without(
    path: Path, raw: dict[str, Any], error: HarnessError
) -> tuple[dict[str, Any] | None, tuple[str, ...] | None]:
    """(the document without what was refused, its place); None for what no taking out helps."""
    named = [place for place in _places(raw) if re.search(rf"(?<!\w){re.escape(place[-1])}(?!\w)", error.message)]
    unknown = re.search(r"unknown key '([^']+)'", error.message)
    meant = _MEANT.fullmatch(error.hint) if unknown else None
    if unknown:
        named = [place for place in named if place[-1] == unknown[1]]

    def other(less: dict[str, Any]) -> bool:
        answer = _refusal(path, less)
        return answer is None or (
            answer.message != error.message and bool(unknown or not _LACKS.search(answer.message))
        )

    for place in sorted(named, key=len, reverse=True):
        if other(less := _less(raw, place, meant[1] if meant else "")):
            return less, place
    for place, value in _NEEDED.items():
        told = _with(raw, place, value)
        answer = _refusal(path, told)
        if told != raw and (answer is None or answer.message != error.message):
            return told, (place if _there(raw, place) else None)
    for place in sorted(_places(raw), key=len, reverse=True):
        if other(less := _less(raw, place, "")):
            return less, place
    return None, None


def _refusal(path: Path, raw: dict[str, Any]) -> HarnessError | None:
    try:
        description.of_document(path, raw)
    except HarnessError as error:
        return error
    return None


def _places(raw: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in raw.items() if isinstance(raw, dict) else ():
        yield (*before, key)
        yield from _places(value, (*before, key))


def _less(raw: dict[str, Any], place: Sequence[str], meant: str) -> dict[str, Any]:
    """Without what stands at `place`; where another key was `meant`, with it there."""
    made = copy.deepcopy(raw)
    inner = made
    for key in place[:-1]:
        inner = inner[key]
    value = inner.pop(place[-1])
    if meant:
        inner.setdefault(meant, value)
    return made


def _with(raw: dict[str, Any], place: Sequence[str], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(raw)
    inner = made
    for key in place[:-1]:
        if not isinstance(inner.get(key), dict):
            inner[key] = {}
        inner = inner[key]
    inner[place[-1]] = value
    if place == _ROOT:
        inner.setdefault("manage", ["{python}", "manage.py"])
    return made


def _there(raw: Any, place: Sequence[str]) -> bool:
    for key in place:
        if not isinstance(raw, dict) or key not in raw:
            return False
        raw = raw[key]
    return True


def line_of(text: str, place: Sequence[str]) -> int:
    """The line at which the value of `place` begins, or of what it stands in; 0 where no line says it."""
    best, at, header = 0, 0, ()
    for number, line in enumerate(text.splitlines(), 1):
        if opened := _HEADER.match(line):
            header, key = _parts(opened[1]), ()
        elif written := _KEY.match(line):
            key = _parts(written[1])
        else:
            continue
        full = (*header, *key)
        deep = (
            len(full) if tuple(place[: len(full)]) == full else len(place) if full[: len(place)] == tuple(place) else 0
        )
        if deep > best:
            best, at = deep, number
    return at


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(next(filter(None, match.groups()), "") for match in _PART.finditer(dotted))
