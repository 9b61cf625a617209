"""What a week is made of: what beat sends, and what driving it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

HOURS = 168
PATH = "scheduled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One task that beat sends, at a simulated time in UTC."""

    task: str
    at: datetime
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """`looks` counts the scheduler's iterations; `scheduler` and `timezone` are the target's own settings."""

    sends: tuple[Send, ...]
    looks: int
    scheduler: str
    timezone: str

    @property
    def ticks(self) -> list[datetime]:
        """The moments at which anything is sent, in order."""
        return sorted({send.at for send in self.sends})


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """What a week cost. `elsewhere` is what beat would send were Celery's own zone the one that was asked for."""

    beat: Beat
    elsewhere: Beat
    seconds: Mapping[str, float]
