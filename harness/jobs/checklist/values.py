"""The plan's tables as they are written, and what a run showed of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.core.verdict import ANSWERS, Status, Verdict

PLAN = "checklist.toml"
"""The file of the plan's text, among the contracts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the plan, word for word, and what its usage logs must show; keys as in contracts/checklist.toml."""

    section: str
    words: tuple[str, ...]
    operations: tuple[str, ...] = ()
    credits_each: int | None = None
    since: int = 0
    accounts: int = 0

    @property
    def name(self) -> str:
        return self.words[0]

    @property
    def claim(self) -> str:
        """What a scenario's `plan` says to stand for this row."""
        return f"{self.section}: {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table of the plan. `unknown` says why none of its rows can be known, "" where they can."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One of the plan's potential issues. `finds` are the declared findings that answer it; `calculations` says that
    the charges of a run answer it."""

    number: int
    title: str
    finds: tuple[str, ...] = ()
    calculations: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanText:
    """contracts/checklist.toml. `tests` are the plan's integration tests as "Class.test", all of `module`."""

    sections: tuple[Section, ...]
    issues: tuple[Issue, ...]
    module: str
    tests: tuple[str, ...]
    criteria: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one cell showed of a row. `changed` are its changed rows, `calls` counts provider calls by route."""

    cell: str
    status: Status
    repeat: str
    credits: str = ""
    changed: tuple[str, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A row with all that was seen of it; `why` says what is missing where nothing was."""

    row: Row
    status: Status
    seen: tuple[Seen, ...] = ()
    why: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        return (self.why,) if self.why else tuple(note for seen in self.seen for note in seen.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """The plan's tables, filled in from one run. `filled` maps a section's id to its rows; `broken` are the verdicts on the
    run as a whole that did not pass: what it shows of its cells is not all that it should show."""

    phase: int
    run: Path
    sections: tuple[Section, ...]
    filled: Mapping[str, tuple[Filled, ...]]
    broken: tuple[Verdict, ...] = ()

    @property
    def counts(self) -> dict[Status, int]:
        return counted(row.status for rows in self.filled.values() for row in rows)

    @property
    def status(self) -> Status:
        return concluded(self.counts, self.broken)


def counted(found: Iterable[Status]) -> dict[Status, int]:
    told = Counter(found)
    return {status: told[status] for status in ANSWERS}


def concluded(counts: Mapping[Status, int], broken: Sequence[Verdict]) -> Status:
    """Fail where one failed; else unknown where one is unknown, or where something is amiss with the run as a whole."""
    if counts[Status.FAIL]:
        return Status.FAIL
    return Status.UNKNOWN if counts[Status.UNKNOWN] or broken else Status.PASS
