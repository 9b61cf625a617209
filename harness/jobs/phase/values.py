"""What a phase's run has shown so far, and the scenarios whose rows it meets, shared by its way there (run.py) and back (back.py)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from harness.core.errors import HarnessError
from harness.core.phase import Phase
from harness.core.scenario import Scenario
from harness.core.schema import Rows
from harness.core.verdict import Status, Verdict, worst

PREFIX = "migration/"
"""Scenarios that leave rows for a phase, and are no part of what is driven at it."""
LIVED_IN, STILL_LIVING, QUEUED = f"{PREFIX}lived_in", f"{PREFIX}still_living", f"{PREFIX}queued"
"""Before it; under it; and a task that is queued under it and not served."""


@dataclass(slots=True, kw_only=True)
class PhaseRun:
    """What came of one phase: its own verdicts, those of the scenarios at N and again at N-1, and where time went."""

    phase: Phase
    verdicts: list[Verdict] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    cells: int = 0
    whole: bool = True
    """Whether every scenario was driven; False with --only."""
    kept: Rows = field(default_factory=dict)
    """Every row as the code of the phase before left it."""
    written: tuple[str, ...] = ()
    """What the migration made of them (accounted.lines_of)."""
    undo: Mapping[str, str] = field(default_factory=dict)
    """App -> the migration that it was at before the phase, "zero" for none: of apps that the phase's own migrations are of."""

    @property
    def failed(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.status.bad)

    @property
    def status(self) -> Status:
        return worst(self.verdicts)


@contextmanager
def part(run: PhaseRun, name: str) -> Iterator[None]:
    """Time one part of the run."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        run.seconds[name] = run.seconds.get(name, 0.0) + time.perf_counter() - begun


def scenario_of(scenarios: Mapping[str, Scenario], name: str) -> Scenario:
    """One of the scenarios that leave rows. Raises phase-scenario."""
    if name not in scenarios:
        raise HarnessError(
            f"there is no scenario {name}, and a phase is proved on what it leaves",
            hint=f"write {LIVED_IN}, {STILL_LIVING} and {QUEUED}: docs/formats.md, phase.toml",
            code="phase-scenario",
        )
    return scenarios[name]


def silent(kind: str, fields: Mapping[str, Any]) -> None:
    """Events of cells that only leave rows behind."""
