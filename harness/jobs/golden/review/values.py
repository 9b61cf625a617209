"""A change as somebody looks at it: what it is in credits and money, how it differs, and what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from harness.core.history import Call, HttpExchange, LedgerRow, TaskRun, UsageRow
from harness.core.ledger import Amount
from harness.core.verdict import Verdict


class Kind(StrEnum):
    """What a change is about, in the order in which changes are looked at."""

    CREDITS = "credits"
    STATES = "states"
    SURFACE = "surface"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerThousand:
    """What 1,000 operations like these are charged, and what they cost by the usage log."""

    credits: Decimal
    cost_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One operation before and after; None where there was, or is, none of it."""

    operation: str
    before: PerThousand | None
    after: PerThousand | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One movement of a balance that is not as it was, or is new, with what it is of. `role` is who wrote it, "" if unknown; `tasks` and
    `requests` are all that can have: a history does not say which of several did."""

    row: LedgerRow
    log: UsageRow | None = None
    calls: tuple[Call, ...] = ()
    role: str = ""
    tasks: tuple[TaskRun, ...] = ()
    requests: tuple[HttpExchange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a law or a finding says of a change, and in which cells."""

    verdict: Verdict
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One change to look at.

    `about` is a scenario, or the line by which surfaces differ. `before` and `after` are credits that the scenario charges on the path where
    most of them move, `moved` how many do (never negative: who pays instead of whom moves credits, too). `lines` maps a path to how its outcome
    differs, `beyond` a cell to how its surface does. `locks` are the scenarios that accepting it would write; of a line of surfaces each of them
    only once every other line of it was accepted, too. `cell` is the one that `charges` and the report are of.
    """

    kind: Kind
    about: str
    title: str = ""
    before: Amount | None = None
    after: Amount | None = None
    moved: Amount = 0
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beyond: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    locks: tuple[str, ...] = ()
    cell: str = ""
    rates: tuple[Rate, ...] = ()
    charges: tuple[Charge, ...] = ()
    said: tuple[Said, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What is looked at once: a scenario that comes to differ otherwise is another change."""
        return (self.kind, self.about, *(line for lines in self.lines.values() for line in lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What came of a review so far. `credits_delta` is the sum of what was accepted; `wrote` are the scenarios that were; `waiting` scenarios of
    which some lines were accepted and others not, so that nothing of them is written."""

    credits_delta: Amount = 0
    wrote: tuple[str, ...] = ()
    new: int = 0
    surfaces: int = 0
    """Cells whose surface was written."""
    skipped: tuple[Item, ...] = ()
    left: tuple[Item, ...] = ()
    waiting: tuple[str, ...] = ()
