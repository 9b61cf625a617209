"""Finding: a defect of the target that a run proved, declared as data so that it is locked and not forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect of the target.

    `laws` maps the name of each checker that it breaks ("law-5") to the phrases that its failure must contain: every
    line of the failure holds one of them, and each phrase is seen. Anything else is not this finding, so it fails.
    `scenarios` names where it shows, as "orders/refund", "orders/refund@manual", or in a varied world alone "orders/refund@manual~read". From
    `ends_at_phase` on the laws must hold; None while no phase mends it. `evidence` says what the run showed.
    `with_workers` is for the finding of lost deductions: with so many workers it can show in any scenario in which one
    account pays for tasks that overlap (harness.judge.overlap); None for all others.
    """

    id: str
    title: str
    laws: Mapping[str, tuple[str, ...]]
    scenarios: tuple[str, ...]
    evidence: str
    ends_at_phase: int | None = None
    with_workers: int | None = None

    def open_at(self, phase: int) -> bool:
        """Whether no phase up to `phase` has ended it."""
        return self.ends_at_phase is None or phase < self.ends_at_phase

    def shows_at(self, cell: str, phase: int) -> bool:
        """Whether this finding is expected in `cell` ("scenario@path") at `phase`."""
        return self.open_at(phase) and (cell in self.scenarios or cell.partition("@")[0] in self.scenarios)

    def shows_with(self, workers: int, phase: int) -> bool:
        """Whether it may show in any cell of a run with so many workers at `phase`."""
        return self.with_workers is not None and workers >= self.with_workers and self.open_at(phase)


FINDINGS: dict[str, Finding] = {}
"""The findings of the process, id -> Finding: filled from scenarios/findings.toml by harness.store.findings."""
