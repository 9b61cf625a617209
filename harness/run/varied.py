"""Which cells are driven in which varied worlds: data, before anything starts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness.cell.drive import steps_for
from harness.core.golden import Golden, resolve
from harness.core.scenario import AwaitBlocked, AwaitCall, Cell
from harness.core.variation import ALL, NONE, UNUSABLE, VARIATIONS, Variation


def varied(cells: Sequence[Cell], level: str, goldens: Mapping[str, Golden], phase: int) -> tuple[Cell, ...]:
    """The cells of `level` (none, quick, all) beside `cells`, variation by variation.

    quick: each scenario on one of its paths, in the worlds of a quick run. all: each variation; one that is quick on every path,
    others on one. Which path, the scenario's own name says: that of others does not move it. A balance is only varied where the golden
    says what is charged.
    """
    found: list[Cell] = []
    for variation in VARIATIONS.values() if level != NONE else ():
        if level != ALL and not variation.quick:
            continue
        chosen = cells if level == ALL and variation.quick else _one_path_each(cells, variation)
        found += [
            made for cell in chosen if (made := _in(cell, variation, goldens.get(cell.scenario.id), phase)) is not None
        ]
    return tuple(found)


def every(cells: Iterable[Cell], goldens: Mapping[str, Golden], phase: int) -> Iterator[Cell]:
    """Each cell in each world that it can be driven in: what a pattern may choose from."""
    for cell in cells:
        for variation in VARIATIONS.values():
            made = _in(cell, variation, goldens.get(cell.scenario.id), phase)
            if made is not None:
                yield made


def _in(cell: Cell, variation: Variation, golden: Golden | None, phase: int) -> Cell | None:
    if (variation.balance is not None or UNUSABLE in variation.answers) and any(
        isinstance(step, AwaitCall | AwaitBlocked) for step in steps_for(cell.scenario, cell.path)
    ):
        return None  # what it waits for need not come in such a world
    if variation.balance is None:
        return Cell(scenario=cell.scenario, path=cell.path, variation=variation.name)
    opening = _costs(cell, golden, phase, variation.balance)
    return Cell(scenario=cell.scenario, path=cell.path, variation=variation.name, opening=opening) if opening else None


def _costs(cell: Cell, golden: Golden | None, phase: int, more: int) -> dict[str, Any]:
    """Of each account that pays: what it pays, and `more`."""
    if golden is None:
        return {}
    balances = resolve(golden, phase, str(cell.path)).outcome.balance
    return {
        name: one["opening"] - one["closing"] + more
        for name, one in balances.items()
        if one["opening"] > one["closing"]
    }


def _one_path_each(cells: Sequence[Cell], variation: Variation) -> list[Cell]:
    of: dict[str, list[Cell]] = {}
    for cell in cells:
        of.setdefault(cell.scenario.id, []).append(cell)
    return [min(own, key=lambda cell: _digest(f"{variation.name} {cell.id}")) for own in of.values()]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
