"""The plan, printed before anything starts; and what its paths are called."""

from __future__ import annotations

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


WORLDS = "Other worlds"


def plan_line(cells: Sequence[Cell], *, phase: int, tier: str) -> str:
    """ "41 scenarios, 78 cells and 50 varied at phase 0, tier processes"."""
    scenarios = len({cell.scenario.id for cell in cells})
    plain = sum(1 for cell in cells if not cell.variation)
    varied = f" and {len(cells) - plain} varied" if plain < len(cells) else ""
    return f"{count(scenarios, 'scenario')}, {count(plain, 'cell')}{varied} at phase {phase}, tier {tier}"


def document(cells: Sequence[Cell], *, phase: int, tier: str) -> dict[str, Any]:
    """For --json: {"phase", "tier", "cells": [id], "varied": [id]}."""
    return {
        "phase": phase,
        "tier": tier,
        "cells": [cell.id for cell in cells if not cell.variation],
        "varied": [cell.id for cell in cells if cell.variation],
    }


def print_plan(console: Console, cells: Sequence[Cell], *, phase: int, tier: str, full: bool = False) -> None:
    """One line, then how many cells each path has, and how many are of other worlds; `full` lists every cell with its title."""
    say(console, plan_line(cells, phase=phase, tier=tier))
    parts = {
        title: [cell for cell in cells if cell.path == path and not cell.variation]
        for path, title in PATH_TITLES.items()
    }
    for title, own in {**parts, WORLDS: [cell for cell in cells if cell.variation]}.items():
        if own:
            say(console, f"  {title:<26} {count(len(own), 'cell')}")
            for cell in own if full else ():
                say(console, f"    {cell.id}")
                say(console, f"      {cell.scenario.title}")
