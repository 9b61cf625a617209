"""`python -m harness.jobs.contracts.inside JOB.json` in the target's environment and folder: writes what came of it to job["out"].

An error is written there too, as {"error": [message, hint, code]}: whoever reads no result must not take it for a pass.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from harness.core.errors import StackError


def main(path: str) -> None:
    job = json.loads(Path(path).read_text())
    try:
        told = run(job)
    except StackError as error:
        told = {"error": [error.message, error.hint, error.code]}
    Path(job["out"]).write_text(json.dumps(told))


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Fuzz, or with job["case"] play one state (harness.jobs.contracts.fuzz.run has the keys); with job["bodies"] send request bodies."""
    try:
        import django

        django.setup()
        from harness.jobs.contracts.inside import bodies, inprocess, search
        from harness.jobs.contracts.inside.states import State
    except ImportError as error:
        raise StackError(
            f"the target's Python cannot import what fuzzing needs: {error}",
            hint='install the harness there with its "contracts" extra',
            code="fuzz-import",
        ) from None
    logging.disable(logging.CRITICAL)
    if "bodies" in job:
        return bodies.run(job)
    endpoint = inprocess.prepare(job)
    if refusal := inprocess.refused_tokens(endpoint):
        raise StackError(
            f"the target refuses a token that the harness made for it: {refusal}",
            hint="tokens are rows of [tables] api_token with the SHA-256 of the bearer",
            code="fuzz-token",
        )
    problems = [str(one) for one in inprocess.preliminaries(endpoint)]
    failure, began, spent = None, time.perf_counter(), endpoint.tally.app_s
    if job["case"] is not None:
        state = State.from_json(job["case"])
        wrong = inprocess.judge(endpoint, state)
        failure = search.Found(state, wrong) if wrong else None
    elif not problems:
        failure = search.fuzz(endpoint, job["seed"], job["examples"], first=job["corners"])
    seconds = time.perf_counter() - began
    tally = endpoint.tally
    if failure is not None:
        problems += [str(one) for one in failure.problems]
    return {
        "problems": problems,
        "state": failure.state.as_json() if failure else None,
        "cases": tally.cases,
        "calls": tally.calls,
        "repeated": tally.repeated,
        "keys": [key.hex() for key in tally.distinct],
        "seconds": seconds,
        "app_s": tally.app_s - spent,
        "known": tally.known,
        "digest": tally.digest.hexdigest()[:16],
    }


if __name__ == "__main__":
    main(sys.argv[1])
