"""The contracts of phases, each observed on a stack of its own; of a stored run; and of one phase's schema, checked or locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from harness.backend import legacy, scenarios
from harness.backend.phases.manifest import read_all
from harness.core.config import Config
from harness.core.phase import LAST, Phase
from harness.core.scenario import Scenario
from harness.core.schema import Schema
from harness.core.verdict import Verdict
from harness.jobs.contracts import files
from harness.jobs.contracts.judge import schema_drift, stored
from harness.jobs.contracts.judge.openapi import wanted
from harness.jobs.contracts.judge.phase import Held, Judged, Observed, judge
from harness.jobs.contracts.observe import observe
from harness.jobs.contracts.values import Locked
from harness.judge.result import Result
from harness.provider import contracts
from harness.provider.cassettes.lint import lint_one
from harness.run.judged import as_driven
from harness.store import history
from harness.store import runs as store
from harness.verb.options import loaded
from harness.verb.target import ready

_LINTED: dict[tuple[Path, int], list[Any]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """The phases that are judged, and what is read once for all of them. `manifest` is empty where the target has no phases."""

    numbers: Sequence[int]
    api: Mapping[str, Any]
    scenarios: Mapping[str, Scenario]
    manifest: Mapping[int, Phase]


def phases_of(config: Config, chosen: Sequence[int]) -> Phases:
    """Those that were `chosen`; where none was, every one, or the only one that there is. Raises contracts-*, scenario-*, phase-*."""
    api, found = files.api(config.contracts), scenarios.load(config)
    manifest = {} if config.phases_dir is None else {phase.number: phase for phase in read_all(config.phases_dir)}
    numbers = sorted(set(chosen)) or (list(range(LAST + 1)) if manifest else [config.phase])
    for number in numbers:
        # read again where they are judged: a file that is no contract is told before anything is booted
        files.celery(config.contracts, number)
        files.schema(config.contracts, number)
    return Phases(numbers=numbers, api=api, scenarios=found, manifest=manifest)


def judged(config_path: Path, phases: Phases, isolation: str) -> dict[int, Judged]:
    """Observe each phase and the one before it, every tree once, and judge them. Raises contracts-*, legacy-* and what `observe` does."""
    seen: dict[int, Observed] = {}
    found: dict[int, Judged] = {}
    for number in phases.numbers:
        for one in (number - 1, number) if phases.manifest and number else (number,):
            if one not in seen:
                tree = ready(loaded(config_path, one if phases.manifest else None), isolation=isolation)
                paths, serializers = wanted(phases.api, one)
                seen[one] = observe(
                    tree,
                    isolation,
                    paths=paths,
                    serializers=serializers,
                    contract=phases.api if one in phases.numbers else None,
                    scenarios=phases.scenarios.values(),
                )
        config = loaded(config_path, number if phases.manifest else None)
        now, before = seen[number], seen.get(number - 1)
        held = _held(config, now.schema, phases.scenarios, before.phase if before else None)
        found[number] = judge(held, now, before, phases.manifest.get(number))
    return found


def judged_run(config: Config, run: Path) -> tuple[Verdict, ...]:
    """Read a stored run and the contracts of its phase, and judge what it answered and sent. Raises run-*, history-*, contracts-*."""
    folder = store.find(run)
    kept = history.read(folder / store.HISTORY, as_driven(config, folder).ledger)
    return stored.judge(kept, files.api(config.contracts), files.celery(config.contracts, kept.phase))


def schema_since(config: Config, since: int) -> tuple[str, ...]:
    """What the contract of the schema has at the phase of `config` that it had not at `since`. Raises contracts-*."""
    return schema_drift.difference(files.schema(config.contracts, since), files.schema(config.contracts, config.phase))


def lock_schema(config: Config, isolation: str, why: str) -> Locked:
    """Make what the catalogue holds now the contract of the phase of `config`."""
    live = _live(config, isolation)
    path = files.schema_file(config.contracts, config.phase)
    before = files.schema(config.contracts, config.phase) if path.exists() else {}
    files.write_schema(config.contracts, config.phase, live, why)
    return Locked(file=path.name, tables=len(live), changed=schema_drift.difference(before, live), first=not before)


def judged_schema(config: Config, isolation: str) -> Result:
    """What the catalogue holds now against the contract of the phase of `config`."""
    contract = files.schema(config.contracts, config.phase)
    return schema_drift.check(contract, _live(config, isolation))


def _live(config: Config, isolation: str) -> Schema:
    return observe(ready(config, isolation=isolation), isolation, app=False).schema


def _held(config: Config, schema: Schema, scenarios: Mapping[str, Scenario], before: int | None) -> Held:
    """Everything that is read for a phase; `schema` is its live one, `before` the phase that it is compared with."""
    number = config.phase
    names = sorted({name for scenario in scenarios.values() for name in scenario.tape_at(number)})
    providers = contracts.load(config.contracts) if names else None
    return Held(
        phase=number,
        api=files.api(config.contracts),
        celery=files.celery(config.contracts, number),
        schema=files.schema(config.contracts, number),
        cassettes={name: _linted(config.cassettes / f"{name}.yaml", name, providers) for name in names},
        legacy=legacy.scan(config, schema),
        before=() if before is None else files.celery(config.contracts, before).forms,
    )


def _linted(path: Path, name: str, providers: Any) -> list[Any]:
    """lint_one, once for each state of a file: phases share most of their cassettes."""
    key = (path, path.stat().st_mtime_ns if path.exists() else 0)
    if key not in _LINTED:
        _LINTED[key] = lint_one(path, name, date.today(), providers)  # noqa: DTZ011 - ends of models are ignored here
    return _LINTED[key]
