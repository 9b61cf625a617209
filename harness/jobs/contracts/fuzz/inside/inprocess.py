"""One database state after the other, in the target's own process: rows in, one WSGI call, judged, rolled back.

Each state is a transaction of its own. The WSGI application is the target's, whole: its middleware, authentication
and error handling run as in production; only the server in front of it is missing.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs
from django.db import connection

from harness.jobs.contracts.fuzz.endpoints import part
from harness.jobs.contracts.fuzz.protocol import SECRET, Answer, Problem, State
from harness.jobs.contracts.inside.wsgi import application, environ, rolled_back

SECRET_NAMES = r"(api_key|password|secret|token)$"
UNASKED = (("POST", "*/*", 405, "allow"), ("DELETE", "*/*", 405, "allow"), ("GET", "text/html", 406, ""))
"""Requests that are nobody's: method, Accept, the status that is due, and the header that then names what is allowed."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was done. `asked` are the states that were asked already, with what was wrong: Hypothesis comes back to some,
    and `repeated` counts how often. `distinct` are states of the database, whoever asks. `known` counts the states in
    which a rule broke that is declared as known wrong."""

    cases: int = 0
    calls: int = 0
    repeated: int = 0
    asked: dict[bytes, list[Problem]] = field(default_factory=dict)
    distinct: set[bytes] = field(default_factory=set)
    app_s: float = 0.0
    known: dict[str, int] = field(default_factory=dict)
    digest: Any = field(default_factory=hashlib.sha256)


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """The endpoint under test: the parts of its folder (harness.jobs.contracts.fuzz.endpoints), and what `prepare` of its
    rows found out, which only they and the oracle read."""

    url: str
    validators: Mapping[int, Any]
    known: frozenset[str]
    application: Any
    world: Any
    states: Any
    rows: Any
    oracle: Any
    facts: Any
    tally: Tally = field(default_factory=Tally)


def prepare(job: Mapping[str, Any]) -> Endpoint:
    """Get the target's application, and have the endpoint's own files make room for its states."""
    parts = {name: part(Path(job["folder"]), name) for name in ("world", "states", "rows", "oracle")}
    with connection.cursor() as cursor:
        facts = parts["rows"].prepare(cursor, job["refs"])
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying') AND column_name ~ %s",
            [SECRET_NAMES],
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'UPDATE "{table}" SET "{column}" = %s', [SECRET])
    return Endpoint(
        url=job["url"],
        validators={int(status): jsonschema_rs.Draft202012Validator(one) for status, one in job["answers"].items()},
        known=frozenset(job["known"]),
        application=application(),
        facts=facts,
        **parts,
    )


def judge(endpoint: Endpoint, state: State) -> list[Problem]:
    """Everything that the answer to `state` gets wrong, but for what is known to be."""
    tally = endpoint.tally
    whole = json.dumps(
        [state.caller, state.crowd, endpoint.rows.stored(state, endpoint.facts)], sort_keys=True
    ).encode()
    tally.digest.update(whole)
    if (key := hashlib.blake2b(whole, digest_size=12).digest()) in tally.asked:
        tally.repeated += 1
        return tally.asked[key]
    tally.cases += 1
    tally.distinct.add(hashlib.blake2b(whole.partition(b"{")[2], digest_size=12).digest())
    found: list[Problem] = []
    with rolled_back():
        store(endpoint, state)
        answer = ask(endpoint, state.caller)
        found += _wrong(endpoint, state, answer)
        if state.crowd and answer.status == 200:
            more = state.crowded()
            store(endpoint, more, state)
            again = ask(endpoint, state.caller)
            found += [*_wrong(endpoint, more, again), *endpoint.oracle.grew(state, answer, again)]
    known = {problem.rule for problem in found if problem.rule in endpoint.known}
    for rule in known:
        tally.known[rule] = tally.known.get(rule, 0) + 1
    tally.asked[key] = [problem for problem in found if problem.rule not in endpoint.known]
    return tally.asked[key]


def _wrong(endpoint: Endpoint, state: State, answer: Answer) -> Iterator[Problem]:
    if SECRET in answer.text:
        yield Problem(rule="secret", message="the value of a key, password or token column is in the answer")
    yield from endpoint.oracle.problems(state, answer, endpoint.validators, endpoint.facts)


def store(endpoint: Endpoint, state: State, before: State | None = None) -> None:
    """Put `state` into the open transaction, in which `before` is already."""
    with connection.cursor() as cursor:
        endpoint.rows.store(cursor, state, endpoint.facts, before)


def ask(endpoint: Endpoint, caller: str, method: str = "GET", **extra: str) -> Answer:
    """One request to the WSGI application, its queries counted and its time added up."""
    asked = environ(endpoint.url, method, endpoint.world.CALLERS[caller].headers, extra)
    seen: dict[str, Any] = {}
    queries = 0

    def counted(execute: Any, *arguments: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*arguments)

    def start_response(status: str, headers: list[tuple[str, str]], info: Any = None) -> Any:
        seen["status"], seen["headers"] = int(status.split()[0]), {name.lower(): value for name, value in headers}
        return lambda data: None

    begun = time.perf_counter()
    error, body = "", b""
    with connection.execute_wrapper(counted):
        try:
            answered = endpoint.application(asked, start_response)
            body = b"".join(answered)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
    endpoint.tally.app_s += time.perf_counter() - begun
    endpoint.tally.calls += 1
    text = body.decode("utf-8", "replace")
    try:
        parsed = json.loads(text) if text else None
    except ValueError:
        parsed = None
    return Answer(
        status=seen.get("status", 500),
        headers=seen.get("headers", {}),
        text=text,
        body=parsed,
        queries=queries,
        error=error,
    )


def preliminaries(endpoint: Endpoint) -> list[Problem]:
    """What is asked once: another method, and another format."""
    found = []
    with rolled_back():
        store(endpoint, endpoint.states.corners()[0])
        for method, accept, status, header in (one for one in UNASKED if one[2] in endpoint.validators):
            answer = ask(endpoint, endpoint.world.USUAL[0], method, HTTP_ACCEPT=accept)
            if answer.status != status:
                found.append(
                    Problem(
                        rule="status",
                        message=f"{method} with Accept: {accept} is answered {answer.status}, must be {status}: {answer.error or answer.text[:160]}",
                    )
                )
            elif header and "GET" not in answer.headers.get(header, ""):
                found.append(Problem(rule="status", message=f"{status} to {method} names no allowed method"))
            else:
                found += [
                    Problem(rule="shape", message=f"{method}: {one.message}")
                    for one in endpoint.validators[status].iter_errors(answer.body)
                ]
    return found


def refused_tokens(endpoint: Endpoint) -> str:
    """ "" when the tokens that must be good are; else what was answered to one of them."""
    with rolled_back():
        store(endpoint, endpoint.states.corners()[0])
        for caller in endpoint.world.USUAL:
            answer = ask(endpoint, caller)
            if answer.status in (401, 403):
                return f"{answer.status} {answer.text[:200]}"
    return ""
