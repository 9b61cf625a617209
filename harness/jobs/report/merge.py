"""The histories of all shards of a plan become one. What does not belong together, or is not all there, is refused.

Nothing here judges: the merged folder is a run like any other, and its verdicts come from its history.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.run.fingerprint import differing
from harness.run.shard import plan_hash
from harness.store import parts
from harness.store.history import HistoryWriter
from harness.store.parts import Part
from harness.store.runs import HISTORY

SAME = ("target", "phase", "tier", "workers", "harness", "format", "seed")
"""Fields of run.start in which all shards must agree, beside the plan, the durations and the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Shards that belong together, by their number. `missing` are cells of the plan that none of them drove."""

    folders: tuple[Path, ...]
    parts: tuple[Part, ...]
    plan: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def start(self) -> dict[str, Any]:
        """run.start of the whole: as if one machine had driven the plan."""
        first = self.parts[0].start
        kept = {name: value for name, value in first.items() if name not in ("kind", "t", "shard", "plan")}
        isolation = ", ".join(sorted({str(part.start.get("isolation")) for part in self.parts}))
        return {**kept, "isolation": isolation, "whole": first["shard"]["whole"], "cells": list(self.plan)}

    @property
    def seconds(self) -> dict[str, float]:
        """By part of the work, summed over the shards: seconds of machines, not of a clock on the wall."""
        total: Counter[str] = Counter()
        for part in self.parts:
            total.update((part.end or {}).get("seconds", {}))
        return dict(total)

    @property
    def longest_s(self) -> float:
        return max(float((part.end or {}).get("seconds", {}).get("total", 0.0)) for part in self.parts)


def check(config: Config, folders: Sequence[Path], *, partial: bool = False) -> Merge:
    """Read the shards in `folders` and refuse what cannot be one run; cells that nobody drove only with `partial`.

    Raises HarnessError merge-no-shard, merge-cut, merge-different, merge-overlap, merge-missing, and history-*.
    """
    read = [(folder, parts.read(folder / HISTORY)) for folder in folders]
    for folder, part in read:
        _whole(folder, part)
    read.sort(key=lambda one: one[1].start["shard"]["n"])
    first_folder, first = read[0]
    if first.start["target"] != config.name:
        raise _different(first_folder, "target", first.start["target"], config.source, config.name)
    for folder, part in read[1:]:
        _same(first_folder, first, folder, part)
    taken: dict[str, Path] = {}
    for folder, part in read:
        for cell in part.cells:
            if cell in taken:
                raise HarnessError(
                    f"{cell} is in {taken[cell]} and in {folder}",
                    hint="name each shard once; a shard that was driven twice counts once",
                    code="merge-overlap",
                )
            taken[cell] = folder
    plan = tuple(first.start["plan"])
    missing = tuple(cell for cell in plan if cell not in taken)
    if missing and not partial:
        of, there = first.start["shard"]["of"], {part.start["shard"]["n"] for _, part in read}
        absent = ", ".join(f"{n}/{of}" for n in range(1, of + 1) if n not in there)
        raise HarnessError(
            f"{len(missing)} of {len(plan)} cells were not driven, {missing[0]} among them"
            + (f": shard {absent} is missing" if absent else ""),
            hint="name every shard; --partial judges what is there, and fails",
            code="merge-missing",
        )
    return Merge(
        folders=tuple(folder for folder, _ in read), parts=tuple(part for _, part in read), plan=plan, missing=missing
    )


def write(merge: Merge, folder: Path) -> None:
    """history.ndjson and logs/ of the whole in `folder`: every shard's lines as they are, in the plan's order."""
    owner = {cell: part for part in merge.parts for cell in part.cells}
    with HistoryWriter(folder / HISTORY) as history:
        history.tell("run.start", merge.start)
        for source, part in zip(merge.folders, merge.parts, strict=True):
            history.tell("part", {"name": name_of(part), "run": source.name, "cells": list(part.cells)})
            if (source / "logs").is_dir():
                kept = folder / "logs" / name_of(part).replace("/", "-of-")
                shutil.copytree(source / "logs", kept, dirs_exist_ok=True)
        for cell in merge.plan:
            if cell in owner:
                history.copy([owner[cell].lines_of(cell)])
        for event in (one for part in merge.parts for one in part.late):
            history.tell("late", {name: value for name, value in event.items() if name not in ("kind", "t")})
        history.tell("run.end", {"seconds": merge.seconds, "cells": len(merge.plan)})


def name_of(part: Part) -> str:
    shard = part.start["shard"]
    return f"{shard['n']}/{shard['of']}"


def _whole(folder: Path, part: Part) -> None:
    """A shard, driven to its end, with all that it set out to drive."""
    if not part.start.get("shard"):
        raise HarnessError(
            f"{folder} is no shard: it stands for itself",
            hint="harness check judges a run that is whole; harness verify --shard N/OF makes shards",
            code="merge-no-shard",
        )
    planned = part.start["cells"]
    lacking = [cell for cell in planned if cell not in part.cells]
    why = part.odd or (f"{lacking[0]} is not in it" if lacking else "" if part.end else "it has no end")
    if not why and len(part.cells) > len(planned):
        why = f"it holds {len(part.cells)} cells and set out to drive {len(planned)}"
    shard = part.start["shard"]
    if not why and plan_hash(part.start["phase"], part.start["tier"], part.start["plan"]) != shard["plan_sha256"]:
        why = "its plan is not the one that it was made from"
    if why:
        raise HarnessError(
            f"{folder} (shard {name_of(part)}) was cut off or changed: {why}",
            hint=f"drive it again: harness verify --shard {name_of(part)}",
            code="merge-cut",
        )


def _same(first_folder: Path, first: Part, folder: Path, part: Part) -> None:
    for name in SAME:
        if first.start.get(name) != part.start.get(name):
            raise _different(folder, name, part.start.get(name), first_folder, first.start.get(name))
    ours, theirs = first.start["shard"], part.start["shard"]
    for name in ("plan_sha256", "of", "durations_sha256", "whole"):
        if ours[name] != theirs[name]:
            raise _different(folder, name, theirs[name], first_folder, ours[name])
    if unlike := differing(first.start.get("code", {}), part.start.get("code", {})):
        raise HarnessError(
            f"{folder} was driven with other code than {first_folder}: {unlike}",
            hint="drive every shard from the same commit, with the same packages",
            code="merge-different",
        )


def _different(folder: Path, what: str, ours: object, other: Path, theirs: object) -> HarnessError:
    return HarnessError(
        f"{folder} does not belong to {other}: {what} is {_short(ours)} in one and {_short(theirs)} in the other",
        hint="merge the shards of one split: the same plan, phase, tier, durations and number of shards",
        code="merge-different",
    )


def _short(value: object) -> str:
    text = str(value)
    return f"{text[:12]}…" if len(text) > 40 else text
