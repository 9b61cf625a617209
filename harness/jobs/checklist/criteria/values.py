"""What the criteria are judged from, and one criterion as it was judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.core.verdict import Status
from harness.judge.result import Result

RowSeen = tuple[str, Status, str]
"""A row of the checklist: "path1: Cluster Keywords", its status, and what is to be said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRun:
    """How the target's tests ended: exit code and everything they printed."""

    exit_code: int
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion in the plan's words. `repeat` is the command that shows it again."""

    number: int
    title: str
    result: Result
    repeat: str

    @property
    def status(self) -> Status:
        return self.result.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """All of them, in the plan's order, as the stored `runs` of one phase have them."""

    phase: int
    runs: tuple[Path, ...]
    each: tuple[Criterion, ...]

    @property
    def complete(self) -> bool:
        return bool(self.each) and all(one.status is Status.PASS for one in self.each)
