"""What a project drives and asks: so that less of it is somebody's word, and no accident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """As a whole run had it when it was last accepted, or as a run has it now.

    `scenarios` maps each to its paths. `tables` are the kinds that are watched at `phase`. `checks` are those that are asked. `tiers` maps a
    tier to how many cells a whole run drives there, varied worlds aside.
    """

    why: str = ""
    phase: int = 0
    scenarios: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    tiers: Mapping[str, int] = field(default_factory=dict)

    def grown(self, now: Coverage, names: Iterable[str], *, why: str) -> Coverage:
        """With what `now` has beside, of scenarios `names` alone; nothing goes."""
        same = now.phase == self.phase or not self.tables
        more = {name: now.scenarios[name] for name in names if name in now.scenarios}
        scenarios = {
            **self.scenarios,
            **{name: _both(self.scenarios.get(name, ()), paths) for name, paths in more.items()},
        }
        grown = Coverage(
            why=self.why,
            phase=now.phase if not self.tables else self.phase,
            scenarios=dict(sorted(scenarios.items())),
            tables=_both(self.tables, now.tables) if same else self.tables,
            checks=_both(self.checks, now.checks),
            tiers={tier: max(n, self.tiers.get(tier, 0)) for tier, n in sorted({**self.tiers, **now.tiers}.items())},
        )
        return self if grown == self else replace(grown, why=why)

    def without(self, now: Coverage, names: Iterable[str], *, rest: bool, why: str) -> Coverage:
        """Less what is not there `now`: of scenarios `names`, and with `rest` of tables, checks and tiers, too."""
        names = set(names)
        scenarios = {
            name: tuple(path for path in paths if name not in names or path in now.scenarios[name])
            for name, paths in self.scenarios.items()
            if name not in names or name in now.scenarios
        }
        return Coverage(
            why=why,
            phase=self.phase,
            scenarios=scenarios,
            tables=now.tables if rest and now.phase == self.phase else self.tables,
            checks=now.checks if rest else self.checks,
            tiers={**self.tiers, **now.tiers} if rest else self.tiers,
        )


def _both(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))
