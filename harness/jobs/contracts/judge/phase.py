"""A phase against its six contracts, and what drifts from the phase before: what was read goes in, verdicts come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness.core.phase import Phase
from harness.core.schema import Schema
from harness.core.verdict import Status, Verdict, worst
from harness.jobs.contracts.judge import api_drift, celery_contract, schema_drift
from harness.jobs.contracts.judge.api_drift import Api
from harness.jobs.contracts.judge.celery_contract import Contract, Form, Task
from harness.judge.result import Result, breaks, cannot_tell, holds, verdict_of

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
UNASKED = "no scenario asks for it, so no right body is known"
UNSENT = "only bodies of POST are sent, so nothing shows what it accepts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A phase as it is, read from a stack that ran just now. `schema` is the catalogue's; `document` the OpenAPI that the
    target generates for the asked paths; `complaints` what the generator said against it; `serializers` the generated
    schemas of those asked for."""

    phase: int
    schema: Schema
    tasks: Mapping[str, Task]
    schedule: Mapping[str, str]
    endpoints: frozenset[tuple[str, str]]
    document: Mapping[str, Any]
    serializers: Mapping[str, Mapping[str, Any]]
    complaints: tuple[str, ...]
    bodies: Mapping[str, Any] | None = None
    """What sending request bodies found; None when none was sent."""


class Problem(Protocol):
    """What is wrong with a cassette; its text says all of it."""

    code: str
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a phase is held to, and what else was read for it. `cassettes` are those that scenarios play there, each with
    what a lint found; `legacy` is what a scan of its tree found; `before` the forms of messages of the phase before."""

    phase: int
    api: Mapping[str, Any]
    celery: Contract
    schema: Schema
    cassettes: Mapping[str, Sequence[Problem]]
    legacy: Result
    before: tuple[Form, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A phase: its verdicts, and what drifted since the phase before, a line each, by kind."""

    phase: int
    verdicts: tuple[Verdict, ...]
    drift: Mapping[str, tuple[str, ...]]

    def status(self, kind: str) -> Status:
        """Of a contract, and of its drift where there is a phase before: the worse."""
        return worst(one for one in self.verdicts if one.checker in (f"contract-{kind}", f"contract-{kind}-drift"))


def judge(held: Held, seen: Observed, before: Observed | None, phase: Phase | None) -> Judged:
    """All six contracts of a phase that was observed, and its drift from `before`."""
    found = {
        "provider": provider(held.cassettes),
        "api": api_drift.against_contract(held.api, _api_of(seen), held.phase),
        "bodies": request_bodies(seen.bodies),
        "celery": celery_contract.check(held.celery, seen.tasks, seen.schedule),
        "schema": schema_drift.check(held.schema, seen.schema),
        "legacy": held.legacy,
    }
    drift: dict[str, tuple[str, ...]] = {}
    if before is not None:
        changes = api_drift.drift(_api_of(before), _api_of(seen))
        drift = {
            "api": tuple(map(str, changes)),
            "schema": schema_drift.difference(before.schema, seen.schema),
            "celery": _celery_changes(before, seen),
        }
        found["api-drift"] = _declared(changes, phase)
        found["celery-drift"] = celery_contract.drift(before.tasks, seen.tasks, held.before, held.celery.forms)
    verdicts = tuple(
        verdict_of(f"contract-{kind}", f"phase {held.phase}: {CLAIMS[kind]}", "", one) for kind, one in found.items()
    )
    return Judged(phase=held.phase, verdicts=verdicts, drift=drift)


def provider(cassettes: Mapping[str, Sequence[Problem]]) -> Result:
    """What a lint found in the cassettes that are played, against the providers' contracts."""
    if not cassettes:
        return cannot_tell("no scenario plays a cassette: nothing was compared")
    problems = [
        str(problem)
        for name in sorted(cassettes)
        for problem in cassettes[name]
        if problem.severity == "error" and problem.code not in NOT_OF_THE_CONTRACT
    ]
    return breaks(problems) if problems else holds(f"{len(cassettes)} cassettes")


def request_bodies(found: Mapping[str, Any] | None) -> Result:
    """`found` is Observed.bodies: an operation whose right body nobody knows leaves the contract unknown."""
    if found is None or (not found["bodies"] and not found["problems"]):
        return cannot_tell("no request body was sent")
    unasked = [f"{method} {path}: {UNASKED if method == 'POST' else UNSENT}" for method, path in found["unasked"]]
    if found["problems"]:
        return breaks([*found["problems"], *unasked])
    return cannot_tell(unasked[0]) if unasked else holds(f"{found['bodies']} request bodies")


def _api_of(seen: Observed) -> Api:
    return Api(
        endpoints=seen.endpoints, document=seen.document, serializers=seen.serializers, complaints=seen.complaints
    )


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
