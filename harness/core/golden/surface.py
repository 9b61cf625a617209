"""What is locked of a scenario beyond its credits: lines of text for each path, and what each phase changes of them.

The lines are written and read by the machine alone (harness.judge.surface.lines); people read them as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """The surface of a scenario before the first phase. `why` is why it was last accepted, `whys` why a path was, where that is
    another reason."""

    scenario: str
    why: str
    paths: Mapping[str, tuple[str, ...]]
    whys: Mapping[str, str] = field(default_factory=dict)

    def why_of(self, path: str) -> str:
        return self.whys.get(path, self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines that go and lines that come. `after` is the line before them, "" at the beginning; `at` is where that was."""

    at: int
    after: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What a phase changes of all surfaces, from the phase before it: cell ("orders/refund@manual") -> hunks. `why` is why
    it was last accepted, `whys` why a cell was, where that is another reason."""

    why: str = ""
    cells: Mapping[str, tuple[Hunk, ...]] = field(default_factory=dict)
    whys: Mapping[str, str] = field(default_factory=dict)

    def why_of(self, cell: str) -> str:
        return self.whys.get(cell, self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surfaces:
    """Every surface that is locked. A phase that has no entry in `deltas` has accepted none, and is not asked for them. `broken`
    says of a scenario, or of a phase by its number, why its file cannot be read."""

    base: Mapping[str, Locked] = field(default_factory=dict)
    deltas: Mapping[int, Delta] = field(default_factory=dict)
    broken: Mapping[str | int, str] = field(default_factory=dict)

    def why_not(self, phase: int) -> str:
        """Why nothing can be asked at a phase; "" when it can, or when it is to be told what is broken."""
        if self.broken:
            return ""
        if not self.base:
            return "no surface is locked: what happens beyond credits is compared with nothing"
        missing = [number for number in range(1, phase + 1) if number not in self.deltas]
        return f"no surface is locked at phase {missing[0]}" if missing else ""

    def of_worlds(self) -> bool:
        """Whether any varied world is locked."""
        return any("~" in path for locked in self.base.values() for path in locked.paths)

    def unreadable(self, scenario: str, phase: int) -> str:
        """What of it cannot be read that a scenario is held to at a phase; "" when all can."""
        return self.broken.get(scenario) or next((self.broken[n] for n in range(1, phase + 1) if n in self.broken), "")

    def at(self, scenario: str, path: str, phase: int) -> tuple[str, ...] | None:
        """The lines that are locked there; None where there are none. Raises StaleDelta."""
        locked = self.base.get(scenario)
        lines = None if locked is None else locked.paths.get(path)
        for number in range(1, phase + 1):
            changes = self.deltas[number].cells.get(f"{scenario}@{path}") if number in self.deltas else None
            if changes:
                lines = applied(lines or (), changes, number)
        return lines

    def there(self, scenario: str, path: str, phase: int) -> tuple[str, ...] | None:
        """As `at`; None also where a phase changes what is not there."""
        try:
            return self.at(scenario, path, phase)
        except StaleDelta:
            return None


class StaleDelta(Exception):
    """What a phase changes is not there any more."""

    def __init__(self, phase: int, line: str) -> None:
        super().__init__(f"phase {phase} changes a line that is not there any more: {line}")
        self.phase = phase


def hunks(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[Hunk, ...]:
    """What makes `after` of `before`."""
    found = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return tuple(
        Hunk(at=i, after=before[i - 1] if i else "", gone=before[i:j], come=after[k:m])
        for tag, i, j, k, m in found
        if tag != "equal"
    )


def applied(lines: tuple[str, ...], changes: tuple[Hunk, ...], phase: int = 0) -> tuple[str, ...]:
    """`lines` with each change made where it belongs: nearest to where it was. Raises StaleDelta."""
    made, taken, shift = list[str](), 0, 0
    for hunk in changes:
        places = [i for i in range(taken, len(lines) + 1 - len(hunk.gone)) if _fits(lines, i, hunk)]
        if not places:
            raise StaleDelta(phase, hunk.gone[0] if hunk.gone else hunk.after)
        place = min(places, key=lambda i: abs(i - hunk.at - shift))
        shift = place - hunk.at
        made += [*lines[taken:place], *hunk.come]
        taken = place + len(hunk.gone)
    return (*made, *lines[taken:])


def _fits(lines: tuple[str, ...], place: int, hunk: Hunk) -> bool:
    if lines[place : place + len(hunk.gone)] != hunk.gone:
        return False
    return bool(hunk.gone) or (lines[place - 1] if place else "") == hunk.after
