"""One database state after the other, in the target's own process: rows in, one WSGI call, judged, rolled back.

Each state is a transaction of its own. The WSGI application is the target's, whole: its middleware, authentication
and error handling run as in production; only the server in front of it is missing.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
from django.db import connection

from harness.jobs.contracts.fuzz.inside import oracle
from harness.jobs.contracts.fuzz.inside.oracle import SECRET, Answer, Problem
from harness.jobs.contracts.fuzz.inside.states import State, corners
from harness.jobs.contracts.fuzz.inside.world import CALLERS, OTHER, OWNER
from harness.jobs.contracts.inside.wsgi import application, environ, rolled_back

TABLES = {
    "model_config": "igny8_ai_model_config",
    "account_settings": "igny8_account_ai_settings",
    "global_settings": "igny8_global_integration_settings",
    "provider": "igny8_integration_providers",
}
SECRET_NAMES = r"(api_key|password|secret|token)$"


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
    """The endpoint under test, and what its states are made of. `choices` as in oracle.problems."""

    url: str
    validators: Mapping[int, Any]
    accounts: Mapping[str, int]
    known: frozenset[str]
    choices: bool
    application: Any
    insert: str
    tally: Tally = field(default_factory=Tally)


def prepare(job: Mapping[str, Any]) -> Endpoint:
    """Get the target's application and empty its tables of models: what a state does not say is not there."""
    with connection.cursor() as cursor:
        for table in (TABLES["model_config"], TABLES["account_settings"]):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying') AND column_name ~ %s",
            [SECRET_NAMES],
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'UPDATE "{table}" SET "{column}" = %s', [SECRET])
        cursor.execute(
            "SELECT column_name, format_type(a.atttypid, a.atttypmod) FROM information_schema.columns c"
            " JOIN pg_attribute a ON a.attrelid = c.table_name::regclass AND a.attname = c.column_name"
            " WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
            [TABLES["model_config"]],
        )
        columns = dict(cursor.fetchall())
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
            [TABLES["global_settings"], "default_image_service"],
        )
        choices = bool(cursor.fetchone()[0])
    names = ", ".join(f'"{name}"' for name in columns)
    shape = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    return Endpoint(
        url=job["url"],
        validators={int(status): jsonschema_rs.Draft202012Validator(one) for status, one in job["answers"].items()},
        accounts=job["accounts"],
        known=frozenset(job["known"]),
        choices=choices,
        application=application(),
        insert=f"INSERT INTO {TABLES['model_config']} ({names})"
        f" SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS r({shape});",
    )


def judge(endpoint: Endpoint, state: State) -> list[Problem]:
    """Everything that the answer to `state` gets wrong, but for what is known to be."""
    tally = endpoint.tally
    whole = json.dumps([state.caller, state.crowd, stored(endpoint, state)], sort_keys=True).encode()
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
        found += oracle.problems(state, answer, endpoint.validators, choices=endpoint.choices)
        if state.crowd and answer.status == 200:
            more = state.crowded()
            _insert(endpoint, more.models[len(state.models) :])
            again = ask(endpoint, state.caller)
            found += oracle.problems(more, again, endpoint.validators, choices=endpoint.choices)
            found += oracle.queries_grew(answer, again, state.crowd)
    known = {problem.rule for problem in found if problem.rule in endpoint.known}
    for rule in known:
        tally.known[rule] = tally.known.get(rule, 0) + 1
    tally.asked[key] = [problem for problem in found if problem.rule not in endpoint.known]
    return tally.asked[key]


def stored(endpoint: Endpoint, state: State) -> dict[str, Any]:
    """What `store` puts into the database of `state`: two that differ elsewhere are no distinct states."""
    left_out = {"caller", "crowd", *(() if endpoint.choices else ("service", "chosen", "chosen_text"))}
    return {key: value for key, value in state.as_json().items() if key not in left_out}


def store(endpoint: Endpoint, state: State) -> None:
    """Put `state` into the open transaction, in one statement of several."""
    words = [endpoint.insert]
    values: list[Any] = [json.dumps(state.models)]
    shared = dict(state.shared)
    if endpoint.choices:
        shared |= {
            "openai_model": state.chosen_text,
            "default_image_service": state.service,
            "dalle_model" if state.service == "openai" else "runware_model": state.chosen,
        }
    words.append(f"UPDATE {TABLES['global_settings']} SET {', '.join(f'{name} = %s' for name in shared)};")
    values += shared.values()
    for account, row in state.overrides.items():
        words.append(f"INSERT INTO {TABLES['account_settings']} (account_id, {', '.join(row)}) VALUES ({', '.join(['%s'] * (len(row) + 1))});")  # fmt: skip
        values += [endpoint.accounts[account], *row.values()]
    if not state.providers_active:
        words.append(f"UPDATE {TABLES['provider']} SET is_active = false;")
    with connection.cursor() as cursor:
        cursor.execute(" ".join(words), values)


def ask(endpoint: Endpoint, caller: str, method: str = "GET", **extra: str) -> Answer:
    """One request to the WSGI application, its queries counted and its time added up."""
    asked = environ(endpoint.url, method, CALLERS[caller].header, extra)
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
    """What is asked once: another method, another format, and that the harness's own tokens are good for anything."""
    found = []
    with rolled_back():
        store(endpoint, corners()[0])
        for method, accept, status, header in (
            ("POST", "*/*", 405, "allow"),
            ("DELETE", "*/*", 405, "allow"),
            ("GET", "text/html", 406, ""),
        ):
            answer = ask(endpoint, OWNER, method, HTTP_ACCEPT=accept)
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
        store(endpoint, corners()[0])
        for caller in (OWNER, OTHER):
            answer = ask(endpoint, caller)
            if answer.status in (401, 403):
                return f"{answer.status} {answer.text[:200]}"
    return ""


def _insert(endpoint: Endpoint, models: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(endpoint.insert, [json.dumps(models)])
