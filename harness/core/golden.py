"""Golden: the locked outcome of a scenario. No phase, path or tier in it: all of them must agree, but for deviations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FORMAT = 1

SECTIONS = ("balance", "ledger", "usage", "calls", "rows")
"""The parts of an outcome, in file order. A deviation replaces whole parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a scenario came to.

    balance  account name -> {"opening", "closing"} in credits
    ledger   one mapping a transaction: account (only with several), operation, units, credits (signed), balance
    usage    one mapping a usage log: account (only with several), operation, model, tokens_in, tokens_out, cost_usd
    calls    route ("openai POST /v1/chat/completions") -> count of requests that reached the provider
    rows     lines such as "cluster +3" or "keyword status new->mapped x10"
    """

    balance: Mapping[str, Mapping[str, int]]
    ledger: tuple[Mapping[str, Any], ...] = ()
    usage: tuple[Mapping[str, Any], ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A declared difference. `phases` is an inclusive range, `paths` the paths it holds on (empty: all).

    `until` is the first phase at which it must be gone; None when the range has no end. `parts` maps section names to
    what replaces them there.
    """

    phases: tuple[int, int] | None
    paths: tuple[str, ...]
    why: str
    until: int | None
    parts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """A golden file as a value. `known_wrong` names the finding that explains a locked but wrong behaviour."""

    scenario: str
    why: str
    outcome: Outcome
    known_wrong: str = ""
    deviations: tuple[Deviation, ...] = ()
