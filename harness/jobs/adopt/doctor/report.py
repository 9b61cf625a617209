"""What was found, as lines and as JSON: what is wrong first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from harness.core.counts import count
from harness.jobs.adopt.doctor.values import Found, Level


def lines(found: Sequence[Found]) -> Iterator[str]:
    """A line of what and a line of what to do for each; what is fine in one line a part."""
    for level in (Level.WRONG, Level.NOTE):
        for one in (one for one in found if one.level is level):
            where = f"{one.part}:{one.line}" if one.line else one.part
            yield f"{level:<6}{where}: {' '.join(one.what.split())}"
            if one.mend:
                yield f"      -> {' '.join(one.mend.split())}"
    for part in dict.fromkeys(one.part for one in found if one.level is Level.FINE):
        yield f"fine  {part}: {'; '.join(one.what for one in found if one.part == part and one.level is Level.FINE)}"
    yield ""
    yield verdict(found)


def verdict(found: Sequence[Found]) -> str:
    bad, notes = (sum(one.level is level for one in found) for level in (Level.WRONG, Level.NOTE))
    also = f", {count(notes, 'note')}" if notes else ""
    if bad:
        return f"{count(bad, 'thing')} wrong{also}: no run can be believed before {'it is' if bad == 1 else 'they are'} mended"
    return f"nothing is wrong{also}: a run can be believed"


def document(found: Sequence[Found]) -> dict[str, Any]:
    """{"believable", "found": [{"part", "level", "what", "mend", "line", "code"}]}"""
    return {
        "believable": not any(one.level is Level.WRONG for one in found),
        "found": [{**asdict(one), "level": str(one.level)} for one in found],
    }
