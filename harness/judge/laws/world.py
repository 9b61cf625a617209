"""A varied world is varied: what its name says was changed before the work began."""

from __future__ import annotations

from datetime import datetime

from harness.core.history import CellHistory
from harness.core.variation import named
from harness.judge.context import Context
from harness.judge.result import Result, breaks, holds


def the_world_is_another(cell: CellHistory, context: Context) -> Result:
    """fails with world-idle where a setting or a balance was to be another one and no row was changed, or where
    the clock was to be another: the cell shows nothing then that its path does not. A column of an edit may be gone at a later phase."""
    if not cell.variation:
        return holds("the world as it is given")
    variation = named(cell.variation)
    if variation.at and not any(begun >= datetime.fromisoformat(variation.at).timestamp() for begun, _ in cell.spans):
        return breaks(
            [f"the clock of the target did not go to {variation.at}"],
            code="world-idle",
            hint='install time-machine beside the target; with time = "real" in harness.toml no such world is driven',
        )
    if cell.varied or (variation.edit is None and variation.balance is None):
        return holds(f"{sum(cell.varied.values())} values are others")
    if variation.edit is not None and context.phase:
        return holds(
            f"nothing is called {variation.edit.kind}.{variation.edit.column} at phase {context.phase}, or no row was otherwise"
        )
    return breaks(
        [f"{cell.variation} changed no row: there is no such column, no row was otherwise, or the database refused"],
        code="world-idle",
        hint="learn anew where settings show: harness vary --learn",
    )
