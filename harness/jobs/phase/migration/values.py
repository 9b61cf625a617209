"""What one phase of a migration came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseOutcome:
    """What `harness phase N --json` said. `error` is what it said when it could not judge at all."""

    number: int
    exit_code: int
    seconds: float
    parts: Mapping[str, float]
    cells: int
    failures: tuple[Mapping[str, Any], ...]
    error: Mapping[str, Any] | None = None
