"""Judge a stored history: read it, apply today's goldens, laws and findings, and keep the verdict beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.backend import tables
from harness.backend.phases import manifest
from harness.core.code import Floor
from harness.core.config import Config
from harness.core.errors import HarnessError
from harness.core.finding import Finding
from harness.core.golden import Golden
from harness.core.golden.coverage import Coverage
from harness.core.golden.surface import Surfaces
from harness.core.history import RunHistory
from harness.core.rates import RateCard
from harness.core.scenario import Scenario
from harness.core.verdict import Verdict
from harness.judge import CELL_CHECKERS, RUN_CHECKERS, judge
from harness.judge.context import Noted
from harness.judge.golden import canonical
from harness.provider import cassettes, prices
from harness.store import coverages, findings, floor, goldens, history, rates, surfaces
from harness.store.runs import HISTORY

FINDINGS = "findings.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What a history is held to, read once before anything is driven: a broken file stops the run before it starts."""

    scenarios: Mapping[str, Scenario]
    goldens: Mapping[str, Golden]
    rates: RateCard
    findings: Mapping[str, Finding]
    surfaces: Surfaces = field(default_factory=Surfaces)
    floor: Floor | None = None
    """What of the code is reached; None where nothing was accepted."""
    coverage: Coverage | None = None
    """What is driven and asked; the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A history with its verdicts. `config` is the backend as it was driven; `origins` says of each played cassette whether
    it is recorded or simulated."""

    config: Config
    history: RunHistory
    verdicts: tuple[Verdict, ...]
    origins: Mapping[str, str]
    canonical_sha256: str
    phase: int


def read_law(config: Config, scenarios: Mapping[str, Scenario]) -> Law:
    """Read goldens, surfaces, rate card and findings. Raises HarnessError golden-*, surface-*, rates-*, finding-*, reach-*, coverage-*."""
    return Law(
        scenarios=scenarios,
        goldens=goldens.read_all(config.scenarios),
        rates=rates.read(config.rates, needed=config.rates_named, listed=prices.LISTED),
        findings=findings.read(config.scenarios / FINDINGS, tuple(CELL_CHECKERS)),
        surfaces=surfaces.read_all(config.scenarios, manifest.folders(config.phases_dir)),
        floor=floor.read(config.scenarios),
        coverage=coverages.read(config.scenarios),
    )


def as_driven(config: Config, folder: Path) -> Config:
    """`config` with the tables that the run in `folder` watched, where nobody has looked at the target for it: a stored run
    is judged without its target. Raises history-*, config-value."""
    if config.found is not None:
        return config
    start = history.start_of(folder / HISTORY)
    if "tables" not in start:
        raise HarnessError(
            f"{folder} does not say which tables were watched",
            hint="it was cut off as it began, or written by something else: drive it again",
            code="history-format",
        )
    return tables.filled(config, tables.of_document(start["tables"]))


def judge_run(config: Config, law: Law, folder: Path) -> Judged:
    """Judge the history in runs/<time>/. Pure but for reading: the verdict is written by the caller."""
    path = folder / HISTORY
    config = as_driven(config, folder)
    run = history.read(path, config.ledger)
    phase = int(run.start.get("phase", config.phase))
    verdicts = judge(
        run.cells,
        law.scenarios,
        law.goldens,
        law.rates,
        law.findings,
        config,
        phase,
        planned=run.planned,
        part=bool(run.shard),
        workers=run.workers,
        surfaces=law.surfaces,
        noted=Noted(history=run, floor=law.floor, coverage=law.coverage, checks=(*CELL_CHECKERS, *RUN_CHECKERS)),
    )
    return Judged(
        config=config,
        history=run,
        verdicts=tuple(verdicts),
        origins=_origins(config, run),
        canonical_sha256=canonical.canonical_hash(history.events(path), config.ledger),
        phase=phase,
    )


def judge_whole(config: Config, law: Law, folder: Path) -> Judged:
    """As `judge_run`, for what speaks of the whole plan. Raises HarnessError shard-alone for a part of a run."""
    result = judge_run(config, law, folder)
    if shard := result.history.shard:
        raise HarnessError(
            f"{folder} is shard {shard['n']}/{shard['of']}: it cannot answer for the whole",
            hint="harness report merge makes one run of all shards",
            code="shard-alone",
        )
    return result


def _origins(config: Config, run: RunHistory) -> dict[str, str]:
    """Where each played cassette comes from, read from the cassettes themselves."""
    origins = {}
    for name in sorted({call.cassette for cell in run.cells for call in cell.calls if call.cassette}):
        try:
            provenance = cassettes.read(config.cassettes / f"{name}.yaml", name).provenance
        except HarnessError:
            continue  # it was there when it was played; what became of it since is `harness cassette lint`'s business
        origins[name] = provenance.origin if provenance else "of unknown origin"
    return origins
