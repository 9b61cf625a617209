"""The plan of a run: data, printed before anything starts."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.core.errors import HarnessError, did_you_mean
from harness.core.golden import Golden
from harness.core.scenario import Cell, Path, Scenario
from harness.core.variation import ALL, NONE, VARIATIONS
from harness.run import varied

WORLDS = f"a varied cell is SCENARIO@PATH~WORLD, as in 'orders/*~distinct'; the worlds: {', '.join(VARIATIONS)}; settings: harness vary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`cells` in the order in which they are driven. `whole` says that nothing was left out by choice. `vary` is the level of worlds that
    stand beside the scenarios' own. `shard` says of which plan these cells are a part."""

    cells: tuple[Cell, ...]
    phase: int
    tier: str
    whole: bool
    vary: str = NONE
    shard: Shard | None = None

    @property
    def scenarios(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell.scenario.id for cell in self.cells))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Part `n` of `of` of the plan whose cell ids are `plan`; `whole` is that plan's. Made by harness.run.shard."""

    n: int
    of: int
    plan: tuple[str, ...]
    durations_sha256: str
    whole: bool
    milliseconds: int
    """What this part is expected to take, and the plan: by the durations, without boot."""
    plan_milliseconds: int


def make(
    scenarios: Mapping[str, Scenario], *, only: Iterable[str] = (), paths: Iterable[str] = (), phase: int = 0, tier: str = "processes",
    vary: str = NONE, jumps: bool = True, goldens: Mapping[str, Golden] = {}, shown: Mapping[str, Sequence[str]] = {},
) -> Plan:  # fmt: skip
    """`only` takes scenario ids, cell ids ("orders/refund@manual") or shell patterns; one with "~" names varied cells
    ("orders/refund@manual~distinct"), of those of the level all. `vary` as harness.run.varied has it, `jumps` says whether the clock can be set, `goldens` say what a cell costs, `shown` where a setting shows. Raises plan-empty."""
    only, paths = tuple(only), tuple(paths)
    varied_only = tuple(pattern for pattern in only if "~" in pattern)
    every = [
        Cell(scenario=scenario, path=path) for scenario in scenarios.values() for path in Path if path in scenario.paths
    ]
    cells = [cell for cell in every if not paths or cell.path in paths]
    worlds = tuple(
        cell
        for cell in varied.varied(cells, ALL if varied_only else vary, goldens, phase, shown)
        if varied.runs_in(cell, tier, jumps)
    )
    if varied_only:
        worlds += _by_their_ids(varied_only, worlds, varied.every(cells, goldens, phase, shown))
    if only:
        for pattern in only:
            if not any(_matches(cell, pattern) for cell in (*every, *worlds)):
                known = [*scenarios, *(cell.id for cell in (*every, *worlds))]
                hint = WORLDS if {"~", "="} & set(pattern) else did_you_mean(pattern, known)[:300]
                raise HarnessError(f"nothing is called '{pattern}'", hint=hint, code="plan-empty")
        cells = [cell for cell in cells if any(_matches(cell, pattern) for pattern in only)]
        worlds = tuple(cell for cell in worlds if any(_matches(cell, pattern) for pattern in varied_only or only))
    whole = len(cells) == len(every)
    cells += worlds
    if not cells:
        raise HarnessError(
            "the plan is empty: no scenario runs on the chosen paths",
            hint="harness verify --plan lists every cell",
            code="plan-empty",
        )
    return Plan(cells=tuple(cells), phase=phase, tier=tier, whole=whole, vary=vary)


def _by_their_ids(patterns: Iterable[str], worlds: Iterable[Cell], every: Iterable[Cell]) -> tuple[Cell, ...]:
    """A world that no level drives is driven where its whole id asks for it."""
    there = {cell.id for cell in worlds}
    return tuple(cell for cell in every if cell.id in patterns and cell.id not in there)


def of_cells(*cells: Cell, phase: int, tier: str) -> Plan:
    """A plan of just these cells."""
    return Plan(cells=cells, phase=phase, tier=tier, whole=False)


def _matches(cell: Cell, pattern: str) -> bool:
    """A varied cell is chosen with its scenario, by its own id, and by a pattern that fits the cell that it varies. A whole id is that cell alone."""
    if fnmatch.fnmatchcase(cell.scenario.id, pattern):
        return True
    whole = cell.id.partition("~")[0]
    with_its_worlds = "~" not in pattern and pattern != whole
    return fnmatch.fnmatchcase(whole if with_its_worlds else cell.id, pattern)
