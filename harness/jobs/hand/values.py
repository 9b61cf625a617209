"""A stack that stands for hand work, as a value: where everything is, who may log in, what can be typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """An account of the seeded world. `tokens` maps the name of each of its tokens to the bearer token itself."""

    account: str
    id: Any
    credits: int | str
    tokens: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line for a shell, and what it does."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What `harness stack up` prints. Addresses are those of 127.0.0.1; `logs` is a folder.

    `world` is a scenario's id; `tape` says that its cassettes answer, each recording once, and not the simulator, with
    `faults` laid over them.
    `calls` is how many provider calls were answered since the last reset, `refused` how many no recording fitted;
    `trouble` is what a part of the stack ended with, "" while all run.
    """

    name: str
    pid: int
    target: str
    phase: int
    tier: str
    isolation: str
    world: str
    title: str
    tape: bool
    recordings: int
    faults: tuple[str, ...]
    backend: str
    database: str
    broker: str
    logs: str
    customers: tuple[Customer, ...]
    lines: tuple[Line, ...]
    seconds: float
    calls: int = 0
    refused: int = 0
    trouble: str = ""

    def document(self) -> dict[str, Any]:
        return asdict(self)


def standing_of(document: Mapping[str, Any]) -> Standing:
    """The inverse of `Standing.document`."""
    return Standing(
        **{
            **document,
            "faults": tuple(document["faults"]),
            "customers": tuple(Customer(**one) for one in document["customers"]),
            "lines": tuple(Line(**one) for one in document["lines"]),
        }
    )
