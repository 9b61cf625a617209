"""Finding: a defect of the target that a run proved, declared as data so that it is locked and not forgotten."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect of the target.

    `laws` maps the name of each checker that it breaks ("law-5") to what its failure says, line by line: every line of the failure is one of
    them, whole, and each is seen (`is_line`). Anything else is not this finding, so it fails; where nothing is said, nothing passes.
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


def is_line(said: str, line: str) -> bool:
    """Whether `line` is what is `said`: `#` stands for a number, `*` for any words; all else for itself, from the first sign to the last."""
    parts = re.split(r"([#*])", said)
    return bool(re.fullmatch("".join(_SIGNS.get(part) or re.escape(part) for part in parts), line))


_SIGNS = {"#": r"[-+]?\d+(?:\.\d+)?", "*": r".*"}
FINDINGS: dict[str, Finding] = {}
"""The findings of the process, id -> Finding: filled from scenarios/findings.toml by harness.store.findings."""
