"""scenarios/durations.toml: how long each cell took, once, on one machine. What plans are split by.

Committed, and written only when somebody asks for it (`harness report durations`): two machines that split a plan must
see the same numbers. Raises durations-missing, durations-syntax, durations-unknown-key, durations-value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.core.history import CellHistory
from harness.store.files import write_all
from harness.store.tomlread import Strict
from harness.store.tomlwrite import inline

NAME = "durations.toml"
FORMAT = 1
HEAD = "# What plans are split by (harness verify --shard). Write it again with: harness report durations RUN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Cell id -> whole milliseconds, without the stack's boot."""

    milliseconds: Mapping[str, int] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Of the numbers, however the file is laid out."""
        return hashlib.sha256(json.dumps(dict(sorted(self.milliseconds.items()))).encode()).hexdigest()


def of_cells(cells: Iterable[CellHistory]) -> Durations:
    """What the cells of a run took; cells that did not come to rest are left out."""
    return Durations(
        milliseconds={cell.cell: max(1, round(1000 * sum(cell.seconds.values()))) for cell in cells if cell.settled}
    )


def read(path: Path) -> Durations:
    strict = Strict(path.name, "durations")
    raw = strict.table("the file", strict.load(path), ("format", "milliseconds"))
    if raw["format"] != FORMAT:
        raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", "this harness reads format = 1 only")
    if not isinstance(raw["milliseconds"], dict):
        raise strict.wrong("milliseconds must be a table")
    return Durations(
        milliseconds={
            name: strict.whole(f"milliseconds.{name}", value) for name, value in sorted(raw["milliseconds"].items())
        }
    )


def write(path: Path, durations: Durations) -> None:
    """Raises store-write."""
    lines = [f"{inline(name)} = {value}" for name, value in sorted(durations.milliseconds.items())]
    write_all({path: "\n".join([HEAD, f"format = {FORMAT}", "", "[milliseconds]", *lines]) + "\n"})
