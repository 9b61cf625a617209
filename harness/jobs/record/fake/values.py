"""What a provider fake that stands alone is, and what it was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.history import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where it listens, the bundle that its callers trust, and what it can answer; `unanswered` are lines."""

    address: str
    port: int
    bundle: Path
    hosts: Sequence[str]
    recordings: int
    unanswered: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Every call, and the recordings that none of them played."""

    calls: Sequence[Call]
    unplayed: Sequence[Mapping[str, Any]]

    @property
    def refused(self) -> list[Call]:
        """Calls that nothing recorded fits."""
        return [call for call in self.calls if call.disposition in ("unmatched", "invalid")]
