"""What was recorded: a line a cassette, what would be sent, and what was held back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from harness.jobs.record.values import Recorded


def lines(made: Sequence[Recorded], *, dry_run: bool) -> Iterator[str]:
    for kept in made:
        yield f"{kept.cassette}: {kept.interactions} interactions, {kept.origin}, {_state(kept, dry_run)}"
        yield from (f"  {line}" for line in (*kept.would_send, *kept.drift))
        yield from (f"  assumed: {text}" for text in kept.warnings)
    if dry_run:
        total = sum(Decimal(kept.cost_usd) for kept in made)
        count = sum(kept.interactions for kept in made)
        yield f"{count} requests would cost about {total} USD; the simulator answered them"


def document(made: Sequence[Recorded]) -> dict[str, Any]:
    return {"cassettes": [asdict(kept) for kept in made]}


def held_back(count: int) -> str:
    return f"{count} cassettes would change: look at the drift, then record with --overwrite"


def _state(kept: Recorded, dry_run: bool) -> str:
    if dry_run:
        return "nothing sent"
    if kept.written:
        return "written"
    return "CHANGED, not written" if kept.drift else "unchanged"
