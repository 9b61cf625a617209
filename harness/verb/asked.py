"""What a verb is asked to do, made once before anything starts, and passed on.

known     the backend at its phase and the law: what a stored run is judged with
planned   the backend, its scenarios and the cells that were chosen: what can be shown before the law is read
asked     backend, plan and law, once what can be known to be wrong beforehand is refused: what a run is driven with
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.backend import scenarios
from harness.core.config import JUMPS, Config
from harness.core.scenario import Scenario
from harness.core.variation import NONE
from harness.run import plan as plans
from harness.run import preflight
from harness.run.judged import Law, read_law
from harness.run.plan import Plan
from harness.store import goldens, learnt


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The backend at its phase, and what a history of it is held to."""

    config: Config
    law: Law

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        return self.law.scenarios


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The backend at its phase, all of its scenarios, and the cells that were chosen."""

    config: Config
    scenarios: Mapping[str, Scenario]
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Known):
    """And the cells that are driven."""

    plan: Plan


def known(config: Config) -> Known:
    """Raises scenario-*, golden-*, rates-*, finding-*."""
    return Known(config=config, law=read_law(config, scenarios.load(config)))


def planned(
    config: Config, *, only: Iterable[str] = (), paths: Iterable[str] = (), phase: int | None = None, tier: str = "processes", vary: str = NONE
) -> Planned:  # fmt: skip
    """`phase` is the plan's, where it is not the backend's own; `vary` as harness.run.varied has it. Raises scenario-*, golden-*, varied-*,
    plan-empty."""
    found, only = scenarios.load(config), tuple(only)
    at = config.phase if phase is None else phase
    varies = vary != NONE or any("~" in pattern for pattern in only)
    locked, shown = (goldens.read_all(config.scenarios), learnt.read(config.scenarios)) if varies else ({}, {})
    learnt.check(shown, [f"{name}@{path}" for name, scenario in found.items() for path in scenario.paths])
    plan = plans.make(
        found, only=only, paths=paths, phase=at, tier=tier, vary=vary, jumps=config.time == JUMPS, goldens=locked, shown=shown
    )  # fmt: skip
    return Planned(config=config, scenarios=found, plan=plan)


def asked(one: Planned, law: Law | None = None) -> Asked:
    """`law` where it was read before. Raises golden-*, rates-*, finding-* and what preflight.check does."""
    law = law or read_law(one.config, one.scenarios)
    preflight.check(one.config, one.plan)
    return Asked(config=one.config, law=law, plan=one.plan)
