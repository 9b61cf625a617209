"""Tier: where the stack runs. The same scenarios and the same goldens hold in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.core.verdict import Status

INPROCESS = "inprocess"
TIERS = (INPROCESS, "processes", "docker")
"""From the fastest to the one that is most like production."""
ALL = "all"
USUAL = "processes"
"""The tier of a command that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRun:
    """What one tier of several came to. `why` says why it was not run; `status` is None where it was not, or broke."""

    tier: str
    why: str = ""
    folder: Path | None = None
    exit_code: int = 0
    status: Status | None = None
    sha256: str = ""
