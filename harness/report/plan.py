"""The plan, printed before anything starts; and what its paths are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from harness.core.counts import count
from harness.core.scenario import Cell, Path
from harness.report.say import say

PATH_TITLES = {
    Path.MANUAL: "Path 1 · manual buttons",
    Path.AUTOMATION: "Path 2 · automation",
    Path.SCHEDULED: "Path 3 · schedule",
    Path.DIRECT: "Path 4 · direct services",
}


def plan_line(cells: Sequence[Cell], *, phase: int, tier: str) -> str:
    """ "41 scenarios, 78 cells at phase 0, tier processes"."""
    scenarios = len({cell.scenario.id for cell in cells})
    return f"{count(scenarios, 'scenario')}, {count(len(cells), 'cell')} at phase {phase}, tier {tier}"


def document(cells: Sequence[Cell], *, phase: int, tier: str) -> dict[str, Any]:
    """For --json: {"phase", "tier", "cells": [id]}."""
    return {"phase": phase, "tier": tier, "cells": [cell.id for cell in cells]}


def print_plan(console: Console, cells: Sequence[Cell], *, phase: int, tier: str, full: bool = False) -> None:
    """One line, then how many cells each path has; `full` lists every cell with its title."""
    say(console, plan_line(cells, phase=phase, tier=tier))
    counts = Counter(cell.path for cell in cells)
    for path, title in PATH_TITLES.items():
        if counts[path]:
            say(console, f"  {title:<26} {count(counts[path], 'cell')}")
            if full:
                for cell in (cell for cell in cells if cell.path == path):
                    say(console, f"    {cell.id}")
                    say(console, f"      {cell.scenario.title}")
