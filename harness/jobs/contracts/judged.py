"""The verdicts of `harness contracts`: six contracts at each phase, and what drifts from one phase to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from harness.backend import legacy
from harness.core.config import Config
from harness.core.history import RunHistory
from harness.core.phase import Phase
from harness.core.scenario import Scenario
from harness.core.verdict import Verdict
from harness.jobs.contracts import files as store
from harness.jobs.contracts.judge import api_drift, celery_contract, schema_drift
from harness.jobs.contracts.judge.api_drift import Api
from harness.jobs.contracts.judge.openapi import operations
from harness.jobs.contracts.run import Observed
from harness.judge.result import Result, breaks, cannot_tell, holds
from harness.provider import contracts as provider_contracts
from harness.provider.cassettes.lint import lint_one

KINDS = ("provider", "api", "bodies", "celery", "schema", "legacy")
CLAIMS = {
    "provider": "what the scenarios' cassettes hold is what the providers' contracts allow",
    "api": "endpoints, locks and fields are the contract's, in both directions",
    "bodies": "request bodies that the contract allows are accepted, all others are refused and leave nothing",
    "celery": "tasks, schedule and messages are the contract's",
    "schema": "the live catalogue is the contract's",
    "legacy": "old code is there while it is needed, and gone from then on",
    "api-drift": "what changes in the API since the phase before is declared",
    "celery-drift": "messages of the phase before and of this one are accepted by both",
}
NOT_OF_THE_CONTRACT = frozenset({"cassette-shutdown", "cassette-orphan", "cassette-unrecorded", "cassette-size"})
"""What `cassette lint` also finds and what is no breach of a provider's contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A phase: its verdicts, and what drifted since the phase before, a line each, by kind."""

    phase: int
    verdicts: tuple[Verdict, ...]
    drift: Mapping[str, tuple[str, ...]]


def api_of(seen: Observed) -> Api:
    return Api(
        endpoints=seen.endpoints, document=seen.document, serializers=seen.serializers, complaints=seen.complaints
    )


def wanted(contract: Mapping[str, Any], phase: int) -> tuple[set[str], set[str]]:
    """The paths to generate at `phase`, and the serializers."""
    schemas = contract.get("components", {}).get("schemas", {}).values()
    names = {one["x-serializer"] for one in schemas if "x-serializer" in one and one.get("x-since-phase", 0) <= phase}
    return {path for _, path in operations(contract, phase)}, names


def judge(
    config: Config, seen: Observed, before: Observed | None, scenarios: Mapping[str, Scenario], phase: Phase | None
) -> Judged:
    """All six contracts of a phase that was observed, and its drift from `before`. Raises contracts-* and legacy-*."""
    number = config.phase
    celery = store.celery(config.contracts, number)
    found = {
        "provider": provider(config, scenarios, number),
        "api": api_drift.against_contract(store.api(config.contracts), api_of(seen), number),
        "bodies": request_bodies(seen),
        "celery": celery_contract.check(celery, seen.tasks, seen.schedule),
        "schema": schema_drift.check(store.schema(config.contracts, number), seen.schema),
        "legacy": legacy.scan(config, seen.schema),
    }
    drift: dict[str, tuple[str, ...]] = {}
    if before is not None:
        changes = api_drift.drift(api_of(before), api_of(seen))
        drift = {
            "api": tuple(map(str, changes)),
            "schema": schema_drift.difference(before.schema, seen.schema),
            "celery": _celery_changes(before, seen),
        }
        found["api-drift"] = _declared(changes, phase)
        earlier = store.celery(config.contracts, before.phase)
        found["celery-drift"] = celery_contract.drift(before.tasks, seen.tasks, earlier.forms, celery.forms)
    return Judged(phase=number, verdicts=tuple(_verdict(kind, number, one) for kind, one in found.items()), drift=drift)


def provider(config: Config, scenarios: Mapping[str, Scenario], phase: int) -> Result:
    """The cassettes that scenarios play at `phase`, against the providers' contracts."""
    names = sorted({name for scenario in scenarios.values() for name in scenario.tape_at(phase)})
    if not names:
        return cannot_tell("no scenario plays a cassette: nothing was compared")
    held = provider_contracts.load(config.contracts)
    problems = [
        str(problem)
        for name in names
        for problem in _linted(config.cassettes / f"{name}.yaml", name, held)
        if problem.severity == "error" and problem.code not in NOT_OF_THE_CONTRACT
    ]
    return breaks(problems) if problems else holds(f"{len(names)} cassettes")


_KNOWN: dict[tuple[Path, int], list[Any]] = {}


def _linted(path: Path, name: str, held: Any) -> list[Any]:
    """lint_one, once for each state of a file: phases share most of their cassettes."""
    key = (path, path.stat().st_mtime_ns if path.exists() else 0)
    if key not in _KNOWN:
        _KNOWN[key] = lint_one(path, name, date.today(), held)  # noqa: DTZ011 - dates of models' ends are ignored here
    return _KNOWN[key]


UNASKED = "no scenario asks for it, so no right body is known"
UNSENT = "only bodies of POST are sent, so nothing shows what it accepts"


def request_bodies(seen: Observed) -> Result:
    found = seen.bodies
    if found is None or (not found["bodies"] and not found["problems"]):
        return cannot_tell("no request body was sent")
    unasked = [f"{method} {path}: {UNASKED if method == 'POST' else UNSENT}" for method, path in found["unasked"]]
    if found["problems"]:
        return breaks([*found["problems"], *unasked])
    return cannot_tell(unasked[0]) if unasked else holds(f"{found['bodies']} request bodies")


def judge_run(config: Config, run: RunHistory) -> tuple[Verdict, ...]:
    """A stored run: what the backend really answered and really sent, against the contracts of the run's phase."""
    answers = [(e.method, e.path, e.status, e.response) for cell in run.cells for e in cell.http if e.method != "CALL"]
    messages = {(t.name, len(t.args), frozenset(t.kwargs)) for cell in run.cells for t in cell.tasks}
    unknown = celery_contract.undeclared(messages, store.celery(config.contracts, run.phase))
    if not messages:
        sent = cannot_tell("the run sent no task message")
    else:
        sent = breaks(unknown) if unknown else holds(f"{len(messages)} forms of messages were sent")
    return (
        Verdict(
            checker="contract-answers", cell="", claim=f"phase {run.phase}: what was answered is what the contract says",
            **_fields(api_drift.answers(store.api(config.contracts), answers, run.phase)),
        ),
        Verdict(
            checker="contract-messages", cell="", claim=f"phase {run.phase}: what was sent is in contracts/celery.toml",
            **_fields(sent),
        ),
    )  # fmt: skip


def _declared(changes: Sequence[api_drift.Change], phase: Phase | None) -> Result:
    """Endpoints that came or went, and whatever breaks a client, stand in phase.toml."""
    declared = {f"{one.method} {one.path}" for one in phase.expect.api} if phase else set()
    serious = [one for one in changes if one.breaking or one.what == "a new endpoint"]
    problems = [f"{one}; phase.toml does not declare it" for one in serious if not _covered(one, declared)]
    return breaks(problems) if problems else holds(f"{len(changes)} changes, {len(serious)} of them declared")


def _covered(change: api_drift.Change, declared: Iterable[str]) -> bool:
    return any(change.where == one or change.where.startswith(f"{one} ") for one in declared)


def _celery_changes(before: Observed, after: Observed) -> tuple[str, ...]:
    def lines() -> Iterator[str]:
        for name in sorted(before.tasks.keys() | after.tasks.keys()):
            if name not in after.tasks:
                yield f"- task {name}"
            elif name not in before.tasks:
                yield f"+ task {name}"
            elif before.tasks[name] != after.tasks[name]:
                yield f"~ task {name}"

    return tuple(lines())


def _verdict(kind: str, phase: int, result: Result) -> Verdict:
    return Verdict(checker=f"contract-{kind}", cell="", claim=f"phase {phase}: {CLAIMS[kind]}", **_fields(result))


def _fields(result: Result) -> dict[str, Any]:
    return {"status": result.status, "evidence": result.evidence, "code": result.code, "hint": result.hint}
