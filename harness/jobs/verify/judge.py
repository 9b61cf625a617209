"""Do the tiers agree? The same cell in two tiers has the same canonical lines, or the line that differs is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.core.verdict import Verdict
from harness.judge.result import Result, breaks, holds, verdict_of

Cells = Mapping[str, Sequence[str]]
"""Cell id -> its canonical lines (harness.judge.golden.canonical)."""

CHECKER, CLAIM = "parity", "every tier saw the same"
_SHOWN = 3
_WIDTH = 160


def tiers_agree(seen: Mapping[str, Cells]) -> list[Verdict]:
    """One verdict a cell, of all tiers against the first. A cell that a tier did not drive is a difference.

    With fewer than two tiers there is nothing to compare, and no verdict.
    """
    if len(seen) < 2:
        return []
    first, *others = seen
    names = sorted({name for cells in seen.values() for name in cells})
    return [verdict_of(CHECKER, CLAIM, name, _compared(name, first, others, seen)) for name in names]


def _compared(name: str, first: str, others: Sequence[str], seen: Mapping[str, Cells]) -> Result:
    absent = [tier for tier in seen if name not in seen[tier]]
    if absent:
        return breaks([f"not driven in {', '.join(absent)}"], code="tiers-differ")
    lines = [line for other in others for line in _differences(first, seen[first][name], other, seen[other][name])]
    if lines:
        return breaks(
            lines,
            code="tiers-differ",
            hint="one golden holds in every tier: mend the tier, or the target where it depends on how it is run",
        )
    return holds(f"{len(seen[first][name])} canonical lines, the same in {', '.join(seen)}")


def _differences(first: str, ours: Sequence[str], other: str, theirs: Sequence[str]) -> list[str]:
    only_ours = [line for line in ours if line not in theirs]
    only_theirs = [line for line in theirs if line not in ours]
    if not only_ours and not only_theirs:
        same = tuple(ours) == tuple(theirs)
        return [] if same else [f"{first} and {other} have the same lines in another order or number"]
    told = [f"only in {tier}: {_short(line)}" for tier, lines in ((first, only_ours), (other, only_theirs)) for line in lines[:_SHOWN]]  # fmt: skip
    more = max(0, len(only_ours) - _SHOWN) + max(0, len(only_theirs) - _SHOWN)
    return told + ([f"and {more} more lines"] if more else [])


def _short(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…"
