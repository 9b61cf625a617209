"""scenarios/varied.toml: which setting shows in which cells. Written by `harness vary --learn`; what a run at level all drives.

    format = 1
    [edits]
    "parcel.open=false" = ["parcels/send@scheduled"]
    "parcel.note=empty" = []                # tried, and shows nowhere
    "distinct+parcel.note=empty" = ["parcels/send@manual"]      # but here

Raises varied-syntax, varied-unknown-key, varied-value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError, did_you_mean
from harness.core.variation import BESIDE, named
from harness.store.files import write_all
from harness.store.tomlread import Strict
from harness.store.tomlwrite import inline

NAME = "varied.toml"
FORMAT = 1
AGAIN = "learn again: harness vary --learn"
HEAD = "# Which setting shows in which cells. Write it again with: harness vary --learn"

Shown = Mapping[str, tuple[str, ...]]
"""Name of an edit -> the cells in which it shows, without it ("orders/refund@manual")."""


def read(folder: Path) -> Shown:
    """Nothing where nobody has learnt yet."""
    path = folder / NAME
    if not path.exists() and not path.is_symlink():
        return {}
    strict = Strict(NAME, "varied")
    raw = strict.table("the file", strict.load(path), ("format", "edits"))
    if strict.whole("format", raw["format"]) != FORMAT:
        raise strict.wrong(f"format {raw['format']!r} is not {FORMAT}", AGAIN)
    if not isinstance(raw["edits"], dict):
        raise strict.wrong("edits must be a table")
    return {_edit(strict, name): _cells(strict, f"edits.{name}", cells) for name, cells in raw["edits"].items()}


def _edit(strict: Strict, name: str) -> str:
    try:
        edit = named(name).edit
    except HarnessError:
        edit = None
    if edit is None or name not in (edit.name, f"{BESIDE}+{edit.name}"):
        raise strict.wrong(f"edits.{name} is no setting", f"a setting is KIND.COLUMN=VALUE; {AGAIN}")
    return name


def _cells(strict: Strict, where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise strict.wrong(f"{where} must be a list of cells, not {value!r}", AGAIN)
    cells = strict.texts(where, value)
    if twice := next((cell for n, cell in enumerate(cells) if cell in cells[:n]), ""):
        raise strict.wrong(f"{where} names {twice} twice", AGAIN)
    return cells


def check(shown: Shown, cells: Collection[str]) -> None:
    """Raises varied-value where a cell is named that is none of `cells`, all that there are."""
    for name, where in shown.items():
        for cell in where:
            if cell not in cells:
                raise Strict(NAME, "varied").wrong(
                    f"edits.{name}: no cell is called {cell}", f"{did_you_mean(cell, cells)}; or {AGAIN}"
                )


def write(folder: Path, shown: Shown) -> None:
    """Raises store-write."""
    lines = [f"{inline(name)} = {inline(list(cells))}" for name, cells in shown.items()]
    write_all({folder / NAME: "\n".join([HEAD, f"format = {FORMAT}", "", "[edits]", *lines]) + "\n"})
