"""What is told of the stored runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of them. `why` it stays, "" where it goes; `ended`: it came to its end."""

    name: str
    folder: str
    says: str
    bytes: int
    ended: bool
    under_way: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """All of them, newest first, and `keep` of harness.toml."""

    keep: int
    entries: tuple[Entry, ...]

    @property
    def going(self) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if not one.why)
