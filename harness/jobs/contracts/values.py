"""What locking a phase's schema came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """`changed` has a line for each change of what was locked before; `first`: there was nothing."""

    file: str
    tables: int
    changed: tuple[str, ...]
    first: bool
