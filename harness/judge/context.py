"""What a checker may know beside the history: the scenario, its golden, and facts that do not come from the backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.core.code import Floor
from harness.core.finding import Finding
from harness.core.golden import Golden
from harness.core.golden.coverage import Coverage
from harness.core.golden.surface import Surfaces
from harness.core.history import CellHistory, RunHistory
from harness.core.rates import RateCard
from harness.core.scenario import Scenario
from harness.core.variation import CONTENDED, named
from harness.judge.facts import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """For one cell. `findings` are those that the scenario declares and that still show at this phase."""

    scenario: Scenario
    golden: Golden | None
    target: Target
    rates: RateCard
    phase: int
    path: str
    findings: tuple[Finding, ...] = ()
    surfaces: Surfaces | None = None
    """What is locked beyond credits; None where nobody asks for it."""
    workers: int = 1
    made: frozenset[str] = frozenset()
    """Columns ("table.column") that what is locked names values by (harness.judge.surface.locked.made_in)."""


def of_cell(
    cell: CellHistory, scenarios: Mapping[str, Scenario], goldens: Mapping[str, Golden], findings: Mapping[str, Finding], *,
    target: Target, rates: RateCard, phase: int, surfaces: Surfaces | None, workers: int, made: frozenset[str],
) -> Context | None:  # fmt: skip
    """What a checker may know of `cell`; None where there is no such scenario."""
    scenario = scenarios.get(cell.scenario)
    if scenario is None:
        return None
    return Context(
        scenario=scenario,
        golden=goldens.get(cell.scenario),
        target=target,
        rates=rates,
        phase=phase,
        path=cell.path,
        findings=(*_shown(cell, scenario, findings, phase), *_of_two_at_once(cell, findings, phase)),
        surfaces=surfaces,
        workers=workers,
        made=made,
    )


def _shown(cell: CellHistory, scenario: Scenario, findings: Mapping[str, Finding], phase: int) -> tuple[Finding, ...]:
    named_there = (findings[name] for name in scenario.findings if name in findings)
    return tuple(one for one in named_there if one.shows_at(cell.cell, phase))


def _of_two_at_once(cell: CellHistory, findings: Mapping[str, Finding], phase: int) -> tuple[Finding, ...]:
    """What is lost where two write at the same moment, in a world in which somebody does beside the target."""
    if not cell.variation or CONTENDED not in named(cell.variation).rows:
        return ()
    return tuple(one for one in findings.values() if one.shows_with(2, phase))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A stored run beside its cells. `history` says what of the target's code ran, where somebody noted it; `floor` what such a run has
    reached before, `coverage` what was driven and asked, `checks` what this harness can ask."""

    history: RunHistory
    floor: Floor | None = None
    coverage: Coverage | None = None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """For a whole run. `scenarios` and `goldens` are all that exist, driven or not; `planned` the cells that should be."""

    scenarios: Mapping[str, Scenario]
    goldens: Mapping[str, Golden]
    target: Target
    phase: int
    rates: RateCard = field(default_factory=RateCard)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    planned: tuple[str, ...] | None = None
    surfaces: Surfaces | None = None
    noted: Noted | None = None
    """What is known of the code that ran."""
    every_world: bool = False
    """Whether every world that there is was planned: what is locked of another one is of none."""
