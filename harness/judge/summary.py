"""What a run came to, computed once: everything that any report says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.core import stages
from harness.core.finding import Finding
from harness.core.golden import Outcome
from harness.core.history import CellHistory
from harness.core.ledger import Amount
from harness.core.repeat import repeat_command
from harness.core.scenario import Path, Scenario
from harness.core.tier import USUAL
from harness.core.verdict import ANSWERS, Status, Verdict, worst
from harness.judge import overlap
from harness.judge.facts import Target
from harness.judge.golden.outcome import outcome_of
from harness.judge.reach import Reach

EDITED = "one setting"
"""What a report calls the worlds in which a single setting is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One cell in the table of its path. `status` is the worst of its verdicts; `rows` the plan's checklist rows."""

    cell: str
    title: str
    path: str
    status: Status
    charged_credits: Amount
    calls: int
    rows: tuple[str, ...]
    finding: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """`origins` counts played calls by where their cassette comes from (simulated, recorded, documented, unknown).

    `seconds` are summed by part over all cells, together with the run's own parts (boot, compare, total).
    `harness_share` is the harness's own seconds through all seconds but boot and teardown. `known_wrong` maps a
    finding to the cells in which it showed; `not_asked` maps a law to why it cannot be asked, and how often it was not; `titles` has the title of every finding; `lost_credits` maps the finding of
    lost deductions to what was not paid because workers overlapped, where that happened. `outcomes` holds the outcome of
    each cell by its id, where the target's tables were given. `undeclared` maps a host that is no provider's to the cells
    in which the target looked for it.
    """

    status: Status
    phase: int
    scenarios: int
    lines: tuple[Line, ...]
    cells: Mapping[Status, int]
    verdicts: tuple[Verdict, ...]
    failures: tuple[Verdict, ...]
    unknowns: tuple[Verdict, ...]
    not_asked: Mapping[str, tuple[str, int]]
    known_wrong: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    lost_credits: Mapping[str, int]
    origins: Mapping[str, int]
    seconds: Mapping[str, float]
    harness_share: float | None
    memory_bytes: int | None = None
    canonical_hash: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    histories: tuple[CellHistory, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    undeclared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reach: Reach = field(default_factory=dict)
    """What of the target was reached, and what not; of a whole run."""
    varied: Mapping[str, Mapping[Status, int]] = field(default_factory=dict)
    """Variation -> how its cells came out; they are in none of the numbers above."""
    beyond: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Cells in which nothing fails but the surface, each with how it differs: credits are unchanged there."""
    free: Mapping[str, str] = field(default_factory=dict)
    """What is not looked at, each with why."""
    shard: str = ""
    """ "2/3" when this is a part of a run, which then says nothing of the whole."""
    of: int = 0
    """How many cells there are, where some were left out by choice; 0 of a whole run."""

    tier: str = USUAL
    workers: int = 1

    @property
    def charged_credits(self) -> Amount:
        return sum(line.charged_credits for line in self.lines)

    def repeat(self, about: str) -> str:
        """The command that repeats one cell or scenario as this run drove it."""
        return repeat_command(about, self.phase, tier=self.tier, workers=self.workers)


def summarize(
    verdicts: Sequence[Verdict],
    cells: Sequence[CellHistory],
    scenarios: Mapping[str, Scenario],
    findings: Mapping[str, Finding],
    *,
    phase: int,
    origins: Mapping[str, str] | None = None,
    seconds: Mapping[str, float] | None = None,
    memory_bytes: int | None = None,
    canonical_hash: str = "",
    facts: Mapping[str, Any] | None = None,
    target: Target | None = None,
    shard: Mapping[str, Any] | None = None,
    tier: str = USUAL,
    workers: int = 1,
    free: Mapping[str, str] | None = None,
    reached: Reach | None = None,
    whole: bool = True,
) -> Summary:
    """`origins` maps a cassette name to its provenance; `seconds` are the run's own by part; where a
    cell holds the same part, these replace the sum over cells. `target` lets reports show outcomes as goldens do.
    `shard` is run.start's, and so is `whole`."""
    verdicts = tuple(verdicts)
    own: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        own.setdefault(verdict.cell, []).append(verdict)
    plain = [cell for cell in cells if not cell.variation]
    lines = tuple(_line(cell, scenarios.get(cell.scenario), own.get(cell.cell, ())) for cell in plain)
    spent: Counter[str] = Counter()
    for cell in cells:
        spent.update(cell.seconds)
    spent.update({part: s - spent[part] for part, s in (seconds or {}).items()})
    return Summary(
        status=worst(verdicts),
        phase=phase,
        scenarios=len({cell.scenario for cell in cells}),
        lines=lines,
        cells={status: sum(1 for line in lines if line.status is status) for status in ANSWERS},
        verdicts=verdicts,
        failures=tuple(v for v in verdicts if v.status is Status.FAIL),
        unknowns=tuple(v for v in verdicts if v.status is Status.UNKNOWN),
        not_asked=_not_asked(verdicts),
        known_wrong=_known(verdicts),
        lost_credits=_lost(verdicts),
        titles={name: finding.title for name, finding in findings.items()},
        origins=_origins(cells, origins or {}),
        seconds=dict(spent),
        harness_share=_share(spent),
        memory_bytes=memory_bytes,
        canonical_hash=canonical_hash,
        facts=dict(facts or {}),
        histories=tuple(cells),
        outcomes={
            cell.cell: outcome_of(cell, scenarios[cell.scenario], target)
            for cell in plain
            if target is not None and cell.scenario in scenarios
        },
        findings=dict(findings),
        undeclared=_undeclared(cells),
        varied=_varied(cells, own),
        reach=dict(reached or {}),
        beyond=_beyond(own),
        free=dict(free or {}),
        shard=f"{shard['n']}/{shard['of']}" if shard else "",
        of=0 if whole or shard else sum(len(scenario.paths) for scenario in scenarios.values()),
        tier=tier,
        workers=workers,
    )


def _varied(cells: Iterable[CellHistory], own: Mapping[str, Sequence[Verdict]]) -> dict[str, dict[Status, int]]:
    """Settings that are varied one at a time count as one kind."""
    found: dict[str, dict[Status, int]] = {}
    for cell in cells:
        if cell.variation:
            counted = found.setdefault(EDITED if "=" in cell.variation else cell.variation, dict.fromkeys(ANSWERS, 0))
            counted[worst(own.get(cell.cell, ()))] += 1
    return found


def _beyond(own: Mapping[str, Sequence[Verdict]]) -> dict[str, tuple[str, ...]]:
    found = {}
    for cell, verdicts in own.items():
        wrong = [verdict for verdict in verdicts if verdict.status.bad]
        if [verdict.checker for verdict in wrong] == ["surface"]:
            found[cell] = wrong[0].evidence
    return found


def _line(cell: CellHistory, scenario: Scenario | None, own: Sequence[Verdict]) -> Line:
    rows = scenario.plan.get(Path(cell.path), ()) if scenario else ()
    return Line(
        cell=cell.cell,
        title=scenario.title if scenario else "",
        path=cell.path,
        status=worst(own),
        charged_credits=sum(opening - closing for opening, closing in cell.accounts.values()),
        calls=len(cell.calls),
        rows=tuple(rows),
        finding=", ".join(dict.fromkeys(v.finding for v in own if v.finding)),
        seconds=sum(cell.seconds.values()),
    )


def _not_asked(verdicts: Iterable[Verdict]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for verdict in verdicts:
        if verdict.status is Status.NOT_ASKED:
            why = verdict.evidence[0].removeprefix("not asked: ")
            found[verdict.checker] = (why, found.get(verdict.checker, ("", 0))[1] + 1)
    return found


def _known(verdicts: Iterable[Verdict]) -> dict[str, tuple[str, ...]]:
    shown: dict[str, list[str]] = {}
    for verdict in verdicts:
        for name in filter(None, verdict.finding.split(", ")) if "~" not in verdict.cell else ():
            if verdict.cell not in shown.setdefault(name, []):
                shown[name].append(verdict.cell)
    return {name: tuple(where) for name, where in sorted(shown.items())}


def _lost(verdicts: Iterable[Verdict]) -> dict[str, int]:
    lost: Counter[str] = Counter()
    for verdict in verdicts:
        if verdict.checker == overlap.CHECKER and verdict.finding:
            lost[verdict.finding] -= verdict.credits_delta or 0
    return dict(lost)


def _undeclared(cells: Iterable[CellHistory]) -> dict[str, tuple[str, ...]]:
    tried: dict[str, tuple[str, ...]] = {}
    for cell in cells:
        for host in cell.undeclared:
            tried[host] = (*tried.get(host, ()), cell.cell)
    return tried


def _origins(cells: Iterable[CellHistory], origins: Mapping[str, str]) -> dict[str, int]:
    counted = Counter(
        origins.get(call.cassette, "of unknown origin") for cell in cells for call in cell.calls if call.cassette
    )
    return dict(sorted(counted.items()))


def _share(spent: Mapping[str, float]) -> float | None:
    own = sum(seconds for part, seconds in spent.items() if part in stages.OWN)
    total = sum(seconds for part, seconds in spent.items() if part not in stages.NOT_DRIVING)
    return own / total if total else None
