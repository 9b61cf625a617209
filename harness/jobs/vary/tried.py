"""Which cells are tried with a setting."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

from harness.cell.drive import action_rows
from harness.core.golden import Golden
from harness.core.scenario import AwaitBlocked, AwaitCall, Cell, KillRole, Scenario
from harness.core.variation import Edit

MOST_CALLS = 6
"""Provider calls of a scenario that settings are tried on: long ones show nothing that short ones do not."""


def tried(
    scenarios: Mapping[str, Scenario], goldens: Mapping[str, Golden], edits: Iterable[Edit], world: str = ""
) -> tuple[Cell, ...]:
    """For each setting the scenarios that may show it, each on one of its paths; in a `world` of that name, "" for the given one.

    May: that succeed, and have rows of the setting's kind of their own; of a kind that all have alike, or none (what
    migrations made), any may.
    """
    good = _unlike(
        [one for one in scenarios.values() if one.id in goldens and _succeeds(one, goldens[one.id])], goldens
    )
    plain = [Cell(scenario=one, path=path) for one in good for path in one.paths]
    rows = {
        cell.id: Counter(row.kind for row in (*cell.scenario.given.rows, *action_rows(cell.scenario, cell.path)))
        for cell in plain
    }
    kinds = {kind for counted in rows.values() for kind in counted}
    least = {kind: min(counted[kind] for counted in rows.values()) for kind in kinds}
    cells = []
    for edit in edits:
        own = [cell for cell in plain if rows[cell.id][edit.kind] > least.get(edit.kind, 0)] or plain
        of: dict[str, list[Cell]] = {}
        for cell in own:
            of.setdefault(cell.scenario.id, []).append(cell)
        for several in of.values():
            one = min(several, key=lambda cell: _digest(f"{edit.name} {cell.id}"))
            name = f"{world}+{edit.name}" if world else edit.name
            cells.append(Cell(scenario=one.scenario, path=one.path, variation=name))
    return tuple(cells)


def plain(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """What these are compared with: the same without the setting."""
    worlds = ((cell, cell.variation.rpartition("+")[0]) for cell in cells)
    found = {
        (cell.scenario.id, cell.path): Cell(scenario=cell.scenario, path=cell.path, variation=world)
        for cell, world in worlds
    }
    return tuple(found.values())


def _unlike(scenarios: Iterable[Scenario], goldens: Mapping[str, Golden]) -> list[Scenario]:
    """Of those that come to the same kinds of things the one with the fewest provider calls."""
    found: dict[object, Scenario] = {}
    for one in sorted(scenarios, key=lambda one: (sum(goldens[one.id].outcome.calls.values()), one.id)):
        outcome = goldens[one.id].outcome
        operations = frozenset(str(row.get("operation")) for row in (*outcome.ledger, *outcome.usage))
        rows = frozenset(" ".join(line.split()[:2]) for line in outcome.rows)
        found.setdefault((operations, frozenset(outcome.calls), rows, one.paths), one)
    return list(found.values())


def _succeeds(scenario: Scenario, golden: Golden) -> bool:
    waits = any(isinstance(step, AwaitCall | AwaitBlocked | KillRole) for step in scenario.steps)
    odd = waits or scenario.faults or scenario.findings
    made = golden.outcome.charged_credits or golden.outcome.rows
    return bool(made) and not odd and sum(golden.outcome.calls.values()) <= MOST_CALLS


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
