"""A finding with what a run showed of it, and the charges that answer the plan's question of calculations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.core.counts import count
from harness.core.history import UsageRow
from harness.core.ledger import Amount
from harness.core.verdict import Status, Verdict
from harness.jobs.checklist.values import concluded, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One finding, or the answer to one of the plan's issues. `issue` is the plan's number, None where it has none.

    `state` is one line of what came of it; `shown` maps each cell to the lines that the run showed; `goldens` are the
    files that lock it as known wrong; `ends` says which phase ends it.
    """

    id: str
    title: str
    status: Status
    state: str
    issue: int | None = None
    laws: tuple[str, ...] = ()
    why: str = ""
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    goldens: tuple[str, ...] = ()
    ends: str = ""
    repeat: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One usage log with the tasks that ran in its cell: the route by which it was charged."""

    cell: str
    route: tuple[str, ...]
    log: UsageRow
    due: Amount | None
    """Credits by the rate card; None where it has no rule."""

    @property
    def tokens(self) -> int:
        return self.log.token_total

    def __str__(self) -> str:
        what = f"{self.tokens} tokens" if self.tokens else f"{self.log.units} by {self.log.model}"
        return f"{self.log.operation} {what} = {count(self.log.credits, 'credit')} ({self.cell})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What one run showed, the plan's issues first. `broken` are the verdicts on the run as a whole that did not pass."""

    phase: int
    run: Path
    entries: tuple[Entry, ...]
    broken: tuple[Verdict, ...] = ()

    @property
    def counts(self) -> dict[Status, int]:
        return counted(entry.status for entry in self.entries)

    @property
    def status(self) -> Status:
        return concluded(self.counts, self.broken)
