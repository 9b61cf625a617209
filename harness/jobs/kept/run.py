"""Look at the stored runs."""

from __future__ import annotations

from pathlib import Path

from harness.jobs.kept.values import Entry, Listed
from harness.run import kept


def listed(runs: Path, keep: int) -> Listed:
    """Every run below `runs`, with what would become of it at the end of the next one."""
    found = kept.stored(runs)
    told = kept.why_kept(found, keep)
    entries = [
        Entry(
            name=one.name,
            folder=str(one.folder),
            says=one.says,
            bytes=kept.bytes_of(one),
            ended=one.whole,
            under_way=one.under_way,
            why=told[one.name],
        )
        for one in found
    ]
    return Listed(keep=keep, entries=tuple(entries))
