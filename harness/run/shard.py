"""A plan in parts of about equal time. Every machine comes to the same parts, and every cell is in just one of them.

What decides the parts is nothing but the plan's cells, in their order, and the durations, which come from a file that
both machines see (harness.store.durations), never from what one of them happens to have in runs/. Whole milliseconds
throughout: sums of floats depend on their order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median_low
from typing import Any

from harness.core.errors import HarnessError
from harness.run.plan import Plan, Shard
from harness.store.durations import Durations

AS_LONG_AS_ANY_MS = 1000
"""What every cell counts for where no duration is known at all."""


def part(plan: Plan, n: int, of: int, durations: Durations) -> Plan:
    """Part `n` (from 1) of `of`, its cells in the plan's order. Raises shard-empty when there are more parts than cells."""
    ids = [cell.id for cell in plan.cells]
    if of > len(ids):
        raise HarnessError(
            f"the plan has fewer cells ({len(ids)}) than shards ({of}): an empty shard would pass",
            hint=f"split it into {len(ids)} at most",
            code="shard-empty",
        )
    known = weights(ids, durations.milliseconds)
    own = split(ids, of, known)[n - 1]
    kept = set(own)
    shard = Shard(
        n=n, of=of, plan=tuple(ids), durations_sha256=durations.sha256, whole=plan.whole, milliseconds=sum(known[name] for name in own),
        plan_milliseconds=sum(known.values()),
    )  # fmt: skip
    return replace(plan, cells=tuple(cell for cell in plan.cells if cell.id in kept), whole=False, shard=shard)


def split(ids: Sequence[str], of: int, milliseconds: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    """The longest cell first, each into the part that has least so far; of equals the first by name, the first part."""
    parts: list[list[str]] = [[] for _ in range(of)]
    loads = [0] * of
    for name in sorted(ids, key=lambda name: (-milliseconds[name], name)):
        least = loads.index(min(loads))
        parts[least].append(name)
        loads[least] += milliseconds[name]
    return tuple(tuple(own) for own in parts)


def weights(ids: Sequence[str], milliseconds: Mapping[str, int]) -> dict[str, int]:
    """What each cell counts for: its duration, at least 1; the median of the others where it is unknown."""
    known = {name: max(1, milliseconds[name]) for name in ids if name in milliseconds}
    usual = median_low(known.values()) if known else AS_LONG_AS_ANY_MS
    return {name: known.get(name, usual) for name in ids}


def plan_hash(phase: int, tier: str, ids: Sequence[str]) -> str:
    """sha256 of a plan: its phase, its tier and its cells in order."""
    return hashlib.sha256(json.dumps([phase, tier, list(ids)]).encode()).hexdigest()


def fields_of(plan: Plan, shard: Shard) -> dict[str, Any]:
    """What run.start says of a shard: enough for the merge to refuse what does not belong together."""
    return {
        "shard": {
            "n": shard.n,
            "of": shard.of,
            "plan_sha256": plan_hash(plan.phase, plan.tier, shard.plan),
            "durations_sha256": shard.durations_sha256,
            "whole": shard.whole,
        },
        "plan": list(shard.plan),
    }


def told(shard: Shard) -> str:
    """ "shard 2/3 of a plan of 144 cells: about 15 s of 44 s in cells"."""
    own, every = shard.milliseconds / 1000, shard.plan_milliseconds / 1000
    return (
        f"shard {shard.n}/{shard.of} of a plan of {len(shard.plan)} cells: about {own:.0f} s of {every:.0f} s in cells"
    )
