"""scenarios/varied.toml: which setting shows in which cells. Written by `harness vary --learn`; what a run at level all drives.

    format = 1
    [edits]
    "parcel.open=false" = ["parcels/send@scheduled"]
    "parcel.note=empty" = []                # tried, and shows nowhere

Raises varied-syntax, varied-unknown-key, varied-value.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.store.files import write_all
from harness.store.tomlread import Strict
from harness.store.tomlwrite import inline

NAME = "varied.toml"
FORMAT = 1
HEAD = "# Which setting shows in which cells. Write it again with: harness vary --learn"

Shown = Mapping[str, tuple[str, ...]]
"""Name of an edit -> the cells in which it shows, without it ("orders/refund@manual")."""


def read(folder: Path) -> Shown:
    """Nothing where nobody has learnt yet."""
    path = folder / NAME
    if not path.exists():
        return {}
    strict = Strict(NAME, "varied")
    raw = strict.table("the file", strict.load(path), ("format", "edits"))
    if raw["format"] != FORMAT:
        raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", "learn again: harness vary --learn")
    if not isinstance(raw["edits"], dict):
        raise strict.wrong("edits must be a table")
    return {name: strict.texts(f"edits.{name}", cells) for name, cells in raw["edits"].items()}


def write(folder: Path, shown: Shown) -> None:
    """Raises store-write."""
    lines = [f"{inline(name)} = {inline(list(cells))}" for name, cells in shown.items()]
    write_all({folder / NAME: "\n".join([HEAD, f"format = {FORMAT}", "", "[edits]", *lines]) + "\n"})
