"""What was found, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.core.errors import HarnessError


class Level(StrEnum):
    """`WRONG`: no run can be believed until it is mended. `NOTE`: a run can be, and says less than it could. `FINE`: looked at."""

    WRONG = "wrong"
    NOTE = "note"
    FINE = "fine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that was looked at. `part` is where it belongs ("machine", "harness.toml", "target", "stack", "scenarios"), `mend` one
    line of what to do, `line` the line of harness.toml (0: none), `code` the one that a run would end with, where it would."""

    part: str
    level: Level
    what: str
    mend: str = ""
    line: int = 0
    code: str = ""


def wrong(part: str, what: str, mend: str, *, line: int = 0, code: str = "") -> Found:
    return Found(part=part, level=Level.WRONG, what=what, mend=mend, line=line, code=code)


def note(part: str, what: str, mend: str) -> Found:
    return Found(part=part, level=Level.NOTE, what=what, mend=mend)


def fine(part: str, what: str) -> Found:
    return Found(part=part, level=Level.FINE, what=what)


def refused(part: str, error: HarnessError) -> Found:
    """What a run would end with."""
    return wrong(part, error.message, error.hint, code=error.code)


def once(found: Iterable[Found]) -> Iterator[Found]:
    """Each once: what two looks come upon is one thing to mend."""
    told = set[tuple[str, str]]()
    for one in found:
        if (one.level, one.what) not in told:
            told.add((one.level, one.what))
            yield one
