"""What the catalogue holds, what a job said of each of its patches, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MISTAKE, NEUTRAL = "mistake", "neutral"
ROLES = (MISTAKE, NEUTRAL)
CHANGES = ("contract", "error-record")
"""What a refactor may declare to change, so that an alarm is right: a contract with somebody outside, or what is logged as an ERROR."""


class How(StrEnum):
    """What became of a patch. `BOOT`: nothing could be driven. `TIME`: the job did not end in the time that it was given."""

    TOLD = "told"
    SURVIVED = "survived"
    BOOT = "boot"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A patch of the catalogue. `id` is its path below the folder, without .patch; `what` is one sentence; `changes` is one
    of CHANGES or ""; `diff` is a unified diff against the target's tree at `phase`."""

    id: str
    kind: str
    what: str
    role: str
    phase: int
    changes: str
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A check of a job that did not pass, in how many cells (0: of the whole run), the first of them, and the first line of its
    evidence. `job` is the job's name, without options."""

    job: str
    check: str
    cells: int
    cell: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a patch came to. `by`: in the order of the report. `code`: the error that stopped it, for BOOT. `measured_on`: a
    date. `asked`: how many jobs were, the last of which told it, if one did. `kept`: nothing was driven for it now."""

    how: How
    by: tuple[Heard, ...]
    code: str
    seconds: float
    measured_on: str
    asked: int = 1
    kept: bool = False

    @property
    def golden_alone(self) -> bool:
        """Whether the golden told it, and no law and nothing else."""
        return self.how is How.TOLD and {one.check for one in self.by} == {"golden"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An entry with its outcome."""

    entry: Entry
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`told` of `of`."""

    told: int
    of: int

    @property
    def value(self) -> float:
        return self.told / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a catalogue comes to. `steps`: of the first job, of the first two, and so on: what they tell. The mistakes that broke the boot, or that did not end, are in no share: nothing of the
    checks is seen by them. `first`: check -> how many mistakes it told first. `lower` is the Wilson bound of `whole`."""

    whole: Share
    lower: float
    steps: tuple[Share, ...]
    kinds: Mapping[str, Share]
    first: Mapping[str, int]
    golden_alone: tuple[Measured, ...]
    survivors: tuple[Measured, ...]
    stopped: tuple[Measured, ...]
    neutral: Share
    alarms: tuple[Measured, ...]
    declared: tuple[Measured, ...]

    def reaches(self, at_least: float | None) -> bool:
        """Whether what was asked of it holds; a catalogue without mistakes reaches nothing."""
        return at_least is None or (self.whole.of > 0 and self.whole.value >= at_least)
