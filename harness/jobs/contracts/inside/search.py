"""Looking for a state that breaks a rule, and for the least of it: the corners, then whatever Hypothesis draws."""

from __future__ import annotations

import gc

from hypothesis import HealthCheck, Phase, given, seed, settings

from harness.jobs.contracts.inside.inprocess import Endpoint, judge
from harness.jobs.contracts.inside.oracle import Problem
from harness.jobs.contracts.inside.states import State, corners, simpler, states

ROUNDS = 200
"""At most so many things are taken out of a state that breaks a rule."""


def fuzz(endpoint: Endpoint, number: int, examples: int, *, first: bool) -> Found | None:
    """`first` every corner, then `examples` states from the seed `number`; the smallest that breaks a rule, or None."""
    for state in corners() if first else ():
        if wrong := judge(endpoint, state):
            return Found(state, wrong)
    failing: list[State] = []

    @seed(number)
    @settings(
        max_examples=examples, database=None, deadline=None, print_blob=False, report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(states())
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
        for less in simpler(state):
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
