"""What a snapshot holds, in one line; and how two differ, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.core.counts import count
from harness.jobs.snapshot.values import Document


def summary_of(document: Document, path: Path) -> str:
    rows = ", ".join(f"{section['section']} {len(section['rows'])}" for section in document["sections"])
    return f"snapshot in {path}: {rows}"


def text(differences: Sequence[str], before: Path, after: Path) -> str:
    """The differences, then how many there are."""
    return "\n".join([*differences, f"{count(len(differences), 'difference')} from {before} to {after}"])


def document(differences: Sequence[str], before: Path, after: Path) -> dict[str, Any]:
    """For --json."""
    return {"format": 1, "before": str(before), "after": str(after), "differences": list(differences)}
