"""What is searched and how it is asked for again, what the search found, and what schemathesis did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """`endpoint` as it was asked for, "" where there is one; `about` its folder. `state` is the one of the file `case`, where
    that is played instead."""

    endpoint: str
    about: Path
    phase: int
    seed: int
    examples: int
    case: Path | None
    state: Mapping[str, Any] | None

    @property
    def again(self) -> str:
        """The command, without what is fuzzed there."""
        return f"harness fuzz {f'{self.endpoint} ' if self.endpoint else ''}--phase {self.phase}"

    @property
    def same_states(self) -> str:
        """The command that generates the same states."""
        return f"{self.again} --seed {self.seed} --examples {self.examples}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzed:
    """What came of it. `problems` is empty when every rule held; `state` is the smallest database state that broke one.
    `known` counts the states that broke a rule declared in contracts/api/known.toml. `digest` is of all states, in
    order: the same seed, the same digest."""

    phase: int
    seed: int
    problems: tuple[str, ...]
    state: Mapping[str, Any] | None
    cases: int
    calls: int
    repeated: int
    distinct: int
    seconds: float
    app_share: float
    known: Mapping[str, int]
    digest: str

    @property
    def distinct_per_s(self) -> float:
        return self.distinct / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The smallest state that broke a rule: its file, and the state for a person."""

    file: Path
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What schemathesis found. `way` is wsgi or http; `told` one line for the user."""

    way: str
    told: str
    problems: tuple[str, ...]


def right(found: Fuzzed, asked: tuple[Asked, ...]) -> bool:
    """Whether every answer was."""
    return not found.problems and not any(one.problems for one in asked)
