"""Looking for a state that breaks a rule, and for the least of it: the corners, then whatever Hypothesis draws."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from harness.core.errors import StackError
from harness.jobs.contracts.fuzz.inside.inprocess import Endpoint, judge, preliminaries, prepare, refused_tokens
from harness.jobs.contracts.fuzz.protocol import Problem, State

ROUNDS = 200
"""At most so many things are taken out of a state that breaks a rule."""


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Fuzz, or with job["case"] play one state; harness.jobs.contracts.fuzz.run has the keys. Raises StackError fuzz-token."""
    endpoint = prepare(job)
    if refusal := refused_tokens(endpoint):
        raise StackError(
            f"the target refuses a token that the harness made for it: {refusal}",
            hint="they are made by given() in the endpoint's world.py, in contracts/api",
            code="fuzz-token",
        )
    problems = [str(one) for one in preliminaries(endpoint)]
    failure, began, spent = None, time.perf_counter(), endpoint.tally.app_s
    if job["case"] is not None:
        state = endpoint.states.State.from_json(job["case"])
        wrong = judge(endpoint, state)
        failure = Found(state, wrong) if wrong else None
    elif not problems:
        failure = fuzz(endpoint, job["seed"], job["examples"], first=job["corners"])
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


def fuzz(endpoint: Endpoint, number: int, examples: int, *, first: bool) -> Found | None:
    """`first` every corner, then `examples` states from the seed `number`; the smallest that breaks a rule, or None."""
    for state in endpoint.states.corners() if first else ():
        if wrong := judge(endpoint, state):
            return Found(state, wrong)
    failing: list[State] = []

    @seed(number)
    @settings(
        max_examples=examples, database=None, deadline=None, print_blob=False, report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(endpoint.states.states())
    def one(state: State) -> None:
        if judge(endpoint, state):
            failing.append(state)
            raise Found(state, [])

    gc.collect()
    gc.freeze()  # what the target imported is not walked again for every state
    try:
        one()
    except Found:
        return smallest(endpoint, failing[0])
    return None


def smallest(endpoint: Endpoint, state: State) -> Found:
    """The least of `state` that still breaks a rule: rows, overrides and columns are taken out one after the other."""
    wrong = judge(endpoint, state)
    rules = {problem.rule for problem in wrong}
    for _ in range(ROUNDS):
        for less in endpoint.states.simpler(state):
            found = judge(endpoint, less)
            if rules & {problem.rule for problem in found}:
                state, wrong = less, found
                break
        else:
            break
    return Found(state, wrong)


class Found(AssertionError):
    """A state whose answer breaks a rule."""

    def __init__(self, state: State, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.state = state
        self.problems = problems
