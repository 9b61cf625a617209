"""The API's contract against what the backend generates, and one phase's API against another's. Pure.

The comparison with the contract goes both ways: an endpoint, a field or a lock that only one side has is a difference.
What the backend does not declare (a view without a serializer has no body) is not compared and is counted, so that
nobody takes silence for agreement; such answers are held to the contract by `answers`, such request bodies are sent by
harness.jobs.contracts.bodies.

Drift is breaking when a client that was right before would go wrong: something it reads may be gone, or of another
kind; something it sends may be refused. Everything else is compatible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from harness.jobs.contracts.judge.openapi import Document, body, operations, resolved, strict_problems
from harness.jobs.contracts.judge.shapes import Shape, differences, shape_of
from harness.judge.result import Result, breaks, cannot_tell, holds

__all__ = ["Api", "Change", "against_contract", "answers", "drift", "strict_problems"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What a phase's backend says of its API: every endpoint; the document it generates; named serializers, generated
    apart; and what the generator complained of."""

    endpoints: frozenset[tuple[str, str]]
    document: Document
    serializers: Mapping[str, Mapping[str, Any]]
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Change:
    """One difference between two phases' APIs."""

    breaking: bool
    where: str
    what: str

    def __str__(self) -> str:
        return f"{'BREAKING' if self.breaking else 'compatible'}: {self.where}: {self.what}"


def against_contract(contract: Document, live: Api, phase: int) -> Result:
    """The endpoints of `phase` are the contract's, locked as it says, with the fields it says."""
    wanted = operations(contract, phase)
    outside = {entry["path"] for entry in contract.get("x-outside", ())}
    if not wanted or not live.endpoints:
        return cannot_tell("no endpoint is contracted, or the backend has none: nothing was compared")
    generated = operations(live.document)
    problems = list(live.complaints)
    for method, path in sorted(wanted.keys() | live.endpoints):
        where = f"$.paths['{path}'].{method.lower()}"
        if (method, path) not in live.endpoints:
            problems.append(f"{where}: contracted, and the backend has no such endpoint")
        elif (method, path) not in wanted and path not in outside:
            problems.append(f"{where}: the backend has it, and the contract neither describes it nor leaves it out")
        elif (method, path) in wanted:
            if (method, path) not in generated:
                problems.append(f"{where}: the backend has it, and generates no description of it")
            else:
                problems += _operation(where, wanted[method, path], generated[method, path])
    problems += [f"$.x-outside: {path} is left out, and not there" for path in sorted(outside - {path for _, path in live.endpoints})]  # fmt: skip
    compared, silent = 0, 0
    for name, schema in contract.get("components", {}).get("schemas", {}).items():
        dotted = schema.get("x-serializer")
        if dotted and schema.get("x-since-phase", 0) <= phase and dotted in live.serializers:
            lines = differences(
                shape_of(resolved(contract, schema)), shape_of(resolved(live.document, live.serializers[dotted]))
            )
            problems += [f"$.components.schemas.{name}{line}" for line in lines]
            compared += 1
    silent = sum(not any(map(body, one.get("responses", {}).values())) for one in generated.values())
    if problems:
        return breaks(problems)
    return holds(
        f"{len(wanted)} endpoints in both directions, {compared} serializers field by field; "
        f"{silent} endpoints whose bodies the backend does not declare: those are held to real answers"
    )


def answers(contract: Document, seen: Iterable[tuple[str, str, int, Any]], phase: int) -> Result:
    """Real answers (method, path, status, body) against the contract's schema of just that status."""
    wanted = operations(contract, phase)
    problems: dict[str, None] = {}
    count = 0
    validators: dict[tuple[str, str, int], Any] = {}
    for method, path, status, answer in seen:
        found = wanted.get((method, path))
        where = f"{method} {path} {status}"
        if found is None:
            problems[f"{where}: the contract has no such endpoint at phase {phase}"] = None
            continue
        declared = found["responses"].get(str(status))
        if declared is None:
            problems[f"{where}: the contract declares {', '.join(sorted(found['responses']))} only"] = None
            continue
        key = (method, path, status)
        if key not in validators:
            validators[key] = jsonschema_rs.Draft202012Validator(body(declared))
        count += 1
        for error in validators[key].iter_errors(answer):
            problems[f"{where}: ${_json_path(error.instance_path)}: {error.message}"] = None
    if problems:
        return breaks(problems)
    return holds(f"{count} answers to {len(validators)} kinds") if count else cannot_tell("no answer was seen")


def drift(before: Api, after: Api) -> tuple[Change, ...]:
    """What of the API changed, breaking changes first."""
    found: list[Change] = []
    for method, path in sorted(before.endpoints - after.endpoints):
        found.append(Change(breaking=True, where=f"{method} {path}", what="the endpoint is gone"))
    for method, path in sorted(after.endpoints - before.endpoints):
        found.append(Change(breaking=False, where=f"{method} {path}", what="a new endpoint"))
    old, new = operations(before.document), operations(after.document)
    for method, path in sorted(old.keys() & new.keys()):
        found += _changed(f"{method} {path}", old[method, path], new[method, path])
    for dotted in sorted(before.serializers.keys() & after.serializers.keys()):
        one = shape_of(resolved(before.document, before.serializers[dotted]))
        other = shape_of(resolved(after.document, after.serializers[dotted]))
        found += _read(dotted.rpartition(".")[2], one, other)
    return tuple(sorted(found, key=lambda change: (not change.breaking, change.where, change.what)))


def _operation(where: str, wanted: Mapping[str, Any], generated: Mapping[str, Any]) -> Iterator[str]:
    asked, locked = bool(wanted.get("security")), bool(generated.get("security"))
    if asked and not locked:
        yield f"{where}.security: the contract asks for a token, the backend lets everybody in"
    if locked and not asked:
        yield f"{where}.security: the contract lets everybody in, the backend asks for a token"
    here, there = _parameters(wanted), _parameters(generated)
    for name in sorted(here ^ there):
        yield f"{where}.parameters: '{name}' is known to {'the contract' if name in here else 'the backend'} only"
    for status, answer in generated.get("responses", {}).items():
        if (schema := body(answer)) is None:
            continue
        declared = wanted["responses"].get(status)
        if declared is None:
            yield f"{where}.responses.{status}: the backend declares it, the contract does not"
        else:
            lines = differences(shape_of(body(declared)), shape_of(schema))
            yield from (f"{where}.responses.{status}{line}" for line in lines)


def _changed(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if bool(old.get("security")) != bool(new.get("security")):
        what = "asks for a token now" if new.get("security") else "asks for no token any more: it is open to everybody"
        yield Change(breaking=True, where=where, what=what)
    for name in sorted(_parameters(old) ^ _parameters(new)):
        what = "came" if name in _parameters(new) else "went"
        yield Change(breaking=True, where=where, what=f"the parameter '{name}' {what}")
    sent = [body(one.get("requestBody", {})) for one in (old, new)]
    if None not in sent:
        yield from _sent(f"{where} request", shape_of(sent[0]), shape_of(sent[1]))
    for status in sorted(old.get("responses", {}).keys() | new.get("responses", {}).keys()):
        here, there = (body(one.get("responses", {}).get(status, {})) for one in (old, new))
        if here is not None and there is None:
            yield Change(breaking=True, where=f"{where} {status}", what="the answer is not declared any more")
        elif here is None and there is not None:
            yield Change(breaking=False, where=f"{where} {status}", what="the answer is declared now")
        elif here is not None:
            yield from _read(f"{where} {status}", shape_of(here), shape_of(there))


def _read(where: str, old: Shape, new: Shape) -> Iterator[Change]:
    """What a reader of answers feels: less, or something of another kind, breaks it."""
    if not old.says or not new.says:
        return
    for kind in sorted(new.types - old.types):
        yield Change(breaking=True, where=where, what=f"may be {kind} now, was {_or(old.types)}")
    for kind in sorted(old.types - new.types):
        yield Change(breaking=False, where=where, what=f"is never {kind} any more")
    if old.values is not None and new.values is not None:
        for value in sorted(new.values - old.values):
            yield Change(breaking=True, where=where, what=f"may be {value} now")
        for value in sorted(old.values - new.values):
            yield Change(breaking=False, where=where, what=f"is never {value} any more")
    elif old.values is not None:
        yield Change(breaking=True, where=where, what="may be any value now")
    if old.format != new.format:
        yield Change(breaking=True, where=where, what=f"format {old.format or 'none'} -> {new.format or 'none'}")
    for name in sorted(old.fields.keys() | new.fields.keys()):
        if name not in new.fields:
            yield Change(breaking=True, where=f"{where}.{name}", what="the field is gone")
        elif name not in old.fields:
            yield Change(breaking=False, where=f"{where}.{name}", what="a new field")
        else:
            if name in old.required and name not in new.required:
                yield Change(breaking=True, where=f"{where}.{name}", what="may be absent now")
            yield from _read(f"{where}.{name}", old.fields[name], new.fields[name])
    if old.items is not None and new.items is not None:
        yield from _read(f"{where}[]", old.items, new.items)


def _sent(where: str, old: Shape, new: Shape) -> Iterator[Change]:
    """What a sender of requests feels: more that must be sent, or less that may be, breaks it."""
    if not old.says or not new.says:
        return
    for kind in sorted(old.types - new.types):
        yield Change(breaking=True, where=where, what=f"may not be {kind} any more")
    for value in sorted((old.values or frozenset()) - (new.values or old.values or frozenset())):
        yield Change(breaking=True, where=where, what=f"may not be {value} any more")
    for name in sorted(old.fields.keys() | new.fields.keys()):
        if name not in new.fields:
            yield Change(breaking=True, where=f"{where}.{name}", what="is not taken any more")
        elif name not in old.fields:
            needed = name in new.required
            yield Change(
                breaking=needed, where=f"{where}.{name}", what="must be sent now" if needed else "may be sent now"
            )
        else:
            if name in new.required and name not in old.required:
                yield Change(breaking=True, where=f"{where}.{name}", what="must be sent now")
            yield from _sent(f"{where}.{name}", old.fields[name], new.fields[name])
    if old.items is not None and new.items is not None:
        yield from _sent(f"{where}[]", old.items, new.items)


def _parameters(operation: Mapping[str, Any]) -> set[str]:
    return {f"{one.get('in')} {one.get('name')}" for one in operation.get("parameters", ())}


def _json_path(steps: Iterable[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _or(kinds: Iterable[str]) -> str:
    return " or ".join(sorted(kinds)) or "anything"
