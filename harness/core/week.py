"""Week: many customers with schedules of their own, for `harness week`. Values only; scenarios/week.py makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from harness.core.scenario import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When one account's automation is due, and what one run of it does.

    `first` is the first slot, in UTC; the others follow from `frequency`. `runs` False: it never runs, `why` says why.
    `tape` are the cassettes that one run plays, `charges` how many usage logs it leaves. `error` is a phrase of the one
    ERROR line that each run leaves, "" where it leaves none.
    """

    account: str
    frequency: str
    first: datetime
    tape: tuple[str, ...] = ()
    charges: int = 0
    runs: bool = True
    why: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """`check` is the name of the task that looks for due schedules, which beat sends each hour. `run` is the table
    kind of which each run leaves one row, `run_started` its column that holds when it began by the target's clock."""

    given: Given
    schedules: tuple[Schedule, ...]
    check: str
    run: str
    run_started: str

    @property
    def by_account(self) -> Mapping[str, Schedule]:
        return {schedule.account: schedule for schedule in self.schedules}
