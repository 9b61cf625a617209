"""Fuzzing an endpoint of a tree: a stack with database and broker, the target's process, and what it found."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from harness.core.config import Config
from harness.core.errors import HarnessError, StackError
from harness.jobs.contracts import files
from harness.jobs.contracts.beside import done_inside
from harness.jobs.contracts.fuzz import endpoints
from harness.jobs.contracts.fuzz.case import read, written
from harness.jobs.contracts.fuzz.endpoints import part
from harness.jobs.contracts.fuzz.values import Fuzzed, Kept, Search
from harness.jobs.contracts.judge.openapi import body, operations
from harness.stack.database import postgres, seed
from harness.stack.processes import boot
from harness.stack.processes.running import Stack
from harness.stack.roles import environment
from harness.verb.inside import Island, answer

STREAMS = 2
"""Processes side by side, each with a copy of the database and a seed of its own: fixed, so that a seed means the same
states on every machine."""
ONE = 100
"""Up to so many states one process is done before another one has imported the target."""

INSIDE = "harness.jobs.contracts.fuzz.inside.search"
"""What searches, in the target's process. Named, not imported: it needs the target's Django."""


def search(config: Config, endpoint: str, *, seed: int | None, examples: int, case: Path | None) -> Search:
    """What is asked for; `seed` None: a new one. Raises fuzz-no-endpoint, fuzz-case."""
    number = secrets.randbelow(1 << 31) if seed is None else seed
    about = endpoints.folder(config.contracts, endpoint)
    state = None if case is None else read(case, about)
    described(config, about)
    return Search(
        endpoint=endpoint, about=about, phase=config.phase, seed=number, examples=examples, case=case, state=state
    )


def keep(found: Fuzzed, search: Search, folder: Path) -> Kept | None:
    """The smallest state that broke a rule, in a file below `folder`; None where there is none."""
    return None if found.state is None else written(found.state, folder, search.about)


def described(config: Config, folder: Path) -> tuple[str, dict[str, Any]]:
    """The path of the endpoint in `folder`, whose name is its operationId in openapi.yaml, and its answers by status. Raises
    fuzz-no-endpoint at a phase that has none."""
    document = files.api(config.contracts)
    for (method, path), operation in operations(document, config.phase).items():
        if method == "GET" and operation.get("operationId") == folder.name:
            return path, {status: body(answer) for status, answer in operation["responses"].items()}
    later = [one["x-since-phase"] for one in operations(document).values() if one.get("operationId") == folder.name]
    raise HarnessError(
        f"the contract has no operation '{folder.name}' at phase {config.phase}",
        hint=f"give --phase {later[0]} or later: that is where it comes"
        if later
        else "the folder is named as the operationId of a GET in contracts/api/openapi.yaml",
        code="fuzz-no-endpoint",
    )


def run(config: Config, search: Search, *, isolation: str = "auto") -> Fuzzed:
    """Fuzz the endpoint in `config`'s tree, or play the one state. Raises fuzz-*, seed-* and whatever the stack does."""
    folder, number = search.about, search.seed
    path, answers = described(config, folder)
    world = part(folder, "world")
    known = files.known(config.contracts, path, config.phase)

    def ask(place: Island) -> dict[str, Any]:
        with boot.boot(config, place, fake=None, roles=False) as stack:
            found = seed.insert(stack.db, config.tables, world.given())
            job = {
                "url": path,
                "answers": answers,
                "folder": str(folder.absolute()),
                "refs": {name: {"kind": one["kind"], "id": one["id"]} for name, one in found.items()},
                "known": sorted(known),
                "examples": -(-search.examples // _count(search.examples)),
                "case": search.state,
            }
            return _streams(stack, config, job, number, _count(search.examples))

    def silent(code: int) -> StackError:
        return ended(f"the fuzzing of phase {config.phase}", code)

    told = answer(config, ask, isolation=isolation, silent=silent)
    return Fuzzed(phase=config.phase, seed=number, **{**told, "problems": tuple(told["problems"])})


def ended(what: str, code: int) -> StackError:
    """The error of an island that ended without an answer."""
    return StackError(
        f"{what} ended with exit code {code} and said nothing",
        hint="nothing is shown to be right or wrong",
        code="fuzz-ended",
    )


def _count(examples: int) -> int:
    """How many processes look for so many states."""
    return 1 if examples <= ONE else STREAMS


def _streams(stack: Stack, config: Config, job: Mapping[str, Any], number: int, count: int) -> dict[str, Any]:
    """Run every stream on a copy of the database, side by side, and put together what they told. One case needs one."""
    names = [postgres.DATABASE] if job["case"] is not None else [f"fuzz_{n}" for n in range(count)]
    if job["case"] is None:
        stack.db.close()  # a database with a session on it cannot be copied
        with postgres.connect(stack.run_dir / "pg_socket", int(stack.places["db_port"]), "postgres") as admin:
            for name in names:
                postgres.create(admin, name, postgres.DATABASE)
    jobs = [{**job, "seed": number * STREAMS + n, "corners": n == 0} for n in range(len(names))]
    with ThreadPoolExecutor(len(names)) as pool:
        told = list(pool.map(lambda pair: _started(stack, config, *pair), zip(jobs, names, strict=True)))
    seconds = max(one["seconds"] for one in told)
    keys = {key for one in told for key in one.pop("keys")}
    known = {rule: sum(one["known"].get(rule, 0) for one in told) for one in told for rule in one["known"]}
    problems = next((one["problems"] for one in told if one["problems"]), [])
    if job["case"] is None and not problems:
        problems = [
            f"{rule}: declared as known wrong, and it holds in every state: take it out of contracts/api/known.toml"
            for rule in job["known"]
            if rule not in known
        ]
    return {
        "problems": problems,
        "state": next((one["state"] for one in told if one["problems"]), None),
        **{name: sum(one[name] for one in told) for name in ("cases", "calls", "repeated")},
        "distinct": len(keys),
        "seconds": seconds,
        "app_share": sum(one["app_s"] for one in told) / (sum(one["seconds"] for one in told) or 1),
        "known": known,
        "digest": "-".join(one["digest"] for one in told),
    }


def _started(stack: Stack, config: Config, job: Mapping[str, Any], database: str) -> dict[str, Any]:
    """One stream in the target's process, on `database`."""
    env = environment.of_target(config, stack.env, {**stack.places, "db_name": database})
    return done_inside(stack, config, INSIDE, job, name=database, what="the fuzzer", extra=env)
