"""Which cells are driven in which varied worlds: data, before anything starts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from harness.cell import auth, intruder
from harness.cell.drive import steps_for
from harness.core.golden import Golden, resolve
from harness.core.ledger import Amount
from harness.core.scenario import AwaitBlocked, AwaitCall, Cell, Do, Path, Scenario
from harness.core.variation import (
    ALL,
    BESIDE,
    CONTENDED,
    CROWD,
    HELD,
    INTRUDER,
    NONE,
    UNTRUSTED,
    UNUSABLE,
    VARIATIONS,
    WORDS,
    Variation,
    named,
)

EVERYWHERE = BESIDE
"""The variation that a whole run has on every path."""
TIMELY = "month_end"
"""The variation that is driven with each setting that shows on a schedule, too."""
WAITING = ("stall", "latency")
"""Faults that take time."""


def varied(
    cells: Sequence[Cell],
    level: str,
    goldens: Mapping[str, Golden],
    phase: int,
    shown: Mapping[str, Sequence[str]] = {},
) -> tuple[Cell, ...]:
    """The cells of `level` (none, quick, all) beside `cells`, variation by variation.

    quick: each scenario on one of its paths, read back or not; other callers for each list of requests. all: each variation, `EVERYWHERE` on
    every path, others on one; and each setting in the cells in which it shows (`shown`: edit -> ids of cells). Which path, the scenario's own name says: that of others does not move it. A balance is only varied where the golden
    says what is charged.
    """
    found: list[Cell] = []
    for variation in _in_order(level):
        able = [cell for cell in cells if _in(cell, variation, goldens.get(cell.scenario.id), phase) is not None]
        chosen = able if level == ALL and variation.name == EVERYWHERE else _one_path_each(able, variation)
        if variation.caller or CROWD in variation.rows:
            chosen = _asking_otherwise(chosen)
        elif UNTRUSTED in variation.answers:
            chosen = _of_other_providers(chosen, phase)
        elif level != ALL:
            chosen = [
                cell for cell in chosen if _is_read(cell.scenario.id) == variation.reads and not _waits(cell.scenario)
            ]
        found += [
            made for cell in chosen if (made := _in(cell, variation, goldens.get(cell.scenario.id), phase)) is not None
        ]
    if level == ALL:
        by_id = {cell.id: cell for cell in cells}
        found += [
            Cell(scenario=by_id[cell].scenario, path=by_id[cell].path, variation=edit)
            for edit, where in shown.items()
            for cell in where
            if cell in by_id
        ]
        # what is due, and when it is due next, goes by settings
        for edit, where in shown.items():
            if "+" in edit:
                continue
            due = [by_id[cell] for cell in where if cell in by_id and by_id[cell].path == Path.SCHEDULED]
            found += [Cell(scenario=cell.scenario, path=cell.path, variation=f"{TIMELY}+{edit}") for cell in due[:1]]
    return tuple(found)


def _in_order(level: str) -> list[Variation]:
    return [one for one in VARIATIONS.values() if level == ALL or (level != NONE and one.quick)]


def runs_in(cell: Cell, tier: str, jumps: bool) -> bool:
    """Whether a world can be driven in a tier, of a target whose clock `jumps` or does not. In the inprocess tier no task's result is stored where a request could read it, and nobody writes while
    a provider is asked."""
    variation = named(cell.variation)
    if variation.at and not jumps:
        return False
    return tier != "inprocess" or not (variation.reads or HELD in variation.answers or CONTENDED in variation.rows)


def every(
    cells: Iterable[Cell], goldens: Mapping[str, Golden], phase: int, shown: Mapping[str, Sequence[str]] = {}
) -> Iterator[Cell]:
    """Each cell in each world that it can be driven in: what a pattern may choose from."""
    for cell in cells:
        for edit in shown:
            yield Cell(scenario=cell.scenario, path=cell.path, variation=edit)
        for variation in VARIATIONS.values():
            made = _in(cell, variation, goldens.get(cell.scenario.id), phase)
            if made is not None:
                yield made


def _in(cell: Cell, variation: Variation, golden: Golden | None, phase: int) -> Cell | None:
    if not _can(cell, variation, phase):
        return None
    if CONTENDED in variation.rows and not _moves_a_balance(cell, golden, phase):
        return None
    if variation.balance is None:
        return Cell(scenario=cell.scenario, path=cell.path, variation=variation.name)
    opening = _costs(cell, golden, phase, variation.balance)
    return Cell(scenario=cell.scenario, path=cell.path, variation=variation.name, opening=opening) if opening else None


def _can(cell: Cell, variation: Variation, phase: int) -> bool:
    """Whether a cell shows anything in such a world, and what it waits for comes."""
    scenario, path, laid = cell.scenario, cell.path, {*variation.rows, *variation.answers}
    afterwards = variation.caller == INTRUDER and variation.again
    waits = not afterwards and any(isinstance(step, AwaitCall | AwaitBlocked) for step in steps_for(scenario, path))
    others = (
        variation.balance is not None
        or variation.caller
        or variation.again
        or laid & {UNUSABLE, HELD, WORDS, CONTENDED}
    )
    if waits and others:
        return False
    if variation.caller and not auth.actors(scenario, path):
        return False  # nobody is asked as anybody
    if variation.caller or CROWD in laid:
        # a task or a call asks nobody who they are; and what takes all that there is would take a crowd
        by_hand = bool(variation.caller) or path == Path.MANUAL
        return by_hand and intruder.asks_by_requests(scenario, path)
    if UNTRUSTED in laid:
        return bool(scenario.tape_at(phase)) and not scenario.faults and not waits
    if HELD in laid:  # somebody is asked, and what goes wrong need not take its time
        return bool(scenario.tape_at(phase)) and not scenario.faults
    return True


def _moves_a_balance(cell: Cell, golden: Golden | None, phase: int) -> bool:
    if golden is None:
        return False
    balances = resolve(golden, phase, str(cell.path)).outcome.balance
    return any(one["opening"] != one["closing"] for one in balances.values())


def _costs(cell: Cell, golden: Golden | None, phase: int, more: int) -> dict[str, Any]:
    """Of each account that pays: what it pays, and `more`."""
    if golden is None:
        return {}
    balances = resolve(golden, phase, str(cell.path)).outcome.balance
    paid = {name: one["opening"] - one["closing"] for name, one in balances.items()}
    return {name: _opening(cost, more) for name, cost in paid.items() if cost > 0}


def _opening(cost: Amount, more: int) -> Amount:
    """Never below nothing: of less than one credit it is the least part of one that is missing."""
    if cost + more >= 0:
        return cost + more
    exact = Decimal(cost)
    return exact - Decimal(1).scaleb(int(exact.normalize().as_tuple().exponent))


def _asking_otherwise(cells: Iterable[Cell]) -> list[Cell]:
    """Of those that make the same requests the first."""
    found: dict[tuple[str, ...], Cell] = {}
    for cell in cells:
        requests = (step.on(cell.path).request for step in steps_for(cell.scenario, cell.path) if isinstance(step, Do))
        found.setdefault(tuple(_how_asked(one) for one in requests if one), cell)
    return list(found.values())


def _how_asked(request: Mapping[str, Any]) -> str:
    """A page takes a form or an upload otherwise than JSON."""
    return " ".join([request["method"], request["url"], *(part for part in ("data", "files") if part in request)])


def _of_other_providers(cells: Iterable[Cell], phase: int) -> list[Cell]:
    """Of each module the first that asks these providers: a client is a module's, or is shared."""
    found: dict[tuple[str, ...], Cell] = {}
    for cell in cells:
        providers = {name.partition("/")[0] for name in cell.scenario.tape_at(phase)}
        found.setdefault((cell.scenario.id.partition("/")[0], *sorted(providers)), cell)
    return list(found.values())


def _is_read(scenario: str) -> bool:
    """In a quick run one scenario of three is read back, others are but driven."""
    return _digest(scenario)[0] % 3 == 0


def _waits(scenario: Scenario) -> bool:
    """Whether a client waits for its time-out: of that a quick run has enough in the given world."""
    return any(fault.kind in WAITING for fault in scenario.faults)


def _one_path_each(cells: Sequence[Cell], variation: Variation) -> list[Cell]:
    of: dict[str, list[Cell]] = {}
    for cell in cells:
        of.setdefault(cell.scenario.id, []).append(cell)
    return [
        min(_timely(own) if variation.at else own, key=lambda cell: _digest(f"{variation.name} {cell.id}"))
        for own in of.values()
    ]


def _timely(cells: list[Cell]) -> list[Cell]:
    """Those that ask for what is due, where there are some."""
    return [cell for cell in cells if cell.path == Path.SCHEDULED] or cells


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
