"""Golden: the locked outcome of a scenario. No phase, path or tier in it: all of them must agree, but for deviations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.core.ledger import Amount

FORMAT = 2
SHORTEST_WHY, FEWEST_LETTERS = 10, 5
"""Characters of a reason, and how many different letters are in it at least."""

SECTIONS = ("balance", "ledger", "usage", "calls", "rows")
"""The parts of an outcome, in file order. A deviation replaces whole parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a scenario came to.

    balance  account name ("account" where there is one) -> {"opening", "closing"} in credits
    ledger   one mapping a transaction: account (only with several), operation, units, credits (signed), balance
             (and kind, where it is no deduction); operation, units and balance where the target says them
    usage    one mapping a usage log: account (only with several), operation, credits, model, tokens_in, tokens_out,
             cost_usd (absent when the log has none), units (only when not 1)
    calls    route ("openai POST /v1/chat/completions") -> count of requests that reached the provider
    rows     lines such as "cluster +3" or "keyword status new->mapped x10"
    """

    balance: Mapping[str, Mapping[str, Amount]]
    ledger: tuple[Mapping[str, Any], ...] = ()
    usage: tuple[Mapping[str, Any], ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[str, ...] = ()

    @property
    def charged_credits(self) -> Amount:
        """What the customers paid, net of refunds and grants: the drop in all balances."""
        return sum(account["opening"] - account["closing"] for account in self.balance.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A declared difference. `phases` is an inclusive range, `paths` the paths it holds on (empty: all).

    `until` is the first phase at which it must be gone; None when the range has no end. `parts` maps section names to
    what replaces them there. `known_wrong` names the findings that explain it, if it is a defect.
    """

    phases: tuple[int, int] | None
    paths: tuple[str, ...]
    why: str
    until: int | None
    parts: Mapping[str, Any]
    known_wrong: tuple[str, ...] = ()

    def applies(self, phase: int, path: str) -> bool:
        in_phase = self.phases is None or self.phases[0] <= phase <= self.phases[1]
        return in_phase and (not self.paths or path in self.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """A golden file as a value. `known_wrong` names the findings that explain a locked but wrong behaviour; `not_asked` the
    laws that the target had nothing for when it was accepted: all others were asked."""

    scenario: str
    why: str
    outcome: Outcome
    known_wrong: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    harness: str = field(default="", compare=False)
    """The version of the harness that wrote it; "" of one that did not say so yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a golden expects at one phase on one path. `used` are the indexes of the deviations that shaped it."""

    outcome: Outcome
    known_wrong: tuple[str, ...]
    used: tuple[int, ...] = ()


def resolve(golden: Golden, phase: int, path: str) -> Resolved:
    """The outcome expected at `phase` on `path`: the golden's, with each applying deviation laid over it in file order."""
    outcome, known_wrong, used = golden.outcome, golden.known_wrong, []
    for index, deviation in enumerate(golden.deviations):
        if deviation.applies(phase, path):
            outcome = replace(outcome, **deviation.parts)
            known_wrong = deviation.known_wrong or known_wrong
            used.append(index)
    return Resolved(outcome=outcome, known_wrong=known_wrong, used=tuple(used))


def why_lacks(why: str) -> str:
    """What a reason lacks to be one, in words; "" for one that says something."""
    text = " ".join(why.split())
    if len(text) < SHORTEST_WHY:
        return f"{text!r} is shorter than {SHORTEST_WHY} characters"
    if len({letter for letter in text.lower() if letter.isalpha()}) < FEWEST_LETTERS:
        return f"{text!r} has no words"
    return ""
