"""What recording came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of one cassette: `written`, or why not; `drift` says what changed against the old file, a line each."""

    scenario: str
    cassette: str
    interactions: int
    written: bool
    drift: tuple[str, ...]
    origin: str
    cost_usd: str
    would_send: tuple[str, ...] = ()
    """A dry run's requests, one line each."""
    warnings: tuple[str, ...] = ()
    """What the simulator assumed."""

    @property
    def held_back(self) -> bool:
        """It would change, and nobody said that it may."""
        return bool(self.drift) and not self.written
