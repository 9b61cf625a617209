"""Which phases calculate twice and log the comparison, and whose prices they look forward to."""

from __future__ import annotations

from collections.abc import Sequence

from harness.backend.phases import manifest
from harness.core.config import Config, marker
from harness.core.history import CellHistory
from harness.judge.mismatch import logged


def compares(config: Config, cells: Sequence[CellHistory]) -> bool:
    """Whether this state of the target logs comparisons: its phase declares so; where it has no phases, it just does."""
    if config.phases_dir is None:
        return any(map(len, logged(cells, config.comparison)))
    if config.phase == 0 or not config.comparison:
        return False
    phase = manifest.read_all(config.phases_dir, config.phase)[-1]
    begins = marker(config.comparison)
    return any(line.text.startswith(begins) and line.appears in ("must", "may") for line in phase.expect.log)


def price_phase(config: Config) -> int | None:
    """The first later phase that sets prices: what the comparison log of this phase looks forward to."""
    if config.phases_dir is None:
        return None
    later = manifest.read_all(config.phases_dir)[config.phase :]
    priced = (phase.number for phase in later if any(change.credits_each for change in phase.expect.golden))
    return next(priced, None)
