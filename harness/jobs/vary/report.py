"""What is varied, told: the worlds, then the settings, those that show nowhere by name."""

from __future__ import annotations

from typing import Any

from harness.core.counts import count
from harness.jobs.vary.values import Varied


def document(found: Varied) -> dict[str, Any]:
    """{"worlds": {name: {"cells", "why"}}, "edits": {name: [cell] or null}}."""
    return {
        "worlds": {name: {"cells": cells, "why": why} for name, (cells, why) in found.worlds.items()},
        "edits": {name: list(found.where(name)) if name in found.shown else None for name in found.edits},
    }


def lines(found: Varied) -> list[str]:
    told = ["worlds"]
    for name, (cells, why) in found.worlds.items():
        told.append(f"  {name:<10} {count(cells, 'cell'):>10}  {why}")
    told += ["", f"settings   {count(len(found.edits), 'setting')} that the models allow, one at a time"]
    told += [f"  shows       {name}  ({', '.join(found.where(name))})" for name in found.showing]
    told += [f"  nowhere     {name}" for name in found.nowhere]
    told += [f"  not tried   {name}" for name in found.untried]
    told += [f"  gone        {name}: the target has no such column any more" for name in found.gone]
    told += [
        "",
        f"{len(found.showing)} of {count(len(found.edits), 'setting')} show in some cell, {len(found.nowhere)} nowhere, {len(found.untried)} not tried",
    ]
    if found.untried or found.gone:
        told.append("learn where they show: harness vary --learn")
    return told
