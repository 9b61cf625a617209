"""A stored run beside today's goldens, and what accepting it changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from harness.core.finding import Finding
from harness.core.golden import Golden, Outcome
from harness.core.golden.coverage import Coverage
from harness.core.golden.surface import Delta, Locked, Surfaces
from harness.core.history import CellHistory
from harness.core.ledger import Ledger
from harness.core.scenario import Scenario
from harness.core.verdict import Verdict
from harness.judge.facts import Target

Differences = Mapping[str, Mapping[str, Sequence[str]]]
"""scenario -> path -> lines; no line where nothing differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A stored run, judged beside today's scenarios and goldens. `outcomes` maps scenario -> path -> outcome; `driven`
    are all scenarios of the run, also those that are gone today."""

    phase: int
    scenarios: Mapping[str, Scenario]
    goldens: Mapping[str, Golden]
    verdicts: tuple[Verdict, ...]
    outcomes: Mapping[str, Mapping[str, Outcome]]
    driven: Collection[str]
    surfaces: Surfaces = field(default_factory=Surfaces)
    """What is locked beyond credits, today."""
    seen: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """scenario -> path -> the lines that were observed."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Fingerprints of what the run was driven with, where it says them."""
    coverage: Coverage | None = None
    """What was driven and asked when it was last accepted."""
    now: Coverage = field(default_factory=Coverage)
    """What is, today; cells of tiers are those of a whole run."""
    worlds: Collection[str] | None = None
    """The cells of a run that drove every world; None of a run that left some out."""
    cells: Mapping[str, CellHistory] = field(default_factory=dict)
    """Every cell as it was judged, in the order of the history."""
    target: Target = field(default_factory=lambda: Target(tables={}, ledger=Ledger()))
    """What the run's checks knew of the target."""
    findings: Mapping[str, Finding] = field(default_factory=dict)
    """The declared findings, today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where a deviation is written instead of the golden's own outcome. `paths` empty: on all."""

    phases: tuple[int, int] | None = None
    paths: tuple[str, ...] = ()
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One golden file that accepting would write. `credits_delta` is None for a scenario that had no golden."""

    scenario: str
    golden: Golden
    credits_delta: int | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """What accepting would write of surfaces: files of scenarios at phase 0, else the delta of the phase. `cells` maps a cell
    whose surface changes to what does."""

    locked: tuple[Locked, ...] = ()
    delta: Delta | None = None
    cells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Every golden that there is, by its scenario; `missing` are scenarios without one, `unused` goldens without scenario."""

    goldens: Mapping[str, Golden]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One change of what is locked, as it was committed. `credits_delta` is what the scenario charges more; None where that is not said. `when` is
    an ISO time with its zone."""

    commit: str
    who: str
    when: str
    scenario: str
    credits_delta: int | None
    why: str
    lines: tuple[str, ...] = ()
