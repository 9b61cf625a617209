"""The stages into which the seconds of a run are told, by the names that histories and reports have for them."""

from __future__ import annotations

RESET, SEED, LOAD, DRIVE, CAPTURE = "reset", "seed", "load", "drive", "capture"
"""Of a cell: harness.cell.observe measures them."""

COMPARE, REPORT = "compare", "report"
"""After the cells: judging the history, and telling what it came to."""

BOOT, TEARDOWN, TOTAL = "boot", "teardown", "total"
"""Of the run around the cells."""

OWN = (RESET, SEED, LOAD, CAPTURE, COMPARE, REPORT)
"""The harness's own work; the others are the target's."""

NOT_DRIVING = (TOTAL, BOOT, TEARDOWN)
"""What the harness's share is not measured against: what is left is the smallest honest denominator."""
